"""Who says what: quoted words and reported speech, each with the speaker that the syntax names.

A speaker who cannot be told is None, never guessed. Words in quotation marks that nobody says (a name, a title, a
word held at arm's length) are no quotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Literal

from .analysis import Actor

QuotationKind = Literal["direct", "indirect", "mixed"]

_CLOSING = {
    "“": "”", "«": "»", "»": "«", "‹": "›", "„": "“”", '"': '"', "「": "」", "『": "』",
    "‘": "’", "‚": "‘’", "'": "'’",
}  # fmt: skip
_SINGLE = frozenset("‘‚'")
# What a single mark in front of a word leaves out, so that it opens nothing: 'tis, rock 'n' roll, the '90s.
_ELISION = r"(?:tis|twas|em|til|cause|bout|n|s|\d\ds?)\b"
# A straight mark behind a letter or digit opens nothing: 5" disc, the workers' hall.
_OPENING = re.compile(rf"[“«„‹「『]|(?<!\w)[\"»](?=\S)|(?<![\w'])['‘‚](?=[\w\"“«(…])(?!{_ELISION})", re.IGNORECASE)
_SINGLE_CLOSING = re.compile(r"(?<=\S)['’‘](?!\w)")
_ENDS_A_SENTENCE = ".!?…"
# What stands in front of a quotation that is a sentence of its own, and not a part of somebody else's.
_SETS_OFF = ",:;—–-" + _ENDS_A_SENTENCE + "”»“\"’'"
_MOST_SPEAKER_WORDS = 6  # of a headline: "South Korean foreign minister Park Jin: ..."

# Verbs that bring somebody's words. A verb is enough: what they say is found by the parse.
CUES = frozenset(
    """
    accuse acknowledge add admit agree allege announce answer argue ask assert believe boast call caution claim
    comment complain concede conclude confirm contend continue criticise criticize declare demand denounce deny
    describe dismiss emphasise emphasize estimate explain fear hail insist joke lament maintain mention note observe
    pledge point post praise predict proclaim promise quip quote read recall reiterate remark repeat reply report
    respond reveal say shout stress suggest suspect swear tell testify think tweet urge vow warn welcome whisper write
    """.split()  # noqa: SIM905 (a list of one word a line hides what it says)
)
# Verbs whose object may be partly in somebody's own words: offered "full support".
_PARTLY = frozenset(
    """
    apologise apologize blame blast brand cite condemn decry deplore express extend label laud offer paint portray
    reject ridicule slam speak talk thank threaten voice
    """.split()  # noqa: SIM905
)
# B ... A of doing something: who says so is B.
_ACCUSING = frozenset({"accuse", "suspect"})
# B ... A (as) something.
_NAMING = frozenset({"brand", "call", "depict", "describe", "label", "paint", "portray"})
# What is called so by everybody is nobody's words.
_GIVES_A_NAME = frozenset({"so-called", "called", "dubbed", "nicknamed", "named", "titled", "entitled", "codenamed"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
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


@dataclass(frozen=True)
class _Attribution:
    """Who is said to say it, by which word."""

    speaker: Actor | None
    cue: str
    source: str

    def of(self, start: int, end: int, kind: QuotationKind) -> Quotation:
        return Quotation(start, end, self.speaker, kind, self.cue, self.source)


Named = dict[int, Actor]  # the actor whose name a token is part of
Span = tuple[int, int, bool, bool]  # as ``quoted_spans`` gives them
Piece = tuple[Any, list[Any]]  # a clause's head, and a run of its tokens


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
    reported = [*_reported(doc, inside, named), *_headlines(doc, text, inside, named)]
    quoted = _quoted(doc, text, spans, inside, named, reported)
    return sorted({*quoted, *reported}, key=lambda q: (q.start, -q.end))


# Quotation marks


def quoted_spans(text: str) -> Iterator[Span]:
    """What stands between quotation marks, whoever says it; marks within marks are part of it.

    Yields:
        (start, end, whether it opens its paragraph, whether the quotation before was left open).
    """
    left_open = ""
    for paragraph in re.finditer(r"[^\n]+", text):
        position, first = paragraph.start(), True
        continues, left_open = left_open, ""
        while opening := _OPENING.search(text, position, paragraph.end()):
            start, mark = opening.end(), opening[0]
            opens = first and not text[paragraph.start() : start - 1].strip()
            end = _closing(text, mark, start, paragraph.end())
            if end == -1 and mark in "»":
                position = start  # closes something that was never opened
                continue
            if end == -1 and mark in _SINGLE and not (mark == "‘" and _opens_next(text, paragraph.end(), mark)):
                position = start  # an apostrophe
                continue
            if end == -1:  # a quotation of several paragraphs is closed only in its last
                left_open, end = mark, paragraph.end()
            position = end + 1
            low, high = _stripped(text, start, end)
            if low < high:
                yield low, high, opens, opens and continues == mark
            first = False


def _closing(text: str, mark: str, start: int, stop: int) -> int:
    if mark in _SINGLE:
        return _single_closing(text, mark, start, stop)
    depth = 0
    for i in range(start, stop):
        if text[i] in _CLOSING[mark]:
            if not depth:
                return i
            depth -= 1
        elif text[i] == mark:
            depth += 1
    # Who types an opening mark may close with a straight one.
    return text.find('"', start, stop) if mark != '"' else -1


def _single_closing(text: str, mark: str, start: int, stop: int) -> int:
    """The first mark that is no apostrophe. Behind "s" it may be one, "the workers' hall": if another fits better."""
    doubtful = -1
    for match in _SINGLE_CLOSING.finditer(text, start, stop):
        place = match.start()
        if match[0] not in _CLOSING[mark]:
            continue
        if doubtful != -1 and _OPENING.search(text, doubtful + 1, place):
            break
        if text[place - 1] != "s" or not re.match(r"\s\w", text[place + 1 : place + 3]):
            return place
        doubtful = place if doubtful == -1 else doubtful
    return doubtful


def _opens_next(text: str, end: int, mark: str) -> bool:
    """Whether the next paragraph goes on with the same mark."""
    return text[end:].lstrip()[:1] == mark


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


# Words in quotation marks


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
                quotations.append(attribution.of(start, end, "mixed"))
            continue
        attribution = _nearest(doc, text, span, start, end, inside, named)
        if attribution is not None:
            quotations.append(attribution.of(start, end, "direct"))
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
        is_said = doc[i].lemma_.lower() in CUES - _NAMING and doc[i].pos_ == "VERB"
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
    return not says or any(c.dep_ in _SUBJECTS and outside.start <= c.i < outside.end for c in following.children)


def _is_a_name(doc: Any, span: Any, start: int) -> bool:
    """ "Operation Sunrise", or what is so called."""
    before = [t for t in doc[max(0, span.start - 4) : span.start] if not t.is_quote and not t.is_space]
    if before and before[-1].lower_ in _GIVES_A_NAME:
        return not _has_subject(before[-1])  # "what he called ..." are his words
    if [t.lower_ for t in before[-2:]] == ["known", "as"]:
        return True
    words = [token for token in span if token.is_alpha and (len(token) > 3 or token.i == span.start)]
    return len(words) > 1 and all(token.text[0].isupper() for token in words)


def _governing(span: Any, inside: Set[int], named: Named) -> _Attribution | None:
    """The verb of saying that quoted words depend on, with its subject."""
    for token in span.root.ancestors:
        if token.i in inside:
            continue
        for child in token.children:
            if child.lower_ == "according" and (found := _after_according(child, named)):
                return found
        if token.lemma_.lower() in CUES | _PARTLY and token.pos_ in ("VERB", "AUX"):
            subject = _subject(token)  # `"Experts" say ...`: words do not bring themselves
            return None if subject is None or subject.i in inside else _said_by(token, named)
    return None


def _nearest(
    doc: Any, text: str, span: Any, start: int, end: int, inside: Set[int], named: Named
) -> _Attribution | None:
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
        if token.lower_ == "according" and (found := _after_according(token, named)):
            return found
        if token.lemma_.lower() in CUES and token.pos_ in ("VERB", "AUX"):
            subject = _subject(token)
            if subject is not None and subject.i not in inside:
                return _said_by(token, named)
    return _before_colon(doc, text, start, named)


def _before_colon(doc: Any, text: str, start: int, named: Named) -> _Attribution | None:
    """`Putin: "We will win"`, as in headlines and transcripts."""
    line = text.rfind("\n", 0, start) + 1
    match = re.fullmatch(r"([^:\n]+):\W*", text[line:start])
    return _named_by(doc, line, line + len(match[1]), named) if match else None


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


# Reported speech


def _reported(doc: Any, inside: Set[int], named: Named) -> Iterator[Quotation]:
    for token in doc:
        if token.i in inside:
            continue
        if token.lower_ == "according":
            attribution, pieces = _after_according(token, named), _clause_around(token)
        elif token.pos_ in ("VERB", "AUX"):
            attribution, pieces = _reported_by(token, named)
        else:
            continue
        if attribution is None:
            continue
        for head, piece in pieces:
            start, end = _trimmed(doc, piece)
            # What stands in quotation marks is found there; so is what somebody calls "a disgrace".
            is_marked = head.i in inside or (attribution.cue in _NAMING and any(t.i in inside for t in piece))
            if start < end and not is_marked:
                yield attribution.of(start, end, "indirect")


def _reported_by(verb: Any, named: Named) -> tuple[_Attribution | None, list[Piece]]:
    """Who reports by a verb, and what is reported."""
    lemma = verb.lemma_.lower()
    objects = [c for c in verb.children if c.i > verb.i]
    is_passive = any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children)
    if lemma in _ACCUSING | _NAMING and not is_passive:
        links = ("of",) if lemma in _ACCUSING else ("as",)
        linked = [c for c in objects if c.dep_ in ("prep", "mark") and c.lower_ in links]
        # "called X a liar": the parser takes it for a clause, or for two objects.
        whom = [c for c in objects if c.dep_ in ("dobj", "dative")]
        what = [c for c in objects if c.dep_ in ("oprd", "ccomp", "attr") and lemma in _NAMING]
        nested = [d for c in objects for d in c.children if d.dep_ == "prep" and d.lower_ in links and d.i > c.i]
        if (whom and (linked or what or nested)) or any(_has_subject(c) for c in what):
            parts = sorted({t.i for c in (*whom, *linked, *what) for t in c.subtree})
            return _said_by(verb, named), [(verb, [verb.doc[i] for i in range(parts[0], parts[-1] + 1)])]
    if lemma not in CUES:
        return None, []
    clauses = [
        c
        for c in verb.children
        if c.dep_ == "ccomp" and (_has_subject(c) or c.i < verb.i or any(m.lower_ == "that" for m in c.children))
    ]
    if not clauses and verb.dep_ == "parataxis":
        clauses = [verb.head]
    attribution = _said_by(verb, named) if clauses else None
    own = {t.i for t in verb.subtree} if clauses and clauses[0] == verb.head else set()
    return attribution, [run for clause in clauses for run in _runs(clause, verb, own)]


def _runs(clause: Any, verb: Any, own: set[int]) -> list[Piece]:
    """The tokens of a clause without the words that bring it: "The plan, X said, is bad" has two runs."""
    speaking = own or {verb.i, *(t.i for c in verb.children if c != clause for t in c.subtree)}
    runs: list[list[Any]] = [[]]
    for token in clause.subtree:
        if token.i in speaking:
            continue
        if runs[-1] and token.i != runs[-1][-1].i + 1:
            runs.append([])
        runs[-1].append(token)
    return [(clause, run) for run in runs if any(t.is_alpha for t in run)]


def _clause_around(according: Any) -> list[Piece]:
    """What is so according to somebody: the clause that the words stand in, without them."""
    clause = according.head
    while clause.pos_ not in ("VERB", "AUX") and clause.head != clause:
        clause = clause.head
    return _runs(clause, according, {t.i for t in according.subtree})


def _trimmed(doc: Any, run: list[Any]) -> tuple[int, int]:
    """The place of a run without "that", spaces, and the commas and stops around it."""
    while run and (run[0].is_punct or run[0].is_space or (run[0].lower_ == "that" and run[0].dep_ == "mark")):
        if run[0].is_quote:  # a mixed quotation opens the clause
            break
        run = run[1:]
    while run and (run[-1].is_space or (run[-1].is_punct and not run[-1].is_quote)):
        run = run[:-1]
    if not any(token.is_alpha for token in run):
        return 0, 0
    return run[0].idx, run[-1].idx + len(run[-1])


def _headlines(doc: Any, text: str, inside: Set[int], named: Named) -> Iterator[Quotation]:
    """`Putin: we will win`, and `Vaccines are safe: WHO`."""
    for line in re.finditer(r"^[^\n:]+: [^\n:]+$", text, re.MULTILINE):
        colon = text.index(": ", line.start())
        parts = [(line.start(), colon), (colon + 2, line.end())]
        for speaker, said in (parts, parts[::-1]):
            attribution = _named_by(doc, *speaker, named)
            low, high = _stripped(text, *said)
            words = doc.char_span(low, high, alignment_mode="expand")
            is_marked = words is None or any(token.i in inside for token in words)
            if attribution and not is_marked and len(text[low:high].split()) > 2:
                high = low + len(text[low:high].rstrip("."))
                yield attribution.of(low, high, "indirect")
                break


def _named_by(doc: Any, start: int, end: int, named: Named) -> _Attribution | None:
    """The one actor that a few words name: "Russian president Vladimir Putin"."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or len(span) > _MOST_SPEAKER_WORDS or any(t.pos_ in ("VERB", "AUX") for t in span):
        return None
    speaker = named.get(next((t.i for t in reversed(span) if t.is_alpha), -1))
    return _Attribution(speaker, ":", span.text) if speaker is not None else None


