"""Nothing in the package outlives a session and could carry what one person opened to another.

Read from the code itself, as test_layers.py does: modules and classes hold constants only, and what is cached for
longer than an object lives comes from a function that is given nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "netviz").glob("**/*.py"))

CHANGING = {
    *("append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "discard", "clear"),
    *("appendleft", "sort", "reverse", "difference_update", "intersection_update", "symmetric_difference_update"),
}
"""The methods that change what they are called on."""

READ_ONLY = {"Mapping", "Sequence", "AbstractSet", "Collection"}

HOLDERS = {
    *("list", "dict", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque", "ChainMap"),
    *("WeakKeyDictionary", "WeakValueDictionary", "WeakSet", "local", "ContextVar", "SimpleNamespace"),
    *("Queue", "SimpleQueue", "LifoQueue", "PriorityQueue", "count", "cycle"),
}
"""What makes an object that can be changed."""

CACHES = {"cache", "lru_cache", "cache_data", "cache_resource"}
"""Decorators that keep results for the whole process; `cached_property` keeps them in its object."""


def last_name(node: ast.expr) -> str:
    """The name at the end: `count` for `itertools.count(1)`."""
    match node:
        case ast.Call(func=called) | ast.Subscript(value=called):
            return last_name(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def is_read_only(kind: ast.expr | None) -> bool:
    """Whether mypy refuses what would change it: `Mapping[...]` and the like, or `Final[Mapping[...]]`."""
    match kind:
        case ast.Subscript(value=ast.Name(id="Final"), slice=inside):
            return is_read_only(inside)
        case ast.Subscript(value=ast.Name(id=name)):
            return name in READ_ONLY
        case _:
            return False


def is_constant(target: ast.expr, value: ast.expr) -> bool:
    """Whether something that could be changed is a table: in capitals, and written out. Then nothing may change it."""
    name = last_name(target).strip("_")
    return name.isupper() and isinstance(value, ast.List | ast.Dict | ast.Set | ast.DictComp) and not is_empty(value)


def is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case _:
            return False


def changed(node: ast.AST) -> ast.expr | None:
    """What a statement or a call changes in place."""
    match node:
        case ast.Call(func=ast.Attribute(value=holder, attr=method)) if method in CHANGING:
            return holder
        case ast.Assign(targets=[ast.Subscript(value=holder)]) | ast.Delete(targets=[ast.Subscript(value=holder)]):
            return holder
        case ast.AugAssign(target=ast.Subscript(value=holder)) | ast.AugAssign(target=holder):
            return holder
        case _:
            return None


def can_change(value: ast.expr) -> bool:
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp() | ast.GeneratorExp():
            return True
        case ast.Call():
            return last_name(value) in HOLDERS
        case ast.BinOp(left=left):
            # What a frozen set makes with another set is frozen.
            return can_change(left)
        case ast.IfExp(body=left, orelse=right):
            return can_change(left) or can_change(right)
        case _:
            return False


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What runs when a module is imported, inside of `if`, `try`, `with` and classes too."""
    for node in body:
        yield node
        match node:
            case ast.If() | ast.For() | ast.While() | ast.With() | ast.Try():
                inner = [s for block in ("body", "orelse", "finalbody") for s in getattr(node, block, [])]
                inner += [s for handler in getattr(node, "handlers", []) for s in handler.body]
                yield from statements(inner)
            case ast.ClassDef():
                yield from statements(node.body)


def complaints(tree: ast.Module) -> Iterator[str]:
    """What a module holds that could be shared."""
    for node in statements(tree.body):
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                pass
            case ast.Assign(targets=[target, *_], value=value) | ast.AnnAssign(target=target, value=value) if value:
                read_only = is_read_only(getattr(node, "annotation", None))
                if can_change(value) and not read_only and not is_constant(target, value):
                    yield f"{ast.unparse(target)} can be changed"
                if isinstance(value, ast.Call) and value.args and CACHES & {last_name(value), last_name(value.func)}:
                    yield f"{ast.unparse(value.args[0])} is cached for everybody"
            case ast.AugAssign(target=target):
                yield f"{ast.unparse(target)} is changed"
    for inner in ast.walk(tree):
        holder = changed(inner)
        if holder is not None and last_name(holder).strip("_").isupper() and not isinstance(holder, ast.Call):
            yield f"{ast.unparse(holder)} is changed"
        match inner:
            case ast.Global(names=names):
                yield f"{', '.join(names)} is changed in a function"
            case ast.FunctionDef(name=name, args=arguments, decorator_list=decorators):
                for decorator in decorators:
                    if last_name(decorator) in CACHES and not is_harmless(decorator, arguments):
                        yield f"{name} is cached for everybody"


