"""Wording: the smallest pieces of a query, as they are written; every mistake is a sentence at its place."""

import re

from app.domain.clause import Compound, Term
from app.domain.compound import SHORTEST, unspaced
from app.domain.field import COMPARISONS, NAMES, Field
from app.domain.folding import fold, tokens
from app.domain.mention import KINDS
from app.domain.mistake import mistake

QUOTES = '"„“”«»'

_FIELD = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)
_NEAR = re.compile(r"NEAR(/.*)?")
_HANDLE = re.compile(r"@\w[\w.-]*(@\w[\w.-]*)?")
_TAG = re.compile(r"#\w+")
_NUMBER = re.compile(r"(>=|<=|>|<|=)(\d{1,12})", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_LEAST = 2
"""Letters before a *: one would match a tenth of all words."""
_OPEN_FIELDS = frozenset({"channel", "author", "url", "place"})


def word(written: str, at: int) -> Term:
    """Read a word, perhaps with a * behind it."""
    if _NEAR.fullmatch(written):
        raise mistake("near_number", at, written=written)
    if (field_like := _FIELD.fullmatch(written)) and not written.lower().startswith(("http://", "https://")):
        _refuse_field(field_like[1], field_like[2], at)
    words = tokens(fold(written))
    if not words:
        raise mistake("wordless", at, written=written)
    return Term(written, _form(written, words, at))


def phrase(written: str, at: int) -> Term:
    """Read a phrase, quotation marks included; its last word may have a * behind it."""
    said = written[1:-1]
    words = tokens(fold(said))
    if not words:
        raise mistake("phrase_empty", at)
    if (star := said.rstrip().removesuffix("*").find("*")) >= 0:
        raise mistake("phrase_star", at + 1 + star)
    return Term(f'"{said}"', _form(said.rstrip(), words, at))


def tag(written: str, at: int) -> Term:
    """Read a #tag."""
    return _named(written, at, _TAG, "#nordlicht")


def handle(written: str, at: int) -> Term:
    """Read an @handle."""
    return _named(written, at, _HANDLE, "@nordlichtstrom")


def compound(written: str, at: int) -> Compound:
    """Read a ~part of words."""
    words = tokens(fold(written[1:]))
    if len(words) != 1 or not written[1].isalnum():
        raise mistake("part_words", at, written=written)
    if len(words[0]) < SHORTEST and not unspaced(words[0]):
        raise mistake("part_short", at, written=written, least=SHORTEST, word=written[1:])
    return Compound(written, words[0])


def field(written: str, at: int) -> Field:
    """Read a field with its value."""
    name, _, value = written.partition(":")
    name, start = name.lower(), at + len(name) + 1
    given = value.strip(QUOTES).strip()
    bare = fold(given.removesuffix("*").rstrip()) if given.endswith("*") else fold(given)
    if name == "followers":
        return Field(written, name, _count(given, start))
    if given.endswith("*") and name not in _OPEN_FIELDS:
        raise mistake("field_star", start, name=name)
    if "*" in bare or not tokens(bare):
        raise mistake("field_value", start, name=name)
    return Field(written, name, _VALUES.get(name, _plain)(bare, start), given.endswith("*"))


def _plain(value: str, _at: int) -> str:
    return value


def _count(value: str, at: int) -> str:
    if not _NUMBER.fullmatch(value):
        raise mistake("field_number", at, signs=", ".join(COMPARISONS))
    return value


def _kind(value: str, at: int) -> str:
    if value not in KINDS:
        raise mistake("field_kind", at, value=value, kinds=", ".join(KINDS))
    return value


def _lang(value: str, at: int) -> str:
    code = value.replace("_", "-")
    if not _LANGUAGE.fullmatch(code):
        raise mistake("field_lang", at, value=value)
    return code


def _url(value: str, _at: int) -> str:
    return re.sub(r"^(https?://)?(www\.)?", "", value)


_VALUES = {"kind": _kind, "lang": _lang, "url": _url}


def _form(written: str, words: list[str], at: int) -> str:
    form = f" {' '.join(words)}"
    if not written.endswith("*"):
        return f"{form} "
    if sum(map(len, words)) < _LEAST or not fold(written[:-1])[-1:].isalnum():
        raise mistake("star_short", at, least=_LEAST)
    return form


def _named(written: str, at: int, shape: re.Pattern[str], example: str) -> Term:
    bare, is_open = written.removesuffix("*"), written.endswith("*")
    folded = fold(bare).rstrip(".-")
    if not shape.fullmatch(folded) or not tokens(folded):
        raise mistake("name", at, written=written, example=example)
    if is_open and (len(folded) <= _LEAST or fold(bare) != folded):
        raise mistake("star_short", at, least=_LEAST)
    return Term(written, f" {folded}" if is_open else f" {folded} ")


def _refuse_field(name: str, value: str, at: int) -> None:
    if not value:
        if name.lower() in NAMES:
            raise mistake("field_blank", at + len(name) + 1, name=name)
        return
    raise mistake("field_unknown", at, name=name, names=", ".join(NAMES), value=value)
