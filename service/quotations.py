"""Who says what: quoted words and reported speech, each with the speaker that the syntax names.

A speaker who cannot be told is None, never guessed. Words in quotation marks that nobody says (a name, a title, a
word held at arm's length) are no quotations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from .analysis import Actor
from .quotation_marks import Span, quoted_spans
from .reported_speech import reported_speech
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
    said_by,
    subject_of,
)

QuotationKind = Literal["direct", "indirect", "mixed"]

_ENDS_A_SENTENCE = ".!?…"
# What stands in front of a quotation that is a sentence of its own, and not a part of somebody else's.
_SETS_OFF = ",:;—–-" + _ENDS_A_SENTENCE + "”»“\"’'"
# Verbs whose object may be partly in somebody's own words: offered "full support".
_PARTLY = frozenset(
    """
    apologise apologize blame blast brand cite condemn decry deplore express extend label laud offer paint portray
    reject ridicule slam speak talk thank threaten voice
    """.split()  # noqa: SIM905
)
# What is called so by everybody is nobody's words.
_GIVES_A_NAME = frozenset({"so-called", "called", "dubbed", "nicknamed", "named", "titled", "entitled", "codenamed"})
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


def find_quotations(doc: Any, actors: Sequence[Actor]) -> list[Quotation]:
    """The quotations of an article, in its order; a mixed one follows the indirect one that holds it.

    Args:
        doc: The article's annotation, a spaCy Doc.
        actors: Who may speak.
    """
    named = actors_by_token(doc, actors)
    text = doc.text  # spaCy puts it together anew each time
    spans = list(quoted_spans(text))
    inside = _tokens_inside(doc, spans)
    reported = [
        Quotation.by(attribution, start, end, "indirect")
        for start, end, attribution in reported_speech(doc, text, inside, named)
    ]
    quoted = _quoted(doc, text, spans, inside, named, reported)
    return sorted({*quoted, *reported}, key=lambda q: (q.start, -q.end))


def _tokens_inside(doc: Any, spans: Sequence[Span]) -> frozenset[int]:
    """The tokens that stand between quotation marks."""
    found = (doc.char_span(start, end, alignment_mode="expand") for start, end, *_ in spans)
    pairs = ((span, start) for span, (start, *_) in zip(found, spans, strict=True) if span is not None)
    return frozenset(token.i for span, start in pairs for token in span if token.idx >= start)


def _quoted(
    doc: Any, text: str, spans: Sequence[Span], inside: Set[int], named: Named, reported: Sequence[Quotation]
) -> list[Quotation]:
    quotations: list[Quotation] = []
    for start, end, opens, continues in spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is None:
            continue
        if _is_embedded(doc, text, start, end):
            attribution = None if _is_a_name(doc, span, start) else _governing(span, inside, named)
            if attribution is not None:
                quotations.append(Quotation.by(attribution, start, end, "mixed"))
            continue
        attribution = _nearest(doc, text, span, start, end, inside, named)
        if attribution is not None:
            quotations.append(Quotation.by(attribution, start, end, "direct"))
            if continues:
                _give_speaker_to_what_was_left_open(quotations)
            continue
        before = max((q for q in (*quotations, *reported) if q.end <= start), key=lambda q: q.end, default=None)
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


def _is_embedded(doc: Any, text: str, start: int, end: int) -> bool:
    """Whether quoted words are part of a sentence of the article's own, and not sentences themselves."""
    outside = doc.char_span(start, end, alignment_mode="expand")
    before = text[text.rfind("\n", 0, start) + 1 : start].rstrip().rstrip("“«„‹「『\"»'‘‚").rstrip()
    behind = text[end : end + 3]
    if before and before[-1] not in _SETS_OFF:
        word = doc.char_span(len(text[:start].rstrip()) - 1, len(text[:start].rstrip()), alignment_mode="expand")
        i = (word[0].i if word is not None else outside.start) - 1
        while i > 0 and (doc[i].is_quote or doc[i].is_space):
            i -= 1
        is_said = doc[i].lemma_.lower() in CUES - NAMING and doc[i].pos_ == "VERB"
        is_statement = text[start].isupper() or any(token.pos_ in ("VERB", "AUX") for token in outside)
        return not (is_said and is_statement)
    is_set_off = text[end - 1] in ",—–" + _ENDS_A_SENTENCE or re.match(r"\s?\S?\s?[,—–.:-]", behind)
    if is_set_off or (before and before[-1] in ",:"):
        return False
    following = doc[outside.end + 1] if outside.end + 1 < len(doc) else None
    if following is None or following.is_space or "\n" in behind:
        return False
    # `"Experts" say ...` against `"We will win" says Putin`
    says = following.lemma_.lower() in CUES and following.pos_ == "VERB"
    return not says or any(c.dep_ in SUBJECTS and outside.start <= c.i < outside.end for c in following.children)


