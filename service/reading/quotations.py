"""Who says what: quoted words and reported speech, each with the speaker that the syntax names.

A speaker who cannot be told is None, never guessed. Words in quotation marks that nobody says (a name, a title, a
word held at arm's length) are no quotations.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from newstance.models.hearing import Heard, listening, unheard

from ..analysis import Actor
from .layout import Turn, find_turns
from .lexicon import words
from .quotation_marks import Quoted, quoted_spans
from .reported_speech import reported_speech
from .spans import span_at
from .speakers import (
    CUES,
    NAMING,
    SUBJECTS,
    Attribution,
    Named,
    actors_by_token,
    after_according,
    has_subject,
    named_by,
    speaker_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

QuotationKind = Literal["direct", "indirect", "mixed"]
Marked: TypeAlias = "tuple[Quoted, Span]"  # what stands between quotation marks, and its tokens

_ENDS_A_SENTENCE = ".!?…"
# What stands in front of a quotation that is a sentence of its own, and not a part of somebody else's.
_OPENING_MARKS = frozenset("“«„‹「『\"»'‘‚")
_MOST_SKIPPED = 200  # blanks and marks in a row
_SETS_OFF = ",:;—–-" + _ENDS_A_SENTENCE + "”»“\"’'"
_PARTLY = words("saying", "partly")
_GIVES_A_NAME = words("saying", "gives_a_name")
_NO_WORDS = re.compile(r"\W*")
_TITLE_DOT = re.compile(r"(?<=\b(?:Mr|Ms|Dr))\.|(?<=\b(?:Mrs|Gen|Sen|Rep|Rev))\.")


@dataclass(frozen=True)
class Quotation:
    """What somebody says; ``article.text[start:end]`` holds it, without quotation marks and without "that".

    Attributes:
        start: First character in the article.
        end: One past the last.
        speaker: The actor who says it; None if it cannot be told.
        kind: ``direct``: a sentence or more in quotation marks. ``mixed``: some words in quotation marks within a
            sentence of the article's own. ``indirect``: reported without quotation marks; it may hold mixed ones.
        cue: What brings it: the verb's lemma, "according to", or ":"; "" if nothing does.
        source: The speaker as the article names it here, also where it is no actor ("critics"); "" if it is not
            named, or only by a pronoun.
    """

    start: int
    end: int
    speaker: Actor | None
    kind: QuotationKind = "direct"
    cue: str = ""
    source: str = ""

    @classmethod
    def by(cls, attribution: Attribution, start: int, end: int, kind: QuotationKind) -> Self:
        """What is attributed so."""
        return cls(start, end, attribution.speaker, kind, attribution.cue, attribution.source)


def find_quotations(doc: Doc, actors: Sequence[Actor], heard: Heard = unheard) -> list[Quotation]:
    """The quotations of an article, in its order; a mixed one follows the indirect one that holds it.

    Args:
        doc: The article's annotation.
        actors: Who may speak.
        heard: Called every few milliseconds; stops the work by what it raises.
    """
    text = doc.text  # spaCy puts it together anew each time
    marks = listening(quoted_spans(text), heard)
    marked = [(mark, span_at(doc, mark[0], mark[1])) for mark in marks]
    article = _Article(doc, text, _tokens_inside(marked), actors_by_token(doc, actors))
    reported = [
        Quotation.by(attribution, start, end, "indirect")
        for start, end, attribution in reported_speech(doc, text, article.inside, article.named, heard)
    ]
    quoted = [*_quoted(article, marked, reported, heard), *_turns(article, actors)]
    # One speaker is one object; to compare all its mentions for each quotation would be quadratic.
    unique = {(q.start, q.end, id(q.speaker), q.kind, q.cue, q.source): q for q in (*quoted, *reported)}
    return sorted(unique.values(), key=lambda q: (q.start, -q.end))


class _Article:
    """What is known of an article while quotations get their speakers.

    Attributes:
        doc: Its annotation.
        text: Its text.
        inside: The tokens that stand between quotation marks.
        named: The actor whose name a token is part of.
    """

    def __init__(self, doc: Doc, text: str, inside: Set[int], named: Named) -> None:
        self.doc = doc
        self.text = text
        self.inside = inside
        self.named = named
        self.turns = {turn.start: turn for turn in find_turns(text)}
        self._saying: dict[int, list[Token]] = {}

    def saying(self, sentence: Span) -> list[Token]:
        """The words of a sentence, outside of quotation marks, that bring somebody's words."""
        if sentence.start not in self._saying:
            self._saying[sentence.start] = [
                token
                for token in sentence
                if token.i not in self.inside and (token.lower_ == "according" or self.brings(token))
            ]
        return self._saying[sentence.start]

    def brings(self, token: Token) -> bool:
        """Whether a verb brings somebody's words: one of saying, or any whose clause stands in quotation marks."""
        if token.pos_ not in ("VERB", "AUX"):
            return False
        return token.lemma_.lower() in CUES or any(c.dep_ == "ccomp" and c.i in self.inside for c in token.children)


