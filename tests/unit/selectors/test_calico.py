from __future__ import annotations

import pickle

import pytest

from netviz.errors import NetvizError
from netviz.selectors.calico import (
    GLOBAL,
    LENGTH_LIMIT,
    SelectorError,
    SelectorSyntaxError,
    is_global,
    parse,
    parse_namespace_selector,
)
from netviz.selectors.tree import (
    EVERYTHING,
    AllOf,
    AnyOf,
    HasKey,
    Labels,
    Negated,
    Selector,
    ValueIn,
    ValueTest,
    matches,
)

A, B, C = HasKey("a"), HasKey("b"), HasKey("c")
A_IS_X = ValueIn("a", ("x",))


def holds(text: str, **labels: str) -> bool:
    verdict = matches(parse(text), Labels.of(dict(labels)))
    assert verdict is not None
    return verdict


def refusal(text: str) -> SelectorError:
    with pytest.raises(SelectorSyntaxError) as caught:
        parse(text)
    assert caught.value.error.text == text
    return caught.value.error


def refused(text: str) -> tuple[str, int]:
    error = refusal(text)
    return error.message, error.column


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("a == 'x'", A_IS_X),
        ("a=='x'", A_IS_X),
        ("a != 'x'", Negated(A_IS_X)),
        ("a!='x'", Negated(A_IS_X)),
        ("a in {'y', 'x'}", ValueIn("a", ("x", "y"))),
        ("a in{'x'}", A_IS_X),
        ("a not in {'x'}", Negated(A_IS_X)),
        ("a not \t in{'x'}", Negated(A_IS_X)),
        ("a notin {'x'}", Negated(A_IS_X)),
        ("a contains 'x'", ValueTest("a", "contains", "x")),
        ("a contains'x'", ValueTest("a", "contains", "x")),
        ("a starts with 'x'", ValueTest("a", "startswith", "x")),
        ("a starts  with 'x'", ValueTest("a", "startswith", "x")),
        ("a startswith 'x'", ValueTest("a", "startswith", "x")),
        ("a ends with 'x'", ValueTest("a", "endswith", "x")),
        ("a endswith 'x'", ValueTest("a", "endswith", "x")),
        ("has(a)", A),
        ("all()", EVERYTHING),
    ],
)
def test_b70_every_operator_has_its_tree(text: str, selector: Selector) -> None:
    assert parse(text) == selector


@pytest.mark.parametrize("text", ["a != 'x'", "a not in {'x', 'y'}", "a notin {'x'}", "!has(a)", "!a contains 'x'"])
def test_b70_what_denies_a_value_is_true_without_the_label(text: str) -> None:
    assert holds(text)
    assert holds(text, b="x")


@pytest.mark.parametrize(
    "text",
    [
        "a == 'x'",
        "a in {'x'}",
        "a contains 'x'",
        "a starts with 'x'",
        "a startswith 'x'",
        "a ends with 'x'",
        "a endswith 'x'",
        "a contains ''",
        "a == ''",
    ],
)
def test_b70_what_asks_for_a_value_is_false_without_the_label(text: str) -> None:
    assert not holds(text)
    assert not holds(text, b="x")


def test_b70_parts_of_values_are_compared_at_their_place() -> None:
    assert holds("a contains 'b'", a="abc")
    assert holds("a starts with 'ab'", a="abc")
    assert not holds("a starts with 'bc'", a="abc")
    assert holds("a ends with 'bc'", a="abc")
    assert not holds("a ends with 'ab'", a="abc")
    assert holds("a contains ''", a="")


