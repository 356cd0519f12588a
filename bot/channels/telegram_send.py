"""Replies into Telegram's chats: as text, as a real table, as a change of an earlier message, as a file."""

import asyncio
from typing import Any

import aiohttp
import orjson

from bot.channels.telegram_api import Api
from bot.channels.telegram_write import keyboard, plain_message, rich_message, text_of
from bot.logs import get_logger
from bot.messages import Outgoing, SendError, Trouble
from storage import files
from storage.engine import Database, DatabaseDown

log = get_logger("telegram")

NO_TABLES_FOR = 3600.0  # s in which tables are not tried again after the service said that it knows none
# What the service finds wrong with a message of ours, and the part without which it can still be read.
FAULTY = (("entit", "entities"), ("button", "reply_markup"), ("reply_markup", "reply_markup"))


class Messages:
    """Sends one message at a time; the text is the id that it has in its chat. `inline`: see `keyboard`."""

    def __init__(self, api: Api, db: Database) -> None:
        self._api, self._db = api, db
        self._no_tables_before = 0.0
        self.inline = False

    async def send(self, message: Outgoing) -> str:
        """Sends or edits; SendError when that failed."""
        if message.reply.file is not None:
            return await self._file(message, message.reply.file)
        if message.operation == "edit":
            return await self._edit(message)
        if message.reply.comparison is not None:
            return await self._table(message)
        return await self._text(message)

    async def _text(self, message: Outgoing) -> str:
        fields = plain_message(message, self.inline)
        while True:
            try:
                return _id(await self._api.call("sendMessage", fields))
            except SendError as error:
                part = _faulty_part(error, fields)
                if part is None:
                    raise
                log.error("sent without a part that was refused", outbox=message.outbox_id, part=part, why=error.detail)
                del fields[part]

    async def _table(self, message: Outgoing) -> str:
        """A comparison as a table, or as text where the service refuses that."""
        now = asyncio.get_running_loop().time()
        if now >= self._no_tables_before and message.reply.comparison is not None:
            try:
                return _id(
                    await self._api.call(
                        "sendRichMessage", rich_message(message, message.reply.comparison, self.inline)
                    )
                )
            except SendError as error:
                if error.trouble is not Trouble.REFUSED:
                    raise
                log.warning("table refused", outbox=message.outbox_id, detail=error.detail)
                if "method not found" in error.detail.casefold():
                    self._no_tables_before = now + NO_TABLES_FOR
        return await self._text(message)

    async def _edit(self, message: Outgoing) -> str:
        fields = {**plain_message(message, self.inline), "message_id": int(message.target)}
        try:
            await self._api.call("editMessageText", fields)
        except SendError as error:
            if error.trouble is not Trouble.REFUSED:
                raise
            if "not modified" not in error.detail.casefold():
                return await self._text(message)  # too old to be changed, or gone: say it anew
        return message.target

    async def _file(self, message: Outgoing, file_id: int) -> str:
        try:
            async with self._db.read() as session:
                file = await files.by_id(session, file_id)
        except DatabaseDown as error:
            raise SendError(Trouble.DOWN, "the file cannot be read now") from error
        if file is None:
            raise SendError(Trouble.REFUSED, "the file is gone")
        caption = text_of(message.reply.text)
        fields = {"chat_id": str(int(message.address)), "caption": caption["text"]}
        form = aiohttp.FormData(fields, quote_fields=False)  # quoted, a name with a space arrives with %20
        for name, value in {"caption_entities": caption.get("entities"), **keyboard(message, self.inline)}.items():
            if value is not None:
                form.add_field(name, orjson.dumps(value).decode())
        form.add_field("document", file.content, filename=file.name, content_type=file.mime)
        return _id(await self._api.upload("sendDocument", form))


def _faulty_part(error: SendError, fields: dict[str, Any]) -> str | None:
    if error.trouble is not Trouble.REFUSED:
        return None
    said = error.detail.casefold()
    return next((part for sign, part in FAULTY if sign in said and part in fields), None)


def _id(result: Any) -> str:
    return str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else ""
