"""The table was checked against sigs.k8s.io/yaml 1.6.0, the reader of kubectl."""

from __future__ import annotations

import math

import pytest

from netviz.manifests.scalars import Scalar, ScalarError, json_number, key_text, resolve, tagged

pytestmark = pytest.mark.promise(4)

PLAIN: tuple[tuple[str, Scalar], ...] = (
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"), ("~b", "~b"),
    ("true", True), ("TRUE", True), ("tRue", "tRue"), ("yes", True), ("No", False), ("NO", False), ("ON", True),
    ("off", False), ("y", True), ("Y", True), ("n", False), ("N", False),
    ("0", 0), ("-0", 0), ("5", 5), ("+5", 5), ("-5", -5), ("00", 0), ("+ 5", "+ 5"), ("+", "+"), ("-x", "-x"),
    ("010", 8), ("-010", -8), ("+010", 8), ("0777", 511), ("080", 80), ("08_0", 80), ("0_8", 8),
    ("0o17", 15), ("0O17", 15), ("-0o7", -7), ("0o8", "0o8"), ("0x1F", 31), ("0X1f", 31), ("-0x1f", -31),
    ("0xB", 11), ("0xb1", 177), ("0xBEEF", 48879), ("0x", "0x"), ("0xg", "0xg"), ("0x_1", 1),
    ("0b11", 3), ("-0b11", -3), ("+0b1", 1), ("0B1", 1), ("0b12", "0b12"),
    ("1_000", 1000), ("1__0", 10), ("1_", 1), ("_1", "_1"), ("1,000", "1,000"), ("1 2", "1 2"), ("1d", "1d"),
    ("9223372036854775808", 9223372036854775808), ("18446744073709551615", 18446744073709551615),
    ("-9223372036854775808", -9223372036854775808), ("99999999999999999999", 100000000000000000000),
    ("0xffffffffffffffffff", "0xffffffffffffffffff"), ("1" * 10_000, "1" * 10_000),
    ("123456789012345678901234567890", 1.2345678901234568e29),
    ("1.5", 1.5), ("1.", 1), ("0.", 0), (".5", 0.5), ("-.5", -0.5), (".1e1", 1), (".5_0", 0.5), ("._5", "._5"),
    ("1.0", 1), ("80.0", 80), ("8e1", 80), ("1e3", 1000), ("1E-2", 0.01), ("1e+3", 1000), ("1_0e1", 100),
    ("1e5_0", 1e50), ("1e20", 100000000000000000000), ("1e21", 1e21), ("1e-400", 0), ("5e-324", 5e-324),
    ("1e400", "1e400"), ("-1e400", "-1e400"), ("1e", "1e"), ("e1", "e1"), (".e1", ".e1"), (".5e", ".5e"),
    (".", "."), ("..", ".."), ("0x1p4", "0x1p4"), ("infinity", "infinity"), ("nan", "nan"), (".Infinity", ".Infinity"),
    ("1:20", "1:20"), ("22:53", "22:53"), ("190:20:30", "190:20:30"), ("10.0.0.1", "10.0.0.1"), ("1.2.3", "1.2.3"),
    ("2024-01-01", "2024-01-01"), ("2024-99-99", "2024-99-99"), ("2001-12-14t21:59:43.10Z", "2001-12-14t21:59:43.10Z"),
    ("=", "="), ("<<", "<<"), ("٣", "٣"), ("１", "１"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), PLAIN)
def test_a_plain_scalar_means_what_kubectl_makes_of_it(text: str, value: Scalar) -> None:
    found = json_number(resolve(text))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"), [(".inf", math.inf), ("+.Inf", math.inf), ("-.INF", -math.inf), (".inF", ".inF")]
)
def test_infinity_has_three_spellings(text: str, value: Scalar) -> None:
    assert json_number(resolve(text)) == value


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_read_as_such(text: str) -> None:
    value = json_number(resolve(text))
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "5", "5"), ("int", "5", 5), ("int", "0x10", 16), ("float", "5", 5), ("float", "1.5", 1.5),
        ("bool", "yes", True), ("bool", "true", True), ("null", "", None), ("null", "~", None),
        ("binary", "aGVsbG8=", "hello"), ("binary", "/w==", "\ufffd"), ("binary", "aGVs\r\nbG8=\n", "hello"),
        ("timestamp", "2024-01-01", "2024-01-01"), ("foo", "5", "5"),
    ],
)  # fmt: skip
def test_a_core_tag_decides_the_type(tag: str, text: str, value: Scalar) -> None:
    found = json_number(tagged(f"tag:yaml.org,2002:{tag}", text))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("tag", ["!Ref", "!", "x", "int", "binary"])
def test_a_tag_that_is_not_of_the_core_leaves_a_text(tag: str) -> None:
    assert tagged(tag, "5") == "5"


@pytest.mark.parametrize(
    ("tag", "text"),
    [("int", "5.5"), ("int", "x"), ("int", "true"), ("float", "x"), ("bool", "x"), ("bool", "1"), ("null", "x"),
     ("int", ""), ("binary", "***"), ("binary", "é")],
)  # fmt: skip
def test_a_core_tag_that_does_not_fit_is_refused_without_a_quotation(tag: str, text: str) -> None:
    with pytest.raises(ScalarError) as refused:
        tagged(f"tag:yaml.org,2002:{tag}", text)
    assert f"!!{tag}" in str(refused.value)
    assert "***" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "1"), ("-5", "-5"), ("010", "8"), ("0x10", "16"), ("true", "true"), ("yes", "true"), ("y", "true"),
        ("off", "false"), ("a", "a"), ("2024-01-01", "2024-01-01"), ("1:20", "1:20"), ("-0", "0"), ("-0.0", "-0"),
        ("9223372036854775807", "9223372036854775807"), ("99999999999999999999", "1e+20"),
        ("1.5", "1.5"), ("0.1", "0.1"), ("1e3", "1000"), ("100000.0", "100000"), ("1000000.0", "1e+06"),
        ("1234567.0", "1.234567e+06"), ("12345678.5", "1.2345678e+07"), ("16777217.0", "1.6777216e+07"),
        ("0.00001", "1e-05"), ("1e-7", "1e-07"), ("123456.789", "123456.79"), ("999999.9", "999999.9"),
        ("3.14159265358979", "3.1415927"), ("1e30", "1e+30"), ("3.4e39", ".inf"), (".inf", ".inf"), ("-.inf", "-.inf"),
        (".nan", ".nan"),
    ],
)  # fmt: skip
def test_a_key_becomes_the_text_that_kubectl_makes_of_it(text: str, key: str) -> None:
    assert key_text(resolve(text)) == key


@pytest.mark.parametrize("text", ["", "~", "null", "18446744073709551615"])
def test_null_and_numbers_above_63_bits_are_no_keys(text: str) -> None:
    with pytest.raises(ScalarError):
        key_text(resolve(text))
