"""The doctor's questions to Telegram: is the token right, does the webhook arrive."""

import json
import re
from typing import Any

import aiohttp

from bot.config import Config
from bot.findings import PATIENCE, Finding, ok, wrong

NEWEST_TOKEN = re.compile(r"\d{6,}:[\w-]{30,}", re.ASCII)
BACKLOG = 100  # updates that wait at Telegram; more means that nobody fetches them
HOOK_PATH = "/telegram/webhook"
SHORT = 16  # letters: a shorter webhook secret can be guessed


async def fetch(url: str, timeout: float = PATIENCE) -> tuple[int, Any]:
    """Status and JSON (or None) of an address. Raises ConnectionError or TimeoutError when nobody answers."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
            session.get(url) as answer,
        ):
            body = await answer.read()
            return answer.status, json.loads(body) if body[:1] == b"{" else None
    except (aiohttp.ClientError, ValueError) as error:
        raise ConnectionError(type(error).__name__) from None  # the text of the error may hold the token


async def _ask(config: Config, method: str) -> Finding | dict[str, Any]:
    """What the Bot API answers, or the finding that it does not."""
    telegram = config.telegram
    try:
        status, answer = await fetch(f"{telegram.api_base}/bot{telegram.token.get_secret_value()}/{method}")
    except (ConnectionError, TimeoutError) as error:
        return wrong(
            f"{telegram.api_base} does not answer: {str(error) or 'too slow'}",
            "Check this machine's way to the internet (DNS, firewall, proxy) and telegram.api_base.",
        )
    if status in (401, 404):
        return wrong("Telegram does not know this token", "Copy it again from @BotFather (/mybots, API Token).")
    if not isinstance(answer, dict) or not answer.get("ok") or not isinstance(answer.get("result"), dict):
        return wrong(
            f"Telegram answers with status {status}", "Try again in some minutes; then check telegram.api_base."
        )
    return dict(answer["result"])


async def telegram(config: Config) -> Finding:
    """Whether the token is one and Telegram knows it."""
    if not config.telegram.on:
        return ok("off; set SAHABAT__TELEGRAM__TOKEN to the token from @BotFather to turn it on")
    found = await _ask(config, "getMe")
    if not isinstance(found, dict):
        if not NEWEST_TOKEN.fullmatch(config.telegram.token.get_secret_value()):
            return found._replace(mend=f"{found.mend} The token looks too short: was it copied whole?")
        return found
    inline = (
        "" if found.get("supports_inline_queries") else "; answers are shared by link only: /setinline at @BotFather"
    )
    return ok(f"@{found.get('username', '?')}, {config.telegram.mode}{inline}")


async def webhook(config: Config) -> Finding:
    """Whether updates reach us the way the configuration says."""
    if not config.telegram.on:
        return ok("not needed")
    found = await _ask(config, "getWebhookInfo")
    if not isinstance(found, dict):
        return found
    url, waiting, trouble = (
        found.get("url") or "",
        found.get("pending_update_count", 0),
        found.get("last_error_message"),
    )
    if config.telegram.mode == "polling":
        if url:
            return ok(f"{url} is set; it is removed when polling starts")
        return ok(f"none, as polling needs it; {waiting} updates wait")
    if len(config.telegram.webhook_secret.get_secret_value()) < SHORT:
        return wrong("telegram.webhook_secret is short", f"Make it {SHORT} random letters or more.")
    if url != f"{config.app.public_url}{HOOK_PATH}":
        return wrong(
            f"Telegram calls {url or 'no address'}, not {config.app.public_url}{HOOK_PATH}",
            "Start sahabat once more: it tells Telegram the address of app.public_url.",
        )
    if waiting > BACKLOG:
        return wrong(
            f"{waiting} updates wait at Telegram; its last trouble: {trouble or 'none'}",
            "Is sahabat running, and does the web server in front pass /telegram/webhook on to it?",
        )
    return ok(f"{url}, {waiting} updates wait" + (f"; last trouble: {trouble}" if trouble else ""))
