"""The headers that keep the page to itself."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import pytest

from netviz.ui.headers import Headers, Message, Receive, Scope, Send, content_security_policy, headers


def test_inline_scripts_are_named_by_their_hashes() -> None:
    scripts = ("let a = 1;", "\n  let b = 2;\n")
    index = "<html>" + "".join(f"<script>{script}</script>" for script in scripts) + '<script src="x.js"></script>'
    policy = content_security_policy(index)
    for script in scripts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert policy.count("sha256") == 2
    assert "script-src 'self' blob:;" in content_security_policy("<html></html>")


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_headers_are_added_to_http_alone_and_replace_those_of_the_same_name(kind: str) -> None:
    sent: list[Message] = []
    start: Message = {"type": "http.response.start", "headers": [(b"Referrer-Policy", b"origin"), (b"a", b"b")]}

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)
        await send({"type": "http.response.body"})

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        sent.append(message)

    expected = headers("")
    asyncio.run(Headers(app, expected)({"type": kind}, receive, send))
    found = sent[0]["headers"]
    assert found == ([(b"a", b"b"), *expected] if kind == "http" else [(b"Referrer-Policy", b"origin"), (b"a", b"b")])
    assert len(sent) == 2
