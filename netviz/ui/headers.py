"""What the browser may do with the page: a Content-Security-Policy that lets it load nothing from anywhere else.

Names from manifests are never taken for code (docs/architecture.md); this is the second line of defence, for the case
that one is all the same. Streamlit has no setting for it, but takes a middleware (streamlit.App).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import streamlit
from starlette.middleware import Middleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def content_security_policy(index: str) -> str:
    """The policy for Streamlit's own page, given its HTML.

    Its inline scripts are named by their hashes. `blob:` is how Streamlit loads the code of our map; only a script that
    already runs can make such an address. Styles are set by script all over Streamlit, so they cannot be named.
    """
    hashes = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(index))
    scripts = " ".join(f"'sha256-{base64.b64encode(found).decode()}'" for found in hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' blob: {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def header_middleware() -> Middleware:
    """The middleware that puts the headers on everything that the server sends."""
    index = Path(streamlit.__file__).with_name("static") / "index.html"
    return Middleware(Headers, headers=headers(index.read_text(encoding="utf-8")))


def headers(index: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers, lower case as ASGI wants them."""
    return (
        (b"content-security-policy", content_security_policy(index).encode("ascii")),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-opener-policy", b"same-origin"),
    )


class Headers:
    """An ASGI middleware that adds headers to every answer over HTTP, in place of those of the same name."""

    def __init__(self, app: App, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self._app = app
        self._headers = headers
        self._names = frozenset(name for name, _ in headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [header for header in message["headers"] if header[0].lower() not in self._names]
                message["headers"] = [*kept, *self._headers]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
