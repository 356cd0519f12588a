"""A bare python-telegram-bot on the custom webhook of its documentation. It echoes by the API and stores nothing."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiohttp import web
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from bench.peers.common import arguments


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(update.effective_message.text or "")


async def main() -> None:
    """Listens until it is ended."""
    wanted = arguments()
    builder = ApplicationBuilder().token(wanted.token).base_url(f"{wanted.api}/bot").updater(None)
    builder = builder.concurrent_updates(64).request(HTTPXRequest(connection_pool_size=64, pool_timeout=30))
    application: Application = builder.build()  # type: ignore[type-arg]  # six type parameters that say nothing here
    application.add_handler(MessageHandler(filters.TEXT, echo))

    async def hook(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != wanted.secret:
            return web.Response(status=403)
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return web.Response()

    app = web.Application()
    app.router.add_post("/telegram/webhook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with application:
        await application.start()
        print("ready", runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