@pytest.mark.parametrize(
    ("text", "refusal_of_it"),
    [
        ("a = 'x'", ("expected ==", 2)),
        ("a == 'x' & has(b)", ("expected &&", 9)),
        ("a == 'x' | has(b)", ("expected ||", 9)),
        ("a == 'x' and has(b)", ("unexpected content at end of selector", 9)),
        ("a == 'x' or has(b)", ("unexpected content at end of selector", 9)),
        ("not a == 'x'", ("expected operator after label", 4)),
        ("a IN {'x'}", ("expected operator after label", 2)),
        ("a Contains 'x'", ("expected operator after label", 2)),
        ("a starts 'x'", ("expected operator after label", 2)),
        ("a not {'x'}", ("expected operator after label", 2)),
        ("a containsx 'x'", ("expected operator after label", 2)),
        ("a =~ 'x'", ("expected ==", 2)),
        ("a > '1'", ("unexpected character >", 2)),
        ("HAS(a)", ("expected operator after label", 3)),
    ],
)
def test_b70_the_words_of_other_languages_are_refused(text: str, refusal_of_it: tuple[str, int]) -> None:
    assert refused(text) == refusal_of_it


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a == 'x' and has(b)", "write && instead of and"),
        ("a == 'x' OR has(b)", "write || instead of OR"),
        ("not a == 'x'", "write ! instead of not"),
        ("a IN {'x'}", "write in in lower case"),
        ("a Starts with 'x'", "write starts in lower case"),
        ("a == x", "values need quotes: 'x'"),
        ("a in 'x'", "write the values as {'a', 'b'}"),
        ("has (a)", "write has( without a blank"),
        ("all ()", "write all( without a blank"),
        ("has(a)\n", "write the selector on one line; in a YAML block use >-"),
        ("a b", None),
        ("a == {", None),
        ("has(a) has(b)", None),
    ],
)
def test_b70_a_likely_slip_comes_with_a_hint(text: str, hint: str | None) -> None:
    assert refusal(text).hint == hint


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("!a == 'x'", Negated(A_IS_X)),
        ("!a != 'x'", Negated(Negated(A_IS_X))),
        ("!!has(a)", A),
        ("!! !has(a)", Negated(A)),
        ("!has(a) && has(b)", AllOf((Negated(A), B))),
        ("has(a) || has(b) && has(c)", AnyOf((A, AllOf((B, C))))),
        ("has(a) && has(b) || has(c)", AnyOf((AllOf((A, B)), C))),
        ("(has(a) || has(b)) && has(c)", AllOf((AnyOf((A, B)), C))),
        ("!(has(a) || has(b))", Negated(AnyOf((A, B)))),
        ("has(a)&&has(b)&&has(c)", AllOf((A, B, C))),
        ("((has(a)))", A),
    ],
)
def test_b71_not_binds_over_and_and_and_over_or(text: str, selector: Selector) -> None:
    assert parse(text) == selector


@pytest.mark.parametrize(
    ("text", "column"), [("!", 1), ("!!", 2), ("has(a) &&", 9), ("&& has(a)", 0), ("has(a) || || has(b)", 10)]
)
def test_b71_a_sign_without_its_part_is_refused(text: str, column: int) -> None:
    assert refused(text) == ("expected identifier, has(), all(), ! or (", column)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a == "x"', "x"),
        ("""a == 'say "x"'""", 'say "x"'),
        ('''a == "it's"''', "it's"),
        (r"a == 'x\'", "x\\"),
        (r'a == "\n"', r"\n"),
        ("a == ''", ""),
        ("a == ' x '", " x "),
        ("a == 'has(b) && ! {'", "has(b) && ! {"),
        ("a == 'größe ☃'", "größe ☃"),
    ],
)
def test_b72_either_quote_holds_anything_but_itself(text: str, value: str) -> None:
    assert parse(text) == ValueIn("a", (value,))


@pytest.mark.parametrize(
    ("text", "refusal_of_it"),
    [
        ("a == b", ("expected string", 5)),
        ("a != b", ("expected string", 5)),
        ("a contains b", ("expected string", 11)),
        ("a starts with b", ("expected string", 14)),
        ("a ==", ("expected string", 4)),
        ("a == {'x'}", ("expected string", 5)),
        ("'a' == 'x'", ("expected identifier, has(), all(), ! or (", 0)),
        ("a == 'x' 'y'", ("unexpected content at end of selector", 9)),
        ("a == 'x", ("unterminated string", 5)),
        ("a == \"x'", ("unterminated string", 5)),
        (r"a == 'it\'s'", ("unterminated string", 11)),
    ],
)
def test_b72_a_value_without_quotes_is_refused(text: str, refusal_of_it: tuple[str, int]) -> None:
    assert refused(text) == refusal_of_it


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a in {'x', 'y'}", ("x", "y")),
        ("a in {'x','y',}", ("x", "y")),
        ("a in { 'x' , \"y\" , }", ("x", "y")),
        ("a in {'g', 'c', 'e', 'a', 'f', 'b', 'd', 'c'}", tuple("abcdefg")),
        ("a in {}", ()),
        ("a in { }", ()),
    ],
)
def test_b73_a_set_may_be_empty_and_end_with_a_comma(text: str, values: tuple[str, ...]) -> None:
    assert parse(text) == ValueIn("a", values)