def is_harmless(decorator: ast.expr, arguments: ast.arguments) -> bool:
    """Whether a cache belongs to one session, or holds what depends on nothing."""
    options = decorator.keywords if isinstance(decorator, ast.Call) else []
    if any(option.arg == "scope" and ast.unparse(option.value) == "'session'" for option in options):
        return True
    taken = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return not any(taken)


@pytest.mark.promise(11)
@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_a_module_holds_nothing_that_could_be_shared(module: Path) -> None:
    assert list(complaints(ast.parse(module.read_text(encoding="utf-8"), filename=str(module)))) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("seen = []", "seen can be changed"),
        ("seen = {}", "seen can be changed"),
        ("seen: dict[str, int] = {}", "seen can be changed"),
        ("seen: Final = {'a': 1}", "seen can be changed"),
        ("SEEN: Final = {}", "SEEN can be changed"),
        ("SEEN: Final[dict[str, int]] = {}", "SEEN can be changed"),
        ("SEEN = set()", "SEEN can be changed"),
        ("_SEEN = [n for n in range(3)]", "_SEEN can be changed"),
        ("def f(n):\n    _SEEN[n] = n", "_SEEN is changed"),
        ("def f(n):\n    del words.SEEN[n]", "words.SEEN is changed"),
        ("def f(n):\n    SEEN[n] += n", "SEEN is changed"),
        ("def f(n):\n    words.SEEN.setdefault(n, []).append(n)", "words.SEEN is changed"),
        ("seen = {n for n in range(3)}", "seen can be changed"),
        ("seen = collections.defaultdict(list)", "seen can be changed"),
        ("numbers = itertools.count(1)", "numbers can be changed"),
        ("current = ContextVar('current')", "current can be changed"),
        ("if True:\n    seen = set()", "seen can be changed"),
        ("try:\n    pass\nexcept ValueError:\n    seen = [1] + [2]", "seen can be changed"),
        ("class A:\n    seen = []", "seen can be changed"),
        ("class A:\n    seen: list[int] = []", "seen can be changed"),
        ("total = 0\ntotal += 1", "total is changed"),
        ("def f():\n    global last\n    last = 1", "last is changed in a function"),
        ("@cache\ndef f(text): ...", "f is cached for everybody"),
        ("@functools.lru_cache(maxsize=9)\ndef f(*texts): ...", "f is cached for everybody"),
        ("class A:\n    @cache\n    def f(self): ...", "f is cached for everybody"),
        ("@st.cache_data\ndef f(_file): ...", "f is cached for everybody"),
        ("@st.cache_resource(scope='global')\ndef f(*, file): ...", "f is cached for everybody"),
        ("read = cache(parse)", "parse is cached for everybody"),
        ("read = functools.lru_cache(9)(parse)", "parse is cached for everybody"),
    ],
)
def test_what_could_be_shared_is_found(source: str, complaint: str) -> None:
    assert list(complaints(ast.parse(source))) == [complaint]


@pytest.mark.parametrize(
    "source",
    [
        "__all__ = ['a']",
        "words = ('a', 'b')",
        "words = frozenset({'a'})",
        "MORE = WORDS | {'a'}",
        "def f(parse):\n    read = cache(parse)",
        "WORDS: Final[Mapping[str, int]] = {'a': 1}",
        "_NOTHING: Final[Mapping[str, int]] = {}",
        "_WORDS = {word: len(word) for word in ('a', 'b')}",
        "words: Mapping[str, int] = MappingProxyType({'a': 1})",
        "def f(words):\n    words.append(1)",
        "def f():\n    seen = []\n    def g():\n        nonlocal seen",
        "@dataclass\nclass A:\n    seen: list[int] = field(default_factory=list)",
        "class A:\n    def __init__(self):\n        self.seen = {}",
        "class A:\n    @cached_property\n    def f(self): ...",
        "@cache\ndef f(): ...",
        "@st.cache_resource(scope='session')\ndef f(mine): ...",
    ],
)
def test_what_cannot_passes(source: str) -> None:
    assert list(complaints(ast.parse(source))) == []
