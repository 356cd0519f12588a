"""What all peers share: their arguments."""

import argparse


def arguments() -> argparse.Namespace:
    """Where the Bot API is, the token, the webhook's secret, and a folder for files."""
    parser = argparse.ArgumentParser()
    for name in ("api", "token", "secret", "folder"):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()