def test_b73_in_the_empty_set_is_never_and_not_in_it_always() -> None:
    for labels in (Labels(), Labels.of({"a": "x"}), Labels.of({"a": None}), Labels(complete=False)):
        assert matches(parse("a in {}"), labels) is False
        assert matches(parse("a not in {}"), labels) is True


@pytest.mark.parametrize(
    ("text", "refusal_of_it"),
    [
        ("a in {,}", ("expected }", 6)),
        ("a in {,'x'}", ("expected }", 6)),
        ("a in {'x' 'y'}", ("expected }", 10)),
        ("a in {'x',,}", ("expected }", 10)),
        ("a in {x}", ("expected }", 6)),
        ("a in {'x'", ("expected }", 9)),
        ("a in {'x')", ("expected }", 9)),
        ("a in 'x'", ("expected set literal", 5)),
        ("a not in", ("expected set literal", 8)),
        ("a notin ('x')", ("expected set literal", 8)),
    ],
)
def test_b73_any_other_set_is_refused(text: str, refusal_of_it: tuple[str, int]) -> None:
    assert refused(text) == refusal_of_it


@pytest.mark.parametrize(
    "label", ["in", "not", "has", "all", "global", "contains", "starts", "with", "notin", "and", "or", "-", "9", "..//"]
)
def test_b74_any_word_is_a_label_where_a_label_is_expected(label: str) -> None:
    assert parse(f"{label} == 'x'") == ValueIn(label, ("x",))
    assert parse(f"{label} contains 'x'") == ValueTest(label, "contains", "x")
    assert parse(f"{label} not in {{'x'}}") == Negated(ValueIn(label, ("x",)))
    assert parse(f"!has({label}) || {label} in {{'x'}}") == AnyOf((Negated(HasKey(label)), ValueIn(label, ("x",))))


def test_b74_a_label_has_letters_digits_and_four_signs() -> None:
    assert parse("has(projectcalico.org/Name_0-9)") == HasKey("projectcalico.org/Name_0-9")


def test_b74_a_label_has_up_to_512_characters() -> None:
    assert parse(f"has({'k' * 512})") == HasKey("k" * 512)
    assert refused(f"has({'k' * 513})") == ("label too long: may not be more than 512 characters", 4)


@pytest.mark.parametrize("text", ["has( a)", "has(a )", "has(\ta\t)", " has(a) "])
def test_b74_blanks_are_fine_inside_the_parentheses(text: str) -> None:
    assert parse(text) == A


@pytest.mark.parametrize(
    ("text", "refusal_of_it"),
    [
        ("has (a)", ("expected operator after label", 4)),
        ("all ()", ("expected operator after label", 4)),
        ("has()", ("expected identifier", 4)),
        ("has('a')", ("expected identifier", 4)),
        ("has(a", ("expected )", 5)),
        ("has(a b)", ("expected )", 6)),
        ("has(a, b)", ("expected )", 5)),
        ("all(a)", ("expected )", 4)),
        ("xhas(a)", ("expected operator after label", 4)),
        ("größe == 'x'", ("unexpected character ö", 2)),
        ("has(\u0661)", ("unexpected character \u0661", 4)),
        ("a:b == 'x'", ("unexpected character :", 1)),
        ("a", ("expected operator after label", 1)),
        ("a b", ("expected operator after label", 2)),
    ],
)
def test_b74_what_is_no_label_is_refused(text: str, refusal_of_it: tuple[str, int]) -> None:
    assert refused(text) == refusal_of_it


