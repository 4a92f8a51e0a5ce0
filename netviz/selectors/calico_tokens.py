"""The words and signs of a Calico selector, and errors that point at one of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from netviz.errors import NetvizError, shown

LABEL_LENGTH: Final = 512
_CARET_WINDOW: Final = 72
_NEWLINE_HINT: Final = "write the selector on one line; in a YAML block use >-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorError:
    """Why a text is not a selector: `column` is the 0-based place in `text`, its length for the end."""

    message: str
    column: int
    text: str
    hint: str | None = None

    def __str__(self) -> str:
        """The message with the column as an editor counts it, from 1."""
        return f"{self.message} at column {self.column + 1}"

    def caret(self) -> str:
        """Two lines: the text, or as much of it as fits around the place, and a `^` under the place.

        Characters that do not print are written out, so that the text stays on its line.
        """
        first = max(0, min(self.column - _CARET_WINDOW // 2, len(self.text) - _CARET_WINDOW))
        last = first + _CARET_WINDOW
        before = ("…" if first else "") + _visible(self.text[first : self.column])
        after = _visible(self.text[self.column : last]) + ("…" if last < len(self.text) else "")
        return f"{before}{after}\n{' ' * sum(map(_width, before))}^"


class SelectorSyntaxError(NetvizError):
    """A text that is not a selector; `error` says why and where."""

    def __init__(self, error: SelectorError) -> None:
        super().__init__(error)
        self.error = error


class TokenKind(Enum):
    """What a piece of a selector is: a bare word, a quoted string, a sign, or the end of the text."""

    WORD = auto()
    STRING = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a selector; `text` is without the quotes of a string, `start` and `end` are places with them."""

    kind: TokenKind
    text: str
    start: int
    end: int

    def is_sign(self, *signs: str) -> bool:
        """Whether this is one of the signs."""
        return self.kind is TokenKind.SIGN and self.text in signs

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the words, bare and in this case."""
        return self.kind is TokenKind.WORD and self.text in words


_PIECE: Final = re.compile(
    r"""(?P<WORD>[A-Za-z0-9_./-]+) | '(?P<SINGLE>[^']*)' | "(?P<DOUBLE>[^"]*)" | (?P<SIGN>==|!=|&&|\|\||[(){},!])""",
    re.VERBOSE,
)
_BLANKS: Final = re.compile(r"[ \t]*")


def tokens_of(text: str) -> tuple[Token, ...]:
    """The pieces of a selector, in order, with an END as the last; SelectorSyntaxError where nothing fits.

    Which words are operators is for the parser to say: as a label, any of them is only a word.
    """
    found: list[Token] = []
    place = _after_blanks(text, 0)
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None or piece.lastgroup is None:
            raise SelectorSyntaxError(_unreadable(text, place))
        kind = TokenKind.__members__.get(piece.lastgroup, TokenKind.STRING)
        if kind is TokenKind.WORD and piece.end() - place > LABEL_LENGTH:
            message = f"label too long: may not be more than {LABEL_LENGTH} characters"
            raise SelectorSyntaxError(SelectorError(message=message, column=place, text=text))
        found.append(Token(kind, piece[piece.lastgroup], place, piece.end()))
        place = _after_blanks(text, piece.end())
    return (*found, Token(TokenKind.END, "", place, place))


def _after_blanks(text: str, place: int) -> int:
    blanks = _BLANKS.match(text, place)
    return blanks.end() if blanks else place


def _unreadable(text: str, place: int) -> SelectorError:
    hint = None
    match text[place]:
        case "'" | '"':
            message = "unterminated string"
        case "=" | "&" | "|" as sign:
            message = f"expected {sign}{sign}"
        case "\n" | "\r":
            message, hint = "unexpected newline", _NEWLINE_HINT
        case other:
            message = f"unexpected character {_visible(other)}"
    return SelectorError(message=message, column=place, text=text, hint=hint)


def _visible(text: str) -> str:
    return "".join(map(shown, text))


def _width(character: str) -> int:
    """The columns that a terminal gives to one printable character."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
