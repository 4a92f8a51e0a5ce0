import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.view.text import text_width, visible, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cart-service", "cart-service"),
        ("a\u202eb", "a\\u202eb"),
        ("tab\there", "tab\\u0009here"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("nul\x00", "nul\\u0000"),
        ("grün", "grün"),
    ],
)
def test_nothing_hides_in_a_text(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_printable_and_stays_as_it_is(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(visible(text)) == visible(text)


def test_a_short_name_stays_in_one_line() -> None:
    assert wrapped("cart", 200.0, 14.0) == ("cart",)


def test_a_long_name_breaks_after_a_hyphen() -> None:
    assert wrapped("payment-gateway-adapter", 120.0, 14.0) == ("payment-", "gateway-adapter")


def test_a_name_too_long_for_two_lines_keeps_its_beginning_and_its_end() -> None:
    first, second = wrapped("a" * 40 + "-middle-" + "z" * 40, 150.0, 14.0)
    assert first.startswith("aaaa")
    assert second.startswith("…")
    assert second.endswith("zzzz")


@given(st.text(alphabet="abcimW-._/09", min_size=1, max_size=80), st.floats(60.0, 240.0))
def test_no_line_is_wider_than_asked(text: str, width: float) -> None:
    lines = wrapped(text, width, 14.0, bold=True)
    assert len(lines) <= 2
    assert all(text_width(line, 14.0, bold=True) <= width for line in lines)


def test_bold_text_is_wider_and_width_grows_with_size() -> None:
    assert text_width("shop", 14.0, bold=True) > text_width("shop", 14.0)
    assert text_width("shop", 28.0) == pytest.approx(2 * text_width("shop", 14.0))