def _tokens_inside(marked: Sequence[Marked]) -> frozenset[int]:
    """The tokens that stand between quotation marks."""
    return frozenset(token.i for (start, *_), span in marked for token in span if token.idx >= start)


def _quoted(
    article: _Article, marked: Sequence[Marked], reported: Sequence[Quotation], heard: Heard
) -> list[Quotation]:
    quotations: list[Quotation] = []
    doc, text = article.doc, article.text
    # Of those that end at one place, the first that was found.
    by_end = list(reversed(reported))
    by_end.sort(key=lambda q: q.end)
    ends = [q.end for q in by_end]
    for (start, end, opens, continues), span in listening(marked, heard):
        if _is_embedded(doc, text, span, start, end):
            attribution = None if _is_a_name(doc, span) else _governing(span, article)
            if attribution is not None:
                quotations.append(Quotation.by(attribution, start, end, "mixed"))
            continue
        attribution = _nearest(article, span, start, end)
        if attribution is not None:
            quotations.append(Quotation.by(attribution, start, end, "direct"))
            if continues:
                _give_speaker_to_what_was_left_open(quotations)
            continue
        latest = bisect_right(ends, start)
        before = max([*quotations[-1:], *by_end[max(0, latest - 1) : latest]], key=lambda q: q.end, default=None)
        if before is not None and _goes_on(text, before, start, end, opens, continues):
            quotations.append(replace(before, start=start, end=end, kind="direct", cue=""))
        else:
            quotations.append(Quotation(start, end, None))
    return quotations


def _give_speaker_to_what_was_left_open(quotations: list[Quotation]) -> None:
    """`"...` as a paragraph, and in the next one `"...," X said.`: both are X's words."""
    last = quotations[-1]
    for i in range(len(quotations) - 2, -1, -1):
        if quotations[i].kind != "direct" or quotations[i].speaker or quotations[i].cue:
            break
        quotations[i] = replace(quotations[i], speaker=last.speaker, source=last.source)


def _is_embedded(doc: Doc, text: str, outside: Span, start: int, end: int) -> bool:
    """Whether quoted words are part of a sentence of the article's own, and not sentences themselves."""
    before = _word_before(text, start)
    behind = text[end : end + 3]
    if before != -1 and text[before] not in _SETS_OFF:
        last = _skip_back(text, start, str.isspace)
        word = span_at(doc, last, last + 1)
        i = (word[0].i if word else outside.start) - 1
        while i > 0 and (doc[i].is_quote or doc[i].is_space):
            i -= 1
        is_said = i >= 0 and doc[i].lemma_.lower() in CUES - NAMING and doc[i].pos_ == "VERB"
        is_statement = text[start].isupper() or any(token.pos_ in ("VERB", "AUX") for token in outside)
        return not (is_said and is_statement)
    is_set_off = text[end - 1] in ",—–" + _ENDS_A_SENTENCE or re.match(r"\s?\S?\s?[,—–.:-]", behind)
    if is_set_off or (before != -1 and text[before] in ",:"):
        return False
    following = doc[outside.end + 1] if outside.end + 1 < len(doc) else None
    if following is None or following.is_space or "\n" in behind:
        return False
    # `"Experts" say ...` against `"We will win" says Putin`
    says = following.lemma_.lower() in CUES and following.pos_ == "VERB"
    return not says or any(c.dep_ in SUBJECTS and outside.start <= c.i < outside.end for c in following.children)


def _word_before(text: str, start: int) -> int:
    """The last character before a quotation in its line that is no blank and no opening mark; -1 if none."""
    last = start - 1
    for is_skipped in (_is_blank_in_line, _OPENING_MARKS.__contains__, _is_blank_in_line):
        last = _skip_back(text, last + 1, is_skipped)
    return -1 if last == -1 or text[last] == "\n" else last


def _skip_back(text: str, end: int, is_skipped: Callable[[str], bool]) -> int:
    """The last place before ``end`` whose character is not skipped; -1 if all are. After ``_MOST_SKIPPED``, that."""
    for last in range(end - 1, max(-1, end - 1 - _MOST_SKIPPED), -1):
        if not is_skipped(text[last]):
            return last
    return max(-1, end - 1 - _MOST_SKIPPED)


def _is_blank_in_line(character: str) -> bool:
    return character.isspace() and character != "\n"


def _is_a_name(doc: Doc, span: Span) -> bool:
    """ "Operation Sunrise", or what is so called."""
    before = [t for t in doc[max(0, span.start - 4) : span.start] if not t.is_quote and not t.is_space]
    if before and before[-1].lower_ in _GIVES_A_NAME:
        return not has_subject(before[-1])  # "what he called ..." are his words
    if [t.lower_ for t in before[-2:]] == ["known", "as"]:
        return True
    words = [token for token in span if token.is_alpha and (len(token) > 3 or token.i == span.start)]
    return len(words) > 1 and all(token.text[0].isupper() for token in words)


