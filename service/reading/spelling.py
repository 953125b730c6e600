"""One name in its spellings: accents and their lack, particles, "Jr.", nicknames, legal forms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .lexicon import words

PARTICLES = words("people", "particles")
# What Unicode does not take for a letter with an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe"}
)
_GENERATION = re.compile(r",?\s(?:Jr|Sr|Jnr|Snr)\b\.?$|,?\s(?:II|III|IV)$")
_MIDDLE_INITIALS = re.compile(r"(?<=\w\w)(?:\s[A-Z]\.)+(?=\s\w\w)")
_LEGAL_FORM = re.compile(
    r",?\s(?:(?:&\s)?Co|Inc|Corp|Corporation|Incorporated|Company|Ltd|Limited|LLC|LLP|PLC|plc|AG|GmbH|KG|SE|SA|S\.A|NV|N\.V"
    r"|BV|AB|ASA|AS|Oyj|SpA|S\.p\.A|Pty)\.?$"
)
_NICKNAME = re.compile(r"\s[\"“‘'(]([^\"“”‘’'()]+)[\"”’')]\s")
# What scripts without these letters are written with: Zelenskyy and Zelensky, Mueller and Müller.
_TRANSCRIBED = (
    (re.compile(r"(?<=[a-z]{4})(?:yy|iy|ij|ii|yi)\b"), "y"),
    (re.compile(r"(?<=[a-z])([aou])e(?=[a-z])"), r"\1"),
)


@lru_cache(maxsize=10_000)
def spellings(name: str) -> tuple[str, ...]:
    """What a name is compared by: without accents, middle initials, "Jr.", legal form; a nickname is a first name."""
    plain = _MIDDLE_INITIALS.sub("", without_accents(name))
    while (short := _LEGAL_FORM.sub("", _GENERATION.sub("", plain))) != plain and short:
        plain = short
    words = plain.split()
    for i, word in enumerate(words[:-1]):
        if not (word.lower() in PARTICLES and (i == 0 or words[i - 1].lower() in PARTICLES)):
            break
        words[i] = word.lower()
    plain = re.sub(r"\bAl-(?=\w)", "al-", " ".join(words))
    if nickname := _NICKNAME.search(plain):
        behind = plain[nickname.end() :]
        return f"{plain[: nickname.start()]} {behind}", f"{nickname[1]} {behind}"
    return (plain,)


def are_generations(one: str, other: str) -> bool:
    """Whether two names are those of father and son: "Jr." and "Sr.", "H. W." and "W."."""
    return any(
        len({match[0].strip(" ,.") for match in map(pattern.search, (one, other)) if match}) > 1
        for pattern in (_GENERATION, _MIDDLE_INITIALS)
    )


def is_firm(name: str) -> bool:
    """Whether a name ends with a legal form."""
    return _LEGAL_FORM.search(name) is not None


@lru_cache(maxsize=10_000)
def folded(name: str) -> str:
    """A name in small letters, in one of the ways in which it may be transcribed."""
    low = name.lower()
    for pattern, letters in _TRANSCRIBED:
        low = pattern.sub(letters, low)
    return low


def run_together(name: str) -> str:
    """A name without blanks and dots: "J.P. Morgan" and "JPMorgan" are one."""
    return re.sub(r"[\s.]", "", name).lower()


def without_accents(name: str) -> str:
    """A name in the letters that all lists have: "Jörg" is "Jorg"."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
