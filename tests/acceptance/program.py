"""The real program, with a crash at a chosen point: `python -m tests.acceptance.program POINT NTH`.

Points: those that the inbox and the sender pass (stored, handled, leased, started, answered, recorded…), and `sending`,
which is 50 ms after a request left. Everything else, configuration and start included, is as in `sahabat run`.
"""

import asyncio
import os
import sys

import uvloop

from bot import logs
from bot.app import App, open_database, run_until_stopped
from bot.config import load

KILLED = 137


def crash_at(app: App, point: str, nth: int) -> None:
    """Ends the process as kill -9 would, the nth time that `point` is passed."""
    left = [nth]

    def passing(passed: str) -> None:
        if passed == ("started" if point == "sending" else point):
            left[0] -= 1
            if left[0] == 0 and point == "sending":
                asyncio.get_running_loop().call_later(0.05, os._exit, KILLED)
            elif left[0] == 0:
                os._exit(KILLED)

    app.inbox.passing = app.sender.passing = passing


async def main(point: str, nth: int) -> None:
    """Runs until it crashes or is stopped; prints the web chat's address when it is ready."""
    config = load()
    logs.set_up(config)
    app = App(config, db=open_database(config))
    await app.prepare()
    crash_at(app, point, nth)

    async def ready(app: App) -> None:
        print(f"ready {app.address} {await app.staff_link()}", flush=True)  # noqa: T201 - read by the test

    await run_until_stopped(app, ready)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
