"""Sentences: where they end, how many were asked for, and which of a model's words are whole ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal

from .errors import InputError
from .tokenizing import PiecewiseTokenizer
from .words import bare

if TYPE_CHECKING:
    from spacy.language import Language

# A blank line ends a paragraph; so does a line break, unless the next line goes on in lower case.
_BORDER = re.compile(r"\n\s*\n|\n(?!\s*[a-z])")
_FINAL = re.compile(r"[.!?…]['\"’”)\]]*$")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_PREAMBLE = re.compile(
    r"\s*(?:(?:sure|certainly|absolutely|of course|okay)\b[^\n.:!,]{0,60}[.!:,]\s*)?"
    r"(?:(?:here(?:['’]s| is| are)|below is|this is|the following is)\b[^\n.:]{0,120}"
    r"\b(?:summar\w+\b[^\n.:]{0,80}[.:]|(?:sentences?|words)\b[^\n.:]{0,80}:)\s*"
    r"|(?:[\w-]+\s+){0,6}summary\b[^\n.:]{0,60}:\s*)?",
    re.IGNORECASE,
)
_MAY_BECOME_PREAMBLE = re.compile(
    r"(?:sure|certainly|absolutely|of course|okay|here|below|this is|the following|summary)\b", re.IGNORECASE
)
# Chosen by ROUGE on development articles; docs/experiments.md has the table.
_POINTING_BACK = 0.2
_EARLY = 1.0
_LEAST_WORDS = 6
_RUN = 4  # words that stand together
_POINTS_BACK = re.compile(r"\W*(?:he|she|it|they|his|her|its|their|this|that|these)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*(?:but|and|or|so|yet|also|however|meanwhile|instead|then|still|nor|besides|moreover|therefore)\b",
    re.IGNORECASE,
)
# Scraps of captions and lists: "court, accusing him.", "He was ridiculed for outfits such as ."
# "Last moments: The pictures show ..."
_CAPTION = re.compile(r"\W?[A-Z][\w’' ]{0,40}\W?: [A-Z]")
_BROKEN_OFF = re.compile(r"^\W*[a-z]|^[:;,.)\]]|\b(?:as|of|to|the|an?|and|or|in|on|at|with|for|from|by)\s*[.…]\W*$")
# A quotation in single marks that goes on in the next sentence: the mark that closes it would stand before no letter.
_LEFT_OPEN = re.compile(r"['‘](?!.*\w[.,!?…]?['’](?:\W|$))")
# And the last sentence of one: "We are the men.'"
_LEFT_CLOSED = re.compile(r"(?!.*(?:^|[\s(])['‘]).*[.!?,…]['’]\W*$")
_QUOTATION = re.compile(r"(?:\"[^\"]*\"|“[^“”]*”|['‘](?:[^'‘’]|\b['’]\b)*['’])\W*$")
# Who speaks so outside of a quotation goes on with one that began before.
_FIRST_PERSON = re.compile(r"\b(?:[Ww]e|[Mm]y|[Oo]ur|us|me|(?<!War )I)\b")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^“”]*”|‘[^‘]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")
# Words that a sentence of a summary may have before a text of few but endless sentences counts as long.
_LONG_SENTENCE = 60
_SPLITTING = Lock()
_MOST_WORDS = 25_000  # that the splitter may keep, of about a kilobyte each


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line; paragraphs end sentences, too."""
    lines = [" ".join(line.split()) for line in _BORDER.split(text)]
    with _SPLITTING:  # spaCy's vocabulary grows while it reads
        return [sentence.text.strip() for line in lines if line for sentence in _splitter()(line).sents]


def _splitter() -> Language:
    held = _held()
    if len(held[0].vocab.strings) > _MOST_WORDS:  # it keeps every word that it has ever read
        held[0] = _new_splitter()
    return held[0]


@cache
def _held() -> list[Language]:
    return [_new_splitter()]


def _new_splitter() -> Language:
    import spacy

    # Rules only: no weights, and the same borders everywhere.
    splitter = spacy.blank("en")
    splitter.add_pipe("sentencizer")
    splitter.tokenizer = PiecewiseTokenizer(splitter)
    splitter.max_length = 10**9
    return splitter


