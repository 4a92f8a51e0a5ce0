"""Values that programs read differently: what counts is what kubectl makes of them."""

from __future__ import annotations

from tests.hostile.case import Case, of_text, policy

DECODE = "cannot-decode"
INVALID = "invalid-value"


def port(value: str, number: str | None, code: str | None = None) -> Case:
    """A port as it is written, and the number that it is; None for one that is refused."""
    spec = "{{podSelector: {{}}, ingress: [{{ports: [{{port: {}}}]}}]}}"
    said = () if code is None else (f"error {code} in:4 spec.ingress[0].ports[0].port",)
    means = None if number is None else policy(spec.format(number))
    return of_text(f"port {value[:30]}", policy(spec.format(value)), *said, means=means, unknown=number is None)


def label(value: str, text: str | None, code: str | None = None) -> Case:
    """The value of a label as it is written, and the text that it is; None for one that is refused."""
    spec = "{{podSelector: {{matchLabels: {{app: {}}}}}}}"
    said = (
        () if code is None else (f"error {code} in:4 spec.podSelector.matchLabels{'.app' if code == DECODE else ''}",)
    )
    means = None if text is None else policy(spec.format(f'"{text}"'))
    return of_text(f"label {value[:30]}", policy(spec.format(value)), *said, means=means, unknown=text is None)


CASES: tuple[Case, ...] = (
    of_text(
        "no port at all",
        policy("{podSelector: {}, ingress: [{ports: [{port: ~}]}]}"),
        means=policy("{podSelector: {}, ingress: [{ports: [{}]}]}"),
    ),
    port("8080", "8080"),
    port('"http"', '"http"'),
    port("0x1F90", "8080"),
    port("017620", "8080"),
    port("0o17620", "8080"),
    port("0b1111110010000", "8080"),
    port("8_080", "8080"),
    port("+8080", "8080"),
    port("8080.0", "8080"),
    port("8.08e3", "8080"),
    port("080", "80"),
    port("!!int 8080", "8080"),
    port('!!int "8080"', "8080"),
    port("!Ref 8080", None, INVALID),
    port("1:20", None, INVALID),
    port("22:53", None, INVALID),
    port("8080.5", None, DECODE),
    port('"8080"', None, INVALID),
    port("yes", None, DECODE),
    port("2024-01-01", None, INVALID),
    port(".inf", None, INVALID),
    port(".nan", None, INVALID),
    port("1e400", '"1e400"'),
    port("-1", None, INVALID),
    port("65536", None, INVALID),
    port("9223372036854775808", None, INVALID),
    port("1" * 10_000, None, INVALID),
    port("2024-99-99", None, INVALID),
    port("=", None, INVALID),
    label("client", "client"),
    label("y", None, DECODE),
    label("N", None, DECODE),
    label("on", None, DECODE),
    label("1", None, DECODE),
    label("1.0", None, DECODE),
    label("0x1", None, DECODE),
    label("2024-01-01", "2024-01-01"),
    label("1:20", None, INVALID),
    label("~", ""),
    label("null", ""),
    label("tRue", "tRue"),
    label("!!str yes", "yes"),
    label("!!binary Y2xpZW50", "client"),
    label("!!str ''", ""),
    label("<<", None, INVALID),
)
