"""Two people on one server: neither receives anything of what the other opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import Page, WebSocket

from netviz.ui.state import VIEWS
from tests.promises import Record

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata:
  name: web-{open}
  namespace: shop
  labels: {{app: web, owner: {open}}}
  annotations: {{note: {secret}}}
spec:
  containers: [{{name: c, image: i, args: [{secret}], env: [{{name: PASSWORD, value: {secret}}}]}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: token, namespace: shop}}
stringData: {{password: {secret}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: only-{open}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{owner: {open}}}}}
  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: web}}}}}}]}}]
"""


@dataclass(eq=False)
class Person:
    """A session, its two canaries, and every byte that the server sent to it."""

    page: Page
    open: str = field(default_factory=lambda: f"canary-{uuid4().hex}")
    secret: str = field(default_factory=lambda: f"secret-{uuid4().hex}")
    received: list[bytes] = field(default_factory=list)

    def hear(self, socket: WebSocket) -> None:
        socket.on(
            "framereceived",
            lambda frame: self.received.append(bytes(frame, "utf-8", "replace") if isinstance(frame, str) else frame),
        )

    def everything(self) -> Iterator[bytes]:
        """What arrived, and what is in the page now."""
        yield from self.received
        yield self.page.content().encode()
        yield str(self.page.evaluate("() => document.querySelector('.netviz')?.__netviz?.payload ?? null")).encode()

    def count(self, text: str) -> int:
        """How often a text arrived."""
        return sum(each.count(text.encode()) for each in self.everything())


def settle(page: Page) -> None:
    page.locator('[data-test-script-state="notRunning"]').wait_for()


@pytest.mark.promise(8)
def test_nothing_of_one_session_reaches_another(
    serve: Callable[..., str], visit: Callable[..., Visit], promise: Record
) -> None:
    """Files of one name and size, with objects of the same kinds in the same places: what is kept by these collides."""
    address = serve(ROOT / "app.py")
    visits = [visit("about:blank"), visit("about:blank")]
    people = [Person(seen.page) for seen in visits]
    for person in people:
        person.page.on("websocket", person.hear)
        person.page.goto(address)
        manifest = MANIFEST.format(open=person.open, secret=person.secret)
        person.page.locator("input[type=file]").set_input_files(
            {"name": "same.yaml", "mimeType": "text/yaml", "buffer": manifest.encode()}
        )
    for person in people:
        person.page.get_by_role("button", name="Open 1 file").click()
    for person in people:
        person.page.get_by_test_id("stSidebar").get_by_text(f"only-{person.open}", exact=True).wait_for()
    for view in (*VIEWS, "map"):
        # Both ask at the same time.
        for person in people:
            person.page.get_by_text(view.capitalize(), exact=True).first.click()
        for person in people:
            settle(person.page)
    people[0].page.get_by_test_id("stSidebar").get_by_text(f"only-{people[0].open}", exact=True).click()
    settle(people[0].page)
    people[1].page.reload()
    people[1].page.get_by_text("Or try a sample").wait_for()
    one, other = people
    foreign = one.count(other.open) + other.count(one.open)
    secrets = sum(person.count(secret) for person in people for secret in (one.secret, other.secret))
    frames = sum(len(person.received) for person in people)
    size = sum(len(frame) for person in people for frame in person.received)
    promise(11, f"{foreign} foreign words in {frames:,} messages ({size / 1e6:.1f} MB) to two browsers", "0")
    left = [url for seen in visits for url in seen.left_the_machine()]
    promise(10, f"{len(left)} of {sum(len(seen.requests) for seen in visits)} requests leave the machine", "0")
    assert min(person.count(person.open) for person in people) > 20
    assert (foreign, secrets, left) == (0, 0, [])