def _is_a_name(doc: Any, span: Any, start: int) -> bool:
    """ "Operation Sunrise", or what is so called."""
    before = [t for t in doc[max(0, span.start - 4) : span.start] if not t.is_quote and not t.is_space]
    if before and before[-1].lower_ in _GIVES_A_NAME:
        return not has_subject(before[-1])  # "what he called ..." are his words
    if [t.lower_ for t in before[-2:]] == ["known", "as"]:
        return True
    words = [token for token in span if token.is_alpha and (len(token) > 3 or token.i == span.start)]
    return len(words) > 1 and all(token.text[0].isupper() for token in words)


def _governing(span: Any, inside: Set[int], named: Named) -> Attribution | None:
    """The verb of saying that quoted words depend on, with its subject."""
    for token in span.root.ancestors:
        if token.i in inside:
            continue
        for child in token.children:
            if child.lower_ == "according" and (found := after_according(child, named)):
                return found
        if token.lemma_.lower() in CUES | _PARTLY and token.pos_ in ("VERB", "AUX"):
            subject = subject_of(token)  # `"Experts" say ...`: words do not bring themselves
            return None if subject is None or subject.i in inside else said_by(token, named)
    return None


def _nearest(
    doc: Any, text: str, span: Any, start: int, end: int, inside: Set[int], named: Named
) -> Attribution | None:
    """The verb of saying nearest to a quotation, in the sentences that it starts or ends in."""
    is_closed = text[end - 1] in "."
    sentences = dict.fromkeys((span[-1].sent, span[0].sent))
    # `"...," said X.`: the parser may have ended the sentence at the closing mark.
    behind = doc[min(span.end + 1, len(doc) - 1)]
    if not is_closed and "\n" not in text[end : behind.idx]:
        sentences[behind.sent] = None
    tokens = [t for sentence in sentences for t in sentence if t.i not in inside]
    for token in sorted(tokens, key=lambda t: min(abs(t.idx - start), abs(t.idx - end))):
        if token.idx >= end and is_closed:
            continue  # `"We will win." X said that he was tired.`
        if token.lower_ == "according" and (found := after_according(token, named)):
            return found
        if token.lemma_.lower() in CUES and token.pos_ in ("VERB", "AUX"):
            subject = subject_of(token)
            if subject is not None and subject.i not in inside:
                return said_by(token, named)
    return _before_colon(doc, text, start, named)


def _before_colon(doc: Any, text: str, start: int, named: Named) -> Attribution | None:
    """`Putin: "We will win"`, as in headlines and transcripts."""
    line = text.rfind("\n", 0, start) + 1
    match = re.fullmatch(r"([^:\n]+):\W*", text[line:start])
    return named_by(doc, line, line + len(match[1]), named) if match else None


def _goes_on(text: str, before: Quotation, start: int, end: int, opens: bool, continues: bool) -> bool:
    """Whether a quotation that nobody is said to say has the speaker of what was said before it."""
    between = text[before.end : start]
    if opens and "\n" in between:
        # A paragraph that is nothing but a quotation, right after the one that tells who speaks.
        line_end = text.find("\n", end)
        fills = not any(c.isalnum() for c in text[end : None if line_end == -1 else line_end])
        return continues or (fills and not any(c.isalnum() for c in between.partition("\n")[2]))
    # `"We will win," X said. "We must."`, `X said that it was late. "We must go."`: the same sentence, or the next.
    return "\n" not in between and re.fullmatch(r"[^.!?]*[.!?]?\W*", _TITLE_DOT.sub("", between)) is not None