@pytest.mark.parametrize("text", ["\thas(a)\t", " \t has(a)", "(\thas(a) )", "! \t! has( a\t)"])
def test_b75_spaces_and_tabs_are_blanks(text: str) -> None:
    assert parse(text) == A


@pytest.mark.parametrize(
    ("text", "column"),
    [("has(a)\n", 6), ("\nhas(a)", 0), ("has(a) &&\nhas(b)", 9), ("has(\na)", 4), ("\n", 0), ("has(a)\r\n", 6)],
)
def test_b75_a_line_break_is_refused(text: str, column: int) -> None:
    assert refused(text) == ("unexpected newline", column)


def test_b75_in_a_string_a_line_break_is_a_character_like_any_other() -> None:
    assert parse("a == 'x\ny'") == ValueIn("a", ("x\ny",))


@pytest.mark.parametrize(
    ("blank", "message"),
    [
        ("\u00a0", "unexpected character \\u00a0"),
        ("\u3000", "unexpected character \\u3000"),
        ("\v", "unexpected character \\u000b"),
        ("\0", "unexpected character \\u0000"),
        ("\u202e", "unexpected character \\u202e"),
    ],
)
def test_b75_other_blanks_are_refused_and_made_visible(blank: str, message: str) -> None:
    assert refused(f"a{blank}== 'x'") == (message, 1)


@pytest.mark.parametrize("text", ["", " ", "\t \t", "all()", " all( ) ", "(all())"])
def test_b76_nothing_but_blanks_selects_everything(text: str) -> None:
    assert parse(text) == EVERYTHING
    assert parse_namespace_selector(text) == EVERYTHING


@pytest.mark.parametrize(("text", "column"), [("()", 1), ("( )", 2), ("has(a) && ()", 11)])
def test_b76_empty_parentheses_are_refused(text: str, column: int) -> None:
    assert refused(text) == ("expected identifier, has(), all(), ! or (", column)


def test_b76_all_may_be_part_of_a_larger_selector() -> None:
    assert parse("all() && has(a) || !all()") == AnyOf((AllOf((EVERYTHING, A)), Negated(EVERYTHING)))


@pytest.mark.parametrize("text", ["global()", " global() ", "global( )", "\tglobal(\t)"])
def test_b76_global_alone_is_a_namespace_selector(text: str) -> None:
    assert is_global(text)
    assert parse_namespace_selector(text) is GLOBAL
    assert pickle.loads(pickle.dumps(GLOBAL)) is GLOBAL


@pytest.mark.parametrize(
    "text", ["", "all()", "global", "global ()", "Global()", "global()\n", "!global()", "(global())"]
)
def test_b76_nothing_else_is_global(text: str) -> None:
    assert not is_global(text)


def test_e29_a_namespace_selector_is_otherwise_a_selector() -> None:
    assert parse_namespace_selector("has(a)") == A
    assert parse_namespace_selector("global == 'x'") == ValueIn("global", ("x",))


def test_e27_has_and_its_negation_part_the_labels() -> None:
    assert holds("has(pod)", pod="a")
    assert not holds("!has(pod)", pod="a")
    assert holds("!has(pod)")


@pytest.mark.parametrize(
    ("text", "column"), [("global()", 0), ("has(a) || global()", 10), ("!global( )", 1), ("a == 'global('", 6)]
)
def test_b83_global_is_refused_in_any_other_selector(text: str, column: int) -> None:
    assert refused(text) == ("global() can only be used in an EntityRule namespaceSelector", column)


@pytest.mark.parametrize(
    ("text", "column"),
    [("global() && has(a)", 0), ("!global()", 1), ("(global())", 1), ("global()\n", 0), ("a == 'global('", 6)],
)
def test_b83_global_is_refused_in_company(text: str, column: int) -> None:
    with pytest.raises(SelectorSyntaxError, match="cannot be combined with other selectors") as caught:
        parse_namespace_selector(text)
    assert caught.value.error.message == "global() cannot be combined with other selectors"
    assert caught.value.error.column == column