# Speakers


def _said_by(verb: Any, named: Named) -> _Attribution | None:
    subject = _subject(verb)
    if subject is None:
        return None
    return _Attribution(_actor_of(subject, named), verb.lemma_.lower(), _noun_phrase(subject))


def _subject(verb: Any) -> Any | None:
    """Who does what a verb says: its subject, or what that stands for ("X, who said", "X left and said")."""
    for _ in range(4):  # deeper is unsure
        if agents := [p for c in verb.children if c.dep_ == "agent" for p in c.children if p.dep_ == "pobj"]:
            return agents[0]
        for child in sorted(verb.children, key=lambda c: _is_behind_a_mark(c, verb)):
            if child.dep_ == "nsubj" and any(c.isalnum() for c in child.text):
                if child.tag_ in ("WP", "WDT") and verb.dep_ == "relcl":
                    return verb.head
                return child
            if child.dep_ == "nsubjpass":
                return None  # "X was told that": who told it?
            if child.dep_ == "dobj" and verb.i and (verb.nbor(-1).is_quote or verb.nbor(-1).lower_ == ","):
                return child  # `"Is there a plan?" asked X`: the parser may take the inversion for an object
        if verb.dep_ not in ("conj", "advcl", "xcomp") or verb.head.pos_ not in ("VERB", "AUX"):
            return None
        verb = verb.head
    return None


