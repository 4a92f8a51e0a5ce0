"""What a YAML scalar means to kubectl.

kubectl reads YAML with go-yaml v2 (through sigs.k8s.io/yaml), turns the outcome into JSON, and reads that. The rules
here were checked against sigs.k8s.io/yaml 1.6.0, case by case; tests/unit/manifests/test_scalars.py holds the table.

    null   "" ~ null Null NULL
    bool   y yes true on n no false off, each in lower case, capitalised and in upper case
    int    [+-] (0x HEX+ | 0b BIN+ | 0o OCT+ | 0 OCT* | 1-9 DEC*), underscores anywhere after the first character
    float  [+-] (.DEC+ | DEC+ [. DEC*]) [e [+-] DEC+], .inf, .nan
    str    everything else: dates, 1:20, =, 1e400, numbers with letters

What looks like an octal number but has an 8 or 9 is a decimal one (080 is 80). A float with an integral value is an
integer, because JSON makes no difference: 80.0 and 8e1 are 80.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Mapping
from types import MappingProxyType

Scalar = str | int | float | bool | None

_CORE = "tag:yaml.org,2002:"
MERGE_TAG = _CORE + "merge"

_WORDS: Mapping[str, Scalar] = MappingProxyType(
    {"": None, "~": None}
    | dict.fromkeys(("null", "Null", "NULL"))
    | {form: True for word in ("y", "yes", "true", "on") for form in (word, word.capitalize(), word.upper())}
    | {form: False for word in ("n", "no", "false", "off") for form in (word, word.capitalize(), word.upper())}
    | dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan)
    | {sign + form: math.inf for form in (".inf", ".Inf", ".INF") for sign in ("", "+")}
    | {"-" + form: -math.inf for form in (".inf", ".Inf", ".INF")}
)
_NUMBER_STARTS = frozenset("+-.0123456789")
_PREFIXED = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# What begins with a dot takes another path through go-yaml: there an underscore must stand between two digits.
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_MOST_DIGITS = 20
_LEAST, _MOST, _MOST_UNSIGNED = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
_MOST_INTEGRAL = 1e21


class ScalarError(ValueError):
    """A scalar that kubectl refuses; the text says why and quotes nothing of the input."""


def resolve(text: str) -> Scalar:
    """The value of a plain scalar without tag; a float stays one even if it is integral."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if text[0] == ".":
        return _float(text.replace("_", ""), text) if _DOT_FLOAT.fullmatch(text) else text
    plain = text.replace("_", "")
    number = _integer(plain)
    if number is not None:
        return number
    return _float(plain, text) if _FLOAT.fullmatch(plain) else text


def _integer(plain: str) -> int | None:
    """The integer that this text writes, None if it is none or does not fit into 64 bits."""
    if prefixed := _PREFIXED.fullmatch(plain):
        sign, hexadecimal, binary, octal = prefixed.groups()
        number = int(hexadecimal, 16) if hexadecimal else int(binary, 2) if binary else int(octal, 8)
    elif _DECIMAL.fullmatch(plain) and len(plain) <= _MOST_DIGITS:
        sign, number = "", int(plain)
    else:
        return None
    if sign == "-":
        number = -number
    most = _MOST if plain[0] in "+-" else _MOST_UNSIGNED
    return number if _LEAST <= number <= most else None


def _float(plain: str, text: str) -> float | str:
    number = float(plain)
    return text if math.isinf(number) else number


def json_number(value: Scalar) -> Scalar:
    """The value as it is after a way through JSON: an integral float is an integer."""
    if isinstance(value, float) and abs(value) < _MOST_INTEGRAL and value.is_integer():
        return int(value)
    return value


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag; one that is not of YAML's core leaves the text alone.

    Raises:
        ScalarError: the text is not of the type that the tag names.
    """
    kind = tag.removeprefix(_CORE)
    if kind == tag or kind not in ("binary", "int", "float", "bool", "null"):
        return text
    if kind == "binary":
        try:
            return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode("utf-8", "replace")
        except ValueError:
            raise ScalarError("!!binary holds invalid base64 data") from None
    value = resolve(text)
    match kind, value:
        case ("null", None) | ("bool", bool()) | ("float", float()):
            return value
        case (("int" | "float"), int()) if not isinstance(value, bool):
            return float(value) if kind == "float" else value
        case _:
            raise ScalarError(f"the value is not a !!{kind}, as its tag says")


def key_text(key: Scalar) -> str:
    """A key as JSON writes it.

    Raises:
        ScalarError: null, or an integer above 2^63 - 1, is no key.
    """
    match key:
        case None:
            raise ScalarError("a key is empty or null")
        case bool():
            return "true" if key else "false"
        case int() if key > _MOST:
            raise ScalarError("a key is a number above 2^63 - 1")
        case float():
            return _float_key(key)
        case _:
            return str(key)


def _float_key(number: float) -> str:
    """The shortest decimal that is the same number in single precision, which is what kubectl's converter prints."""
    single = _single(number)
    if not math.isfinite(single):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(single, ".nan")
    for digits in range(6, 9):
        if _single(float(f"{single:.{digits}g}")) == single:
            break
    else:
        digits = 9
    if digits > 6 and abs(single) >= 1e6:
        return f"{single:.{digits - 1}e}"
    return f"{single:.{digits}g}"


def _single(number: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)
