"""Calico's selector language.

    selector   = [ any ] END                               nothing but blanks selects everything
    any        = all { "||" all }
    all        = unary { "&&" unary }
    unary      = { "!" } primary
    primary    = "(" any ")" | "all(" ")" | "has(" label ")" | comparison
    comparison = label ( "==" | "!=" ) string
               | label ( "in" | "not in" | "notin" ) "{" [ string { "," string } [ "," ] ] "}"
               | label ( "contains" | "starts with" | "startswith" | "ends with" | "endswith" ) string
    label      = 1 to 512 of A-Z a-z 0-9 _ . / -           "in", "has" and the like are labels too
    string     = "'" what is not "'" "'" | '"' what is not '"' '"'          no escapes

Between the pieces there may be blanks, which are spaces and tabs only; none between `has` or `all` and its parenthesis.
A line break is allowed inside a string only. Words are case sensitive. `!=` and `not in` are also true of objects
without the label. The namespace selector of a rule may be `global()` instead, which selects what is in no namespace.

Source: libcalico-go/lib/selector (tokenizer and parser), validator/v3 (validateEntityRule) in projectcalico/calico.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from netviz.selectors.calico_tokens import (
    SelectorError,
    SelectorSyntaxError,
    Token,
    TokenKind,
    tokens_of,
)
from netviz.selectors.tree import EVERYTHING, AllOf, AnyOf, HasKey, Negated, Selector, ValueIn, ValueTest

__all__ = [
    "DEPTH_LIMIT",
    "GLOBAL",
    "LENGTH_LIMIT",
    "GlobalScope",
    "SelectorError",
    "SelectorSyntaxError",
    "is_global",
    "parse",
    "parse_namespace_selector",
]

LENGTH_LIMIT: Final = 1024
"""Characters of a selector that the API takes (the maxLength of its schemas)."""
DEPTH_LIMIT: Final = 100
"""Parentheses inside each other; Calico itself knows no limit."""


class GlobalScope(Enum):
    """The one namespace selector that is not about labels."""

    GLOBAL = "global()"


GLOBAL: Final = GlobalScope.GLOBAL

_GLOBAL: Final = re.compile(r"[ \t]*global\([ \t]*\)[ \t]*")
_GLOBAL_ELSEWHERE: Final = "global() can only be used in an EntityRule namespaceSelector"
_GLOBAL_COMBINED: Final = "global() cannot be combined with other selectors"

_OPERATORS: Final = (
    ("contains",),
    ("startswith",),
    ("starts", "with"),
    ("endswith",),
    ("ends", "with"),
    ("in",),
    ("notin",),
    ("not", "in"),
)
_OTHER_LANGUAGES: Final = {"and": "&&", "or": "||", "not": "!"}


def parse(text: str, *, limit: int = LENGTH_LIMIT, depth: int = DEPTH_LIMIT) -> Selector:
    """The selector that the text means; blank means everything.

    SelectorSyntaxError if it is none, is longer than `limit` characters, or has parentheses more than `depth` deep.
    `global()` is an error, and so is its beginning inside a string: the API server looks for the bare characters.
    """
    return _parse(text, limit, depth, _GLOBAL_ELSEWHERE)


def parse_namespace_selector(
    text: str, *, limit: int = LENGTH_LIMIT, depth: int = DEPTH_LIMIT
) -> Selector | GlobalScope:
    """What the `namespaceSelector` of a rule's source or destination means: as `parse`, or GLOBAL.

    Source: EntityRule.namespaceSelector, projectcalico.org/v3.
    """
    if len(text) <= limit and is_global(text):
        return GLOBAL
    return _parse(text, limit, depth, _GLOBAL_COMBINED)


def is_global(text: str) -> bool:
    """Whether the text is `global()` and nothing else."""
    return _GLOBAL.fullmatch(text) is not None


def _parse(text: str, limit: int, depth: int, refusal_of_global: str) -> Selector:
    if len(text) > limit:
        message = f"Too long: may not be more than {limit} characters"
        raise SelectorSyntaxError(SelectorError(message=message, column=limit, text=text))
    if (column := text.find("global(")) >= 0:
        raise SelectorSyntaxError(SelectorError(message=refusal_of_global, column=column, text=text))
    return _Parser(text, tokens_of(text), depth).selector()


@dataclass(frozen=True, slots=True)
class _Parser:
    """The rules of the grammar: each takes the index of a token and returns what it read and the index after it."""

    text: str
    tokens: tuple[Token, ...]
    depth: int

    def selector(self) -> Selector:
        if self.tokens[0].kind is TokenKind.END:
            return EVERYTHING
        selector, at = self.any_of(0, 0)
        if self.tokens[at].kind is not TokenKind.END:
            raise self.error("unexpected content at end of selector", at, _word_hint(self.tokens[at]))
        return selector

    def any_of(self, at: int, level: int) -> tuple[Selector, int]:
        first, at = self.all_of(at, level)
        parts = [first]
        while self.tokens[at].is_sign("||"):
            part, at = self.all_of(at + 1, level)
            parts.append(part)
        return AnyOf(tuple(parts)) if len(parts) > 1 else first, at

    def all_of(self, at: int, level: int) -> tuple[Selector, int]:
        first, at = self.unary(at, level)
        parts = [first]
        while self.tokens[at].is_sign("&&"):
            part, at = self.unary(at + 1, level)
            parts.append(part)
        return AllOf(tuple(parts)) if len(parts) > 1 else first, at

    def unary(self, at: int, level: int) -> tuple[Selector, int]:
        first = at
        while self.tokens[at].is_sign("!"):
            at += 1
        is_negated = (at - first) % 2 == 1
        selector, at = self.primary(at, level)
        return Negated(selector) if is_negated else selector, at

    def primary(self, at: int, level: int) -> tuple[Selector, int]:
        token = self.tokens[at]
        if token.is_sign("("):
            if level == self.depth:
                raise self.error(f"nested more than {self.depth} parentheses deep", at)
            selector, at = self.any_of(at + 1, level + 1)
            return selector, self.after(")", at)
        if token.kind is not TokenKind.WORD:
            raise self.error("expected identifier, has(), all(), ! or (", at)
        opening = self.tokens[at + 1]
        is_call = opening.is_sign("(") and opening.start == token.end
        if is_call and token.is_word("all"):
            return EVERYTHING, self.after(")", at + 2)
        if is_call and token.is_word("has"):
            return HasKey(self.label(at + 2)), self.after(")", at + 3)
        return self.comparison(at)

    def comparison(self, at: int) -> tuple[Selector, int]:
        key, operator = self.tokens[at].text, self.operator(at)
        at += 1 + len(operator)
        match "".join(operator):
            case "==":
                return ValueIn(key, (self.string(at),)), at + 1
            case "!=":
                return Negated(ValueIn(key, (self.string(at),))), at + 1
            case "in":
                values, at = self.strings(at)
                return ValueIn(key, values), at
            case "notin":
                values, at = self.strings(at)
                return Negated(ValueIn(key, values)), at
            case test:
                return ValueTest(key, test, self.string(at)), at + 1

    def operator(self, at: int) -> tuple[str, ...]:
        """The pieces of the operator that follows the label at this index."""
        label, first = self.tokens[at : at + 2]
        if first.is_sign("==", "!="):
            return (first.text,)
        for words in _OPERATORS:
            pieces = self.tokens[at + 1 : at + 1 + len(words)]
            if len(pieces) == len(words) and all(map(Token.is_word, pieces, words)):
                return words
        raise self.error("expected operator after label", at + 1, _operator_hint(label, first))

    def strings(self, at: int) -> tuple[tuple[str, ...], int]:
        """The values of a set, sorted and each once, and the index after it."""
        if not self.tokens[at].is_sign("{"):
            raise self.error("expected set literal", at, "write the values as {'a', 'b'}")
        at += 1
        values: set[str] = set()
        while self.tokens[at].kind is TokenKind.STRING:
            values.add(self.tokens[at].text)
            at += 1
            if not self.tokens[at].is_sign(","):
                break
            at += 1
        return tuple(sorted(values)), self.after("}", at)

    def string(self, at: int) -> str:
        token = self.tokens[at]
        if token.kind is not TokenKind.STRING:
            hint = f"values need quotes: '{token.text}'" if token.kind is TokenKind.WORD else None
            raise self.error("expected string", at, hint)
        return token.text

    def label(self, at: int) -> str:
        if self.tokens[at].kind is not TokenKind.WORD:
            raise self.error("expected identifier", at)
        return self.tokens[at].text

    def after(self, sign: str, at: int) -> int:
        """The index after the sign that must be here."""
        if not self.tokens[at].is_sign(sign):
            raise self.error(f"expected {sign}", at)
        return at + 1

    def error(self, message: str, at: int, hint: str | None = None) -> SelectorSyntaxError:
        column = self.tokens[at].start
        return SelectorSyntaxError(SelectorError(message=message, column=column, text=self.text, hint=hint))


def _operator_hint(label: Token, following: Token) -> str | None:
    if label.text.lower() == "not":
        return _word_hint(label)
    if label.is_word("has", "all") and following.is_sign("("):
        return f"write {label.text}( without a blank"
    return _word_hint(following)


def _word_hint(token: Token) -> str | None:
    """What to write instead of a word that other languages would take here."""
    if token.kind is not TokenKind.WORD:
        return None
    word = token.text.lower()
    if word in _OTHER_LANGUAGES:
        return f"write {_OTHER_LANGUAGES[word]} instead of {token.text}"
    is_operator = any(word in words for words in _OPERATORS)
    return f"write {word} in lower case" if is_operator and word != token.text else None