def _governing(span: Span, article: _Article) -> Attribution | None:
    """The verb of saying that quoted words depend on, with its subject."""
    for token in span.root.ancestors:
        if token.i in article.inside:
            continue
        for child in token.children:
            if child.lower_ == "according" and (found := after_according(child, article.named)):
                return found
        if token.lemma_.lower() in CUES | _PARTLY and token.pos_ in ("VERB", "AUX"):
            subject, found = speaker_of(token, article.named)  # `"Experts" say ...`: words do not bring themselves
            return None if subject is None or subject.i in article.inside else found
    return None


def _nearest(article: _Article, span: Span, start: int, end: int) -> Attribution | None:
    """The verb of saying nearest to a quotation, in the sentences that it starts or ends in."""
    doc, text = article.doc, article.text
    is_closed = text[end - 1] in "."
    sentences = dict.fromkeys((span[-1].sent, span[0].sent))
    # `"...," said X.`: the parser may have ended the sentence at the closing mark.
    behind = doc[min(span.end + 1, len(doc) - 1)]
    if not is_closed and "\n" not in text[end : behind.idx]:
        sentences[behind.sent] = None
    tokens = [token for sentence in sentences for token in article.saying(sentence)]
    for token in sorted(tokens, key=lambda t: min(abs(t.idx - start), abs(t.idx - end))):
        if token.idx >= end and is_closed:
            continue  # `"We will win." X said that he was tired.`
        if token.lower_ == "according" and (found := after_according(token, article.named)):
            return found
        if article.brings(token):
            subject, found = speaker_of(token, article.named)
            if subject is not None and subject.i not in article.inside:
                return found
    return _before_colon(article, start)


def _turns(article: _Article, actors: Sequence[Actor]) -> Iterator[Quotation]:
    """What somebody says by the layout, without quotation marks: in transcripts, interviews and letters."""
    asked = [turn.start for turn in article.turns.values() if turn.kind == "question"]
    people = [actor for actor in actors if asked and actor.kind == "person" and actor.mentions[0].start < asked[0]]
    for turn in article.turns.values():
        if article.text[turn.start] in _OPENING_MARKS:
            continue  # these words are found by their marks
        if turn.kind == "named":
            attribution = _beside(article, turn)
            if attribution is not None:
                yield Quotation.by(attribution, turn.start, turn.end, "direct")
        else:  # who answers was told of before the first question, if it was one
            answers = turn.kind == "answer" and len(people) == 1
            yield Quotation(turn.start, turn.end, people[0] if answers else None, "direct", ":")


def _beside(article: _Article, turn: Turn) -> Attribution | None:
    """Whose name stands beside words."""
    name = span_at(article.doc, turn.name_start, turn.name_end)
    speaker = next((article.named[token.i] for token in reversed(name) if token.i in article.named), None)
    return Attribution(speaker, ":", name.text) if speaker is not None else None


def _before_colon(article: _Article, start: int) -> Attribution | None:
    """`Putin: "We will win"`, as in headlines and transcripts, and `Putin was angry: "We will win"`."""
    text = article.text
    for mark in (start - 1, start - 2):
        turn = article.turns.get(mark)
        if turn is not None and turn.kind == "named":
            return _beside(article, turn)
    line = text.rfind("\n", 0, start) + 1
    colon = text.find(":", line, start)
    if colon <= line or not _NO_WORDS.fullmatch(text, colon + 1, start):
        return None
    found = named_by(article.doc, line, colon, article.named)
    if found is not None:
        return found
    sentence = span_at(article.doc, colon, colon + 1).sent
    verbs = (token for token in sentence if line <= token.idx < colon and token.pos_ in ("VERB", "AUX"))
    subject = next((found for verb in verbs if (found := speaker_of(verb, article.named)[1])), None)
    is_person = subject is not None and subject.speaker is not None and subject.speaker.kind == "person"
    return replace(subject, cue=":") if subject is not None and is_person else None


def _goes_on(text: str, before: Quotation, start: int, end: int, opens: bool, continues: bool) -> bool:
    """Whether a quotation that nobody is said to say has the speaker of what was said before it."""
    between = text[before.end : start]
    if opens and "\n" in between:
        # A paragraph that is nothing but a quotation, right after the one that tells who speaks.
        line_end = text.find("\n", end)
        fills = not any(c.isalnum() for c in text[end : None if line_end == -1 else line_end])
        return continues or (fills and not any(c.isalnum() for c in between.partition("\n")[2]))
    # `"We will win," X said. "We must."`, `X said that it was late. "We must go."`: the same sentence, or the next.
    if "\n" in between:
        return False
    _, *following = re.split(r"[.!?]", _TITLE_DOT.sub("", between), maxsplit=1)
    return not following or _NO_WORDS.fullmatch(following[0]) is not None
