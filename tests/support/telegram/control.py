"""The double as a process of its own, steered by JSON over HTTP: a test can kill the bot and the judge survives.

    python -m tests.support.bot_api --port 0 [--token T] [--seed N] [--journal FILE]
    → prints "ready http://127.0.0.1:PORT"

POST /_control/do      {"user": 101, "name": "Wati", "do": "send", "with": {"text": "halo"}}   (any verb of User)
                       {"group": -1001, "title": "Kelas", "do": "say", "by": 101, "with": {"text": "/tanya"}}
POST /_control/update  any JSON, delivered as an update
POST /_control/fault   {"kind": "too_many", "method": "sendMessage", "times": 3, "retry_after": 2}; DELETE clears
POST /_control/limits  {"overall": ["strict", 30, 1.0, 3.0], "per_chat": ["bucket", 1, 3]}; {} lifts them
GET  /_control/log?since=0   /_control/refused   /_control/chat/101   /_control/state
GET  /_control/wait?sent=10&timeout=5   answers when so many messages were accepted
GET  /_control/reads/101?text=halo&timeout=5   the next message with these words, or {"timeout": "…"}
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.support.bot_api import TOKEN, BotApi
from tests.support.telegram.errors import JsonObject
from tests.support.telegram.limits import MODELS, Model
from tests.support.telegram.people import User
from tests.support.telegram.seen import Seen

VERBS = {
    "send", "command", "start", "photo", "document", "voice", "video", "sticker", "album", "contact", "location",
    "forward", "block", "unblock", "deactivate", "edit", "tap", "add_bot", "remove_bot", "add", "remove", "say",
    "migrate",
}  # fmt: skip


class Control:
    """The routes under /_control."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    def join(self, app: web.Application) -> None:
        """Adds the routes to the server of the double."""
        router = app.router
        router.add_post("/_control/do", self._do)
        router.add_post("/_control/update", self._update)
        router.add_post("/_control/fault", self._fault)
        router.add_delete("/_control/fault", self._clear_faults)
        router.add_post("/_control/limits", self._limits)
        router.add_get("/_control/log", self._log)
        router.add_get("/_control/refused", self._refused)
        router.add_get("/_control/chat/{id}", self._chat)
        router.add_get("/_control/state", self._state)
        router.add_get("/_control/wait", self._wait)
        router.add_get("/_control/reads/{id}", self._reads)

    async def _do(self, request: web.Request) -> web.Response:
        order: JsonObject = await request.json()
        verb, given = order["do"], dict(order.get("with", {}))
        if verb not in VERBS:
            raise web.HTTPBadRequest(text=f"unknown verb {verb}")
        if "group" in order:
            return _answer(await self._do_in_group(order, verb, given))
        user = self._user(order["user"], order)
        if verb == "tap":
            return _answer({"id": (await user.tap(_shown(user, given), given["label"])).id})
        if verb == "edit":
            return _answer(await user.edit({"message_id": given["message_id"]}, given["text"]))
        if "content" in given:
            given["content"] = given["content"].encode()
        result = getattr(user, verb)(**given)
        return _answer(await result if asyncio.iscoroutine(result) else result)

    async def _do_in_group(self, order: JsonObject, verb: str, given: JsonObject) -> Any:
        group = self._api.group(order["group"], order.get("title", "Grup"), kind=order.get("kind", "supergroup"))
        by = self._user(order["by"], order)
        if verb == "say":
            return await group.say(by, given["text"], _shown_or_none(group.messages, given))
        if verb == "tap":
            shown = _shown_or_none(group.messages, given) or group.last
            return {"id": (await group.tap(by, shown, given["label"])).id}
        if verb == "migrate":
            return {"id": (await group.migrate(given["new_id"], by)).id}
        return await getattr(group, verb)(by, **given)

    def _user(self, user_id: int, order: JsonObject) -> User:
        return self._api.user(user_id, order.get("name", f"Orang {user_id}"), order.get("language", "id"))

    async def _update(self, request: web.Request) -> web.Response:
        return _answer({"update_id": await self._api.raw_update(await request.json())})

    async def _fault(self, request: web.Request) -> web.Response:
        self._api.faults.add(**await request.json())
        return _answer({})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._api.faults.clear()
        return _answer({})

    async def _limits(self, request: web.Request) -> web.Response:
        wanted: JsonObject = await request.json()
        limits = self._api.limits
        limits.overall = _model(wanted["overall"]) if "overall" in wanted else None
        limits.per_chat = (lambda: _model(wanted["per_chat"])) if "per_chat" in wanted else None
        limits.per_group = (lambda: _model(wanted["per_group"])) if "per_group" in wanted else None
        return _answer({})

    async def _log(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", 0))
        return _answer([asdict(sent) for sent in self._api.log[since:]])

    async def _refused(self, _request: web.Request) -> web.Response:
        return _answer([asdict(refused) for refused in self._api.refused])

    async def _chat(self, request: web.Request) -> web.Response:
        chat = self._api.state.chats.get(int(request.match_info["id"]))
        return _answer([] if chat is None else list(chat.messages.values()))

    async def _state(self, _request: web.Request) -> web.Response:
        api = self._api
        presses = {press.callback_id: press.answered for press in api.state.presses.values()}
        commands = {f"{scope}/{language}": items for (scope, language), items in api.state.commands.items()}
        counts = {"pending": len(api.delivery.pending), "polls": api.delivery.polls, "sent": len(api.log)}
        hook = {"webhook": api.delivery.webhook.url, "allowed_updates": api.delivery.allowed}
        return _answer({**counts, **hook, "presses": presses, "commands": commands})

    async def _wait(self, request: web.Request) -> web.Response:
        count, timeout = int(request.query["sent"]), float(request.query.get("timeout", 5))
        with contextlib.suppress(TimeoutError):
            await self._api.sent(count, timeout)
        return _answer({"sent": len(self._api.log)})

    async def _reads(self, request: web.Request) -> web.Response:
        number, query = int(request.match_info["id"]), request.query
        reader = self._api.groups.get(number) or self._api.user(number)
        try:
            return _answer((await reader.reads(query.get("text", ""), float(query.get("timeout", 5)))).raw)
        except TimeoutError as late:
            return _answer({"timeout": str(late)})


def _shown(user: User, given: JsonObject) -> Seen | None:
    return _shown_or_none(user.messages, given)


def _shown_or_none(messages: list[Seen], given: JsonObject) -> Seen | None:
    return next((seen for seen in messages if seen.id == given.get("message_id")), None)


def _model(parts: list[Any]) -> Model:
    return MODELS[parts[0]](*parts[1:])


def _answer(value: Any) -> web.Response:
    return web.json_response(value, dumps=lambda item: json.dumps(item, ensure_ascii=False, default=str))


async def serve(port: int, token: str, seed: int, journal: Path | None) -> None:
    """Runs the double until SIGTERM or SIGINT."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    api = BotApi(token, port=port, seed=seed)
    if journal is not None:
        api.state.journal = journal.open("a", encoding="utf-8", buffering=1)
    Control(api).join(api.server.app)
    async with api:
        sys.stdout.write(f"ready {api.base_url}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="A loopback double of Telegram's Bot API.")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--seed", type=int, default=0, help="of the dice that place faults")
    parser.add_argument("--journal", type=Path, help="file to which every accepted message is appended as JSON")
    wanted = parser.parse_args()
    asyncio.run(serve(wanted.port, wanted.token, wanted.seed, wanted.journal))
