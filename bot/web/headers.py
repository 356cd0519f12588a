"""What every answer to a browser says about how it may be used."""

from collections.abc import Sequence

NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
ONLY_SAVED = {
    **NO_SNIFFING,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def page_headers(host: str, framed_by: Sequence[str] | None) -> dict[str, str]:
    """Headers of the chat page; `framed_by` are the sites that may frame it, None when nobody may."""
    # Older Safari does not count a WebSocket of the same host as 'self'.
    lines = f" ws://{host} wss://{host}" if host else ""
    ancestors = "'none'" if framed_by is None else " ".join(["'self'", *framed_by])
    policy = [
        "default-src 'self'",
        f"connect-src 'self'{lines}",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
        f"frame-ancestors {ancestors}",
    ]
    headers = {
        **NO_SNIFFING,
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    if framed_by is None:
        headers["X-Frame-Options"] = "DENY"
    return headers