def _is_behind_a_mark(token: Any, verb: Any) -> bool:
    """Whether quotation marks stand between: `"Our members," said X`, where the parser knows two subjects."""
    low, high = sorted((token.i, verb.i))
    return any(t.is_quote for t in token.doc[low:high])


def _after_according(token: Any, named: Named) -> _Attribution | None:
    for descendant in token.subtree:
        if descendant.dep_ == "pobj":
            if descendant.tag_ == "NN" and not any(descendant.children):
                return None  # "according to plan"
            return _Attribution(_actor_of(descendant, named), "according to", _noun_phrase(descendant))
    return None


def _actor_of(token: Any, named: Named) -> Actor | None:
    """The actor that a noun phrase names: its head first, then "the mayor, X", "spokesman X", "X's spokesman" and
    "a spokesman for X"."""  # noqa: D205, D209
    ranks = {"appos": 1, "flat": 1, "compound": 2, "nmod": 2, "poss": 3}
    nearby = [token, *sorted((c for c in token.children if c.dep_ in ranks), key=lambda c: ranks[c.dep_])]
    if token.lower_.startswith("spokes"):
        nearby += [p for c in token.children if c.lower_ in ("for", "of") for p in c.children if p.dep_ == "pobj"]
    return next((named[candidate.i] for candidate in nearby if candidate.i in named), None)


def _noun_phrase(token: Any) -> str:
    """A noun with what stands in front of it; "" for a pronoun."""
    if token.pos_ == "PRON":
        return ""
    return str(token.doc[token.left_edge.i : token.i + 1].text)


def _has_subject(clause: Any) -> bool:
    return any(child.dep_ in (*_SUBJECTS, "expl", "csubj") for child in clause.children)


def actors_by_token(doc: Any, actors: Sequence[Actor]) -> Named:
    """Which actor each token names or means."""
    named: Named = {}
    for actor in actors:
        for mention in actor.mentions:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
            for token in span or ():
                named.setdefault(token.i, actor)
    return named
