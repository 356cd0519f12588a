"""The baseline: a bare aiogram bot on its own aiohttp webhook. It echoes by the API and stores nothing."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bench.peers.common import arguments

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


async def serve(dispatcher: Dispatcher) -> None:
    """Listens until it is ended."""
    wanted = arguments()
    bot = Bot(wanted.token, AiohttpSession(api=TelegramAPIServer.from_base(wanted.api)))
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=wanted.secret).register(app, "/telegram/webhook")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("ready", runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(dispatcher))
