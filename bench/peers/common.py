"""What all peers share: their arguments."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Where the Bot API is, the token, the webhook's secret, and a folder for files; a peer may add its own."""
    made = argparse.ArgumentParser()
    for name in ("api", "token", "secret", "folder"):
        made.add_argument(f"--{name}", required=True)
    return made


def arguments() -> argparse.Namespace:
    """The same, read."""
    return parser().parse_args()