@dataclass(frozen=True)
class Length:
    """How long a summary may be.

    Attributes:
        amount: How many of the unit.
        unit: What is counted. Of words, as many whole sentences are kept as fit, and at least one.
    """

    amount: int
    unit: Literal["sentences", "words"] = "sentences"

    @classmethod
    def asked(cls, sentences: int | None, words: int | None, default: int) -> Length:
        """The length that a caller asked for in sentences or in words, or else ``default`` sentences.

        Raises:
            InputError: Both were asked for, or less than one.
        """
        if sentences is not None and words is not None:
            raise InputError("a summary's length is asked for in sentences or in words, not in both")
        length = cls(words, "words") if words is not None else cls(default if sentences is None else sentences)
        if length.amount < 1:
            raise InputError(f"a summary of {length.amount} {length.unit} cannot be written; ask for at least 1")
        return length

    def __str__(self) -> str:
        """The length as a prompt words it."""
        return f"{self.amount} {self.unit if self.amount > 1 else self.unit[:-1]}"

    def first(self, sentences: Sequence[str]) -> list[str]:
        """As many of the first sentences as fit, at least one."""
        if self.unit == "sentences":
            return list(sentences[: self.amount])
        kept, words = 0, 0
        for sentence in sentences:
            words += _words(sentence)
            if kept and words > self.amount:
                break
            kept += 1
        return list(sentences[:kept])

    def is_exceeded_by(self, sentences: Sequence[str]) -> bool:
        """Whether not all of the sentences fit."""
        return len(self.first(sentences)) < len(sentences)

    def covers(self, sentences: Sequence[str]) -> bool:
        """Whether a text is so short that a summary of this length would not shorten it."""
        words = sum(map(_words, sentences))
        if self.unit == "words":
            return words <= self.amount
        return len(sentences) <= self.amount and words <= self.amount * _LONG_SENTENCE

    def for_part(self, sentences: Sequence[str]) -> Length:
        """The length for one part of a text: no more than this, and at most half of the part."""
        whole = len(sentences) if self.unit == "sentences" else sum(map(_words, sentences))
        return Length(min(self.amount, max(1, whole // 2)), self.unit)


def points_back(sentence: str) -> bool:
    """Whether a sentence begins with a pronoun, whose meaning stands in the sentence before."""
    return bool(_POINTS_BACK.match(sentence))


def repeats_itself(sentence: str) -> bool:
    """Whether a sentence has the same run of words twice, as a model has that has lost its thread."""
    words = bare(sentence).split()
    runs = [tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)]
    return len(set(runs)) < len(runs)


def goes_on(sentence: str) -> bool:
    """Whether a sentence begins with a pronoun, or with a word that goes on from the sentence before, such as "but"."""
    return points_back(sentence) or bool(_GOES_ON.match(sentence))


def is_finished(sentence: str) -> bool:
    """Whether a sentence ends as sentences do, and is not cut off."""
    return bool(_FINAL.search(sentence.strip()))


def is_complete(sentence: str) -> bool:
    """Whether a sentence is whole, closes the quotations that it opens, and says more than what somebody said."""
    return (
        is_finished(sentence)
        and not _BROKEN_OFF.search(sentence)
        and not _CAPTION.match(sentence)
        and not _LEFT_OPEN.match(sentence)
        and not _LEFT_CLOSED.match(sentence)
        and not _QUOTATION.match(sentence)
        and sentence.count("“") == sentence.count("”")
        and sentence.count('"') % 2 == 0
        and not _FIRST_PERSON.search(_QUOTED.sub("", sentence))
    )


def is_long(sentence: str) -> bool:
    """Whether a sentence has more words than scraps of captions have."""
    return _words(sentence) >= _LEAST_WORDS


def is_understood(sentence: str) -> bool:
    """Whether a sentence, however short, can be read without those around it.

    It is complete, and begins with neither a pronoun nor a word that goes on from before.
    """
    return is_complete(sentence) and not goes_on(sentence)


def standing(sentences: Sequence[str]) -> list[float]:
    """How well each sentence of a text stands alone: 0, or what one that does not is worth less.

    One that begins with a pronoun leaves open who is meant; scraps such as "Scroll down for video" and bare names say
    nothing.
    """
    return [
        -(_words(sentence) < _LEAST_WORDS) - _POINTING_BACK * (i > 0 and points_back(sentence))
        for i, sentence in enumerate(sentences)
    ]


def early(count: int) -> list[float]:
    """What each of the sentences of a text is worth more for standing early: news begins with what matters most."""
    return [_EARLY / (1 + i) for i in range(count)]


def _words(text: str) -> int:
    return len(text.split())


def unique(sentences: Iterable[str]) -> list[str]:
    """The sentences without those that repeat an earlier one, but for case and punctuation."""
    first: dict[str, str] = {}
    for sentence in sentences:
        first.setdefault(bare(sentence), sentence)
    return list(first.values())


@dataclass(frozen=True)
class Draft:
    """What a model has written so far, read as sentences.

    Attributes:
        whole: The whole sentences, without preamble, headings and repetitions.
        growing: The last one, which may go on.
    """

    whole: list[str]
    growing: str

    @classmethod
    def read(cls, written: str) -> Draft:
        """Read what a model has written so far."""
        plain = written.replace("**", "")
        preamble = _PREAMBLE.match(plain)
        body = _LIST_MARK.sub("", plain[preamble.end() if preamble else 0 :])
        sentences = split_sentences(body)
        growing = sentences.pop() if sentences else ""
        return cls(unique(s for s in sentences if not s.endswith(":") and bare(s)), growing)

    def finished(self, ended: bool) -> list[str]:
        """The whole sentences once nothing more is to come.

        Args:
            ended: Whether the model itself ended; if it was cut off, an unfinished sentence is dropped.
        """
        is_whole = self.growing and not self.growing.endswith(":") and (ended or _FINAL.search(self.growing))
        return unique([*self.whole, self.growing]) if is_whole and bare(self.growing) else self.whole

    def presentable(self, length: Length) -> str:
        """What can already be shown: no half word, no preamble in the making, no more than was asked for."""
        kept = length.first(self.whole)
        is_last = length.is_exceeded_by([*self.whole, self.growing]) and bool(kept)
        words = self.growing.split(" ")[:-1]
        may_be_preamble = not kept and (len(words) < 5 or _MAY_BECOME_PREAMBLE.match(self.growing))
        may_be_repeated = any(bare(sentence).startswith(bare(self.growing)) for sentence in kept)
        if is_last or may_be_preamble or may_be_repeated:
            words = []
        return " ".join([*kept, *words])