@pytest.mark.parametrize(
    ("text", "refusal_of_it"),
    [
        ("(has(a)", ("expected )", 7)),
        ("((has(a))", ("expected )", 9)),
        ("(has(a) has(b))", ("expected )", 8)),
        ("has(a))", ("unexpected content at end of selector", 6)),
        ("has(a)has(b)", ("unexpected content at end of selector", 6)),
        (")", ("expected identifier, has(), all(), ! or (", 0)),
        ("%", ("unexpected character %", 0)),
    ],
)
def test_b77_other_mistakes_are_named_where_they_are(text: str, refusal_of_it: tuple[str, int]) -> None:
    assert refused(text) == refusal_of_it


def test_b77_the_error_is_a_sentence_and_a_caret_under_the_place() -> None:
    with pytest.raises(NetvizError, match=r"^expected string at column 6$") as caught:
        parse("a == b")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copy, SelectorSyntaxError)
    assert copy.error.caret() == "a == b\n     ^"


@pytest.mark.parametrize(
    ("text", "caret"),
    [
        ("a ==", "a ==\n    ^"),
        ("", "\n^"),
        ("a\n== b", "a\\u000a== b\n          ^"),
        ("'日本' b", "'日本' b\n       ^"),
        ("'e\u0301' b", "'e\u0301' b\n    ^"),
    ],
)
def test_b77_the_caret_counts_columns_of_the_screen(text: str, caret: str) -> None:
    column = text.find("b") if "b" in text else len(text)
    assert SelectorError(message="m", column=column, text=text).caret() == caret


@pytest.mark.parametrize("column", [0, 10, 35, 36, 37, 500, 963, 964, 999, 1000])
def test_b77_of_a_long_text_the_caret_shows_a_window_around_the_place(column: int) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(1000))
    line, mark = SelectorError(message="m", column=column, text=text).caret().split("\n")
    assert len(line) <= 74
    assert mark.strip() == "^"
    under = line[len(mark) - 1 :]
    assert text[column:].startswith(under.removesuffix("…"))
    assert text[:column].endswith(line[: len(mark) - 1].removeprefix("…"))
    assert line.startswith("…") is (column > 36)
    assert line.endswith("…") is (column < 964)


def test_b78_values_are_compared_as_text_in_their_case() -> None:
    assert not holds("a == 'X'", a="x")
    assert not holds("A == 'x'", a="x")
    assert not holds("a == '1'", a="01")
    assert not holds("a == '.*'", a="x")
    assert not holds("a contains 'X'", a="x")


def test_b89_a_selector_has_up_to_1024_characters() -> None:
    fits = f"a == '{'ü' * (LENGTH_LIMIT - 7)}'"
    assert len(fits) == LENGTH_LIMIT
    assert holds(fits, a="ü" * (LENGTH_LIMIT - 7))
    assert refused(f"{fits} ") == ("Too long: may not be more than 1024 characters", LENGTH_LIMIT)
    assert parse(f"{fits} ", limit=LENGTH_LIMIT + 1) == parse(fits)


def test_b89_the_limit_comes_before_all_else() -> None:
    for text in (" " * 1025, "global()" + " " * 1024, "=" * 1025):
        with pytest.raises(SelectorSyntaxError, match="Too long"):
            parse_namespace_selector(text)


def test_parentheses_may_be_100_deep() -> None:
    deepest = "(" * 100 + "has(a)" + ")" * 100
    assert parse(deepest) == A
    assert refused(f"({deepest})") == ("nested more than 100 parentheses deep", 100)
    assert parse(f"({deepest})", depth=101) == A
    with pytest.raises(SelectorSyntaxError, match="nested more than 0"):
        parse("(has(a))", depth=0)


def test_what_is_beside_each_other_is_not_deep() -> None:
    assert parse("(has(a))&&" * 80 + "has(a)") == AllOf((A,) * 81)
    assert parse("!" * 1000 + "has(a)") == A


def test_the_deepest_selector_can_still_be_judged() -> None:
    deepest = "!(all()&&" * 95 + "has(a)" + ")" * 95
    assert len(deepest) <= LENGTH_LIMIT
    assert holds(deepest, a="x") is False
    assert holds(deepest) is True
