"""Of an input, a bench keeps what policies speak of; everything else is not there any more (SECURITY.md)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from uuid import uuid4

import pytest

from netviz.exporters.formats import EXPORTERS
from netviz.workbench import BASELINE, InputFile, PackQuestion, PictureQuestion, WhyQuestion, Workbench

PLACES = (
    "secret-data",
    "secret-string",
    "configmap",
    "env",
    "args",
    "command",
    "annotation",
    "template-annotation",
    "service-annotation",
    "namespace-annotation",
    "comment",
    "probe-header",
    "custom-resource",
    "refused-document",
)
POLICY_TEXT = "policy-text"
MANIFEST = """\
# @comment
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
data: {password: @secret-data}
stringData: {token: @secret-string}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {app.conf: "@configmap"}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {note: "@namespace-annotation"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, annotations: {note: "@annotation"}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: "@template-annotation"}}
    spec:
      containers:
        - name: web
          command: ["run", "@command"]
          args: ["--key=@args"]
          env: [{name: PASSWORD, value: "@env"}]
          ports: [{containerPort: 8080}]
          livenessProbe: {httpGet: {port: 8080, httpHeaders: [{name: Authorization, value: "@probe-header"}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, annotations: {note: "@service-annotation"}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: example.com/v1
kind: Vault
metadata: {name: v}
spec: {key: "@custom-resource"}
---
apiVersion: v1
kind: Pod
metadata: {name: broken, namespace: shop}
spec: {containers: [{name: c, env: [{name: A, value: "@refused-document"}]}]}
spec: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
# @policy-text
spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}
"""


def reachable_texts(root: object) -> Iterator[str | bytes]:
    """Every text that can be reached from an object, through anything but modules, classes and code."""
    modules = {id(vars(module)) for module in list(sys.modules.values()) if hasattr(module, "__dict__")}
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or id(thing) in modules or isinstance(thing, type | ModuleType | CodeType):
            continue
        seen.add(id(thing))
        if isinstance(thing, str | bytes | bytearray):
            yield bytes(thing) if isinstance(thing, bytearray) else thing
        elif isinstance(thing, FunctionType):
            waiting += [thing.__closure__, thing.__defaults__, thing.__kwdefaults__]
        else:
            # The collector passes over keys that are texts.
            waiting += [*gc.get_referents(thing), *(thing if isinstance(thing, dict) else ())]

FORMATS = tuple(each.name for each in EXPORTERS if not each.browser)


class Asked:
    """A bench over the manifest with a canary in every place, after every kind of question."""

    def __init__(self) -> None:
        self.canaries = {place: f"canary{uuid4().hex}" for place in (*PLACES, POLICY_TEXT)}
        text = MANIFEST
        for place in sorted(self.canaries, key=len, reverse=True):
            assert f"@{place}" in text
            text = text.replace(f"@{place}", self.canaries[place])
        self.bench = Workbench.load([InputFile(name="all.yaml", data=text.encode())])
        self.bench.picture(BASELINE, PictureQuestion())
        self.bench.svg(BASELINE, PictureQuestion())
        self.bench.why(BASELINE, WhyQuestion(source="8.8.8.8", target="shop/web", port=8080))
        self.bench.policies()
        self.bench.fidelity(BASELINE)

    def places_of(self, texts: Iterator[str | bytes]) -> set[str]:
        """The places whose canary is in one of the texts."""
        found = set()
        for text in texts:
            for place, canary in self.canaries.items():
                if (canary in text) if isinstance(text, str) else (canary.encode() in text):
                    found.add(place)
        return found


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked()


def test_the_walk_finds_what_is_there() -> None:
    canary = uuid4().hex

    def closure() -> str:
        return canary

    class Holder:
        def __init__(self) -> None:
            self.inside = ({"a": [frozenset({canary})]},)

    for holder in (Holder(), closure, [closure], {canary: 1}, canary.encode()):
        texts = list(reachable_texts(holder))
        assert any(canary in (t if isinstance(t, str) else t.decode()) for t in texts)


@pytest.mark.promise(8)
def test_nothing_of_a_secret_place_can_be_reached_from_the_bench(asked: Asked) -> None:
    assert asked.places_of(reachable_texts(asked.bench)) == {POLICY_TEXT}


def test_the_text_of_a_policy_is_kept_to_be_quoted(asked: Asked) -> None:
    (card,) = asked.bench.policies()
    assert asked.canaries[POLICY_TEXT] in card.text


@pytest.mark.promise(8)
def test_no_answer_holds_a_secret(asked: Asked) -> None:
    bench = asked.bench
    told = (
        bench.summary(),
        bench.picture(BASELINE, PictureQuestion()),
        bench.svg(BASELINE, PictureQuestion()),
        bench.pack(BASELINE, PictureQuestion(), PackQuestion(formats=FORMATS)),
        bench.why(BASELINE, WhyQuestion(source="8.8.8.8", target="shop/web", port=8080)),
        bench.endpoints(),
    )
    assert asked.places_of(reachable_texts(told)) <= {POLICY_TEXT}


@pytest.mark.promise(8)
def test_nothing_is_left_behind_in_memory(asked: Asked) -> None:
    """Not even objects that nothing reaches: the collector knows every container that still exists."""
    gc.collect()
    mine = {id(asked.canaries), id(asked.__dict__)}
    holders = (thing for thing in gc.get_objects() if id(thing) not in mine and isinstance(thing, dict | list | tuple))
    things = (thing for holder in holders for thing in (*gc.get_referents(holder), *holder))
    texts = (thing for thing in things if isinstance(thing, str | bytes))
    assert asked.places_of(texts) <= {POLICY_TEXT}
