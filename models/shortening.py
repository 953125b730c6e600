"""What may be left out of a sentence so that the rest is still true.

After the trimming of Dorr, Zajic and Schwartz 2003, "Hedge Trimmer: A Parse-and-Trim Approach to Headline Generation":
phrases of the parse are left out. Which ones is learned: a logistic regression over what a phrase is and where it
stands, fitted on sentences that an editor shortened (``training/cuts.py``). Of phrases in each other the longest that
may go goes. Nothing within a quotation goes, and no name is torn apart.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

WEIGHTS = "shortening.json"
_NEGATIONS = frozenset("not n't no never nor neither only nobody nothing none without hardly barely".split())  # noqa: SIM905
_HEDGES = frozenset(
    "could may might would should alleged allegedly reportedly apparently suspected claimed if unless until up about "  # noqa: SIM905
    "almost nearly around more less least most some many few several".split()
)
_SAYING = frozenset(
    "say tell claim accord report announce add warn accuse allege argue insist deny admit describe call write believe "  # noqa: SIM905
    "think suggest".split()
)
_SAID = frozenset(("ccomp", "xcomp", "dobj"))  # what is said, where it hangs on the verb
_DASHES = frozenset("–—-")
_WHEN = frozenset(("DATE", "TIME"))
_ADJUNCTS = frozenset(("prep", "npadvmod", "advmod"))
_SET_OFF = frozenset(("appos", "relcl", "acl", "advcl", "ccomp", "parataxis"))
_ENDS = frozenset(".!?;:")
_QUOTES = frozenset("\"“”«»'‘’")
_MARKS = re.compile(r" (?=[,.!?;:])")
_DOUBLED = re.compile(r",\s*(?=[,.!?;:])")
_LEAST_WORDS = 7  # that a shortened sentence has


@dataclass(frozen=True)
class Phrase:
    """What might be left out: tokens of a sentence, without the commas around them.

    Attributes:
        first: Index of its first token in the document.
        end: One past the last.
        head: The token that the others hang on.
        form: "bracket" or "dash" where such marks set it off, else empty.
    """

    first: int
    end: int
    head: Token
    form: str = ""


class Weights(BaseModel):
    """The regression.

    Attributes:
        bias: Log-odds of a phrase without any feature.
        threshold: From this probability a phrase goes.
        features: What each feature adds to the log-odds.
    """

    bias: float
    threshold: float
    features: dict[str, float]

    def probability(self, found: Iterator[str]) -> float:
        """How probable it is that an editor leaves a phrase out, from its features."""
        return 1 / (1 + math.exp(-self.bias - sum(self.features.get(feature, 0.0) for feature in found)))


def shortened(sentence: Span) -> str:
    """The sentence without what may go; as it is, but for line breaks, where nothing may.

    Args:
        sentence: Of a parsed text.
    """
    while len(sentence) > 1 and sentence[-1].is_space:  # a line break belongs to the sentence that it ends
        sentence = sentence[:-1]
    gone = cut(sentence, _weights())
    return told(sentence, gone) if gone else " ".join(sentence.text.split())


def reports(sentence: Span) -> bool:
    """Whether a sentence tells what somebody says."""
    return sentence.root.lemma_.lower() in _SAYING


def cut(sentence: Span, weights: Weights) -> set[int]:
    """The indices of the tokens that go."""
    gone: set[int] = set()
    for phrase in sorted(phrases(sentence), key=lambda phrase: phrase.first - phrase.end):
        is_there = gone.isdisjoint(range(phrase.first, phrase.end))
        if is_there and weights.probability(features(sentence, phrase)) >= weights.threshold:
            gone |= with_marks(sentence, phrase)
    left = [token for token in sentence if token.i not in gone]
    is_whole = sentence.root.i not in gone and sum(token.is_alpha for token in left) >= _LEAST_WORDS
    return gone if is_whole else set()


def told(sentence: Span, gone: set[int]) -> str:
    """What is left of a sentence without some of its tokens."""
    # Between words that were not neighbours there is a blank, but not before a mark that ends something.
    kept = (
        token.text + (token.whitespace_ if token.i + 1 not in gone else " ")
        for token in sentence
        if token.i not in gone
    )
    text = _DOUBLED.sub("", _MARKS.sub("", " ".join("".join(kept).split()))).lstrip("".join(_DASHES) + ", ")
    first = next((token.i for token in sentence if not token.is_space and not token.is_punct), sentence.start)
    return text[:1].upper() + text[1:] if first in gone else text


def phrases(sentence: Span) -> list[Phrase]:
    """All that might be left out: subtrees, conjuncts with what joins them, what brackets or dashes set off."""
    found: dict[tuple[int, int], Phrase] = {}
    quotes = [token.i for token in sentence if _is_quote(token)]
    if len(quotes) % 2:
        return []  # part of a longer quotation
    below = Counter(above.i for token in sentence for above in (token, *token.ancestors))
    for token in sentence:
        phrase = _subtree(sentence, token, below[token.i])
        if phrase is not None:
            found.setdefault((phrase.first, phrase.end), phrase)
    for first, end, form in _set_off(sentence):
        if first < end:
            found[first, end] = Phrase(first, end, sentence.doc[first:end].root, form)
    return [phrase for phrase in found.values() if _may_go(sentence, phrase, quotes)]


def _is_quote(token: Token) -> bool:
    return token.text in _QUOTES and token.dep_ != "case"  # "the workers' pay"


def _subtree(sentence: Span, token: Token, size: int) -> Phrase | None:
    doc, first, end = sentence.doc, token.left_edge.i, token.right_edge.i + 1
    is_torn = first < sentence.start or end > sentence.end or end - first != size
    if token.dep_ in ("ROOT", "punct") or is_torn:
        return None
    if token.dep_ == "conj":
        before = first - 1
        while before >= sentence.start and (doc[before].is_punct or doc[before].dep_ == "cc"):
            before -= 1
        first = next((i for i in range(before + 1, first) if doc[i].dep_ == "cc"), first)
    while end > first and doc[end - 1].is_punct and doc[end - 1].text not in ')"”':
        end -= 1
    while first < end and doc[first].is_punct and doc[first].text not in '("“':
        first += 1
    return Phrase(first, end, token) if first < end else None


def _set_off(sentence: Span) -> Iterator[tuple[int, int, str]]:
    opened = None
    for token in sentence:
        if token.text == "(":
            opened = token.i
        elif token.text == ")" and opened is not None:
            yield opened, token.i + 1, "bracket"
            opened = None
    dashes = [t for t in sentence[1:] if t.text in _DASHES and t.nbor(-1).whitespace_ and t.whitespace_]
    if len(dashes) in (1, 2):
        yield dashes[0].i + 1, (dashes[1].i if len(dashes) == 2 else sentence.end - sentence[-1].is_punct), "dash"


def _may_go(sentence: Span, phrase: Phrase, quotes: Sequence[int]) -> bool:
    doc, first, end = sentence.doc, phrase.first, phrase.end
    is_quoted = sum(i < first for i in quotes) % 2 or any(first <= i < end for i in quotes)
    if first <= sentence.root.i < end or is_quoted:
        return False  # what somebody said stays as it was said
    if _says_who(phrase):
        return False  # else the writer of the article would seem to say it
    if first > sentence.start and doc[first - 1].lower_ in ("a", "an"):
        return False
    if first == sentence.start and any(c.dep_ == "nsubj" and c.i > sentence.root.i for c in sentence.root.children):
        return False  # "On the table lay a book."
    tears_name = (first > sentence.start and doc[first].ent_iob_ == "I") or (
        end < sentence.end and doc[end].ent_iob_ == "I"
    )
    # When what is to come is to happen, or when something did not, is missed.
    deed = {child.tag_ for child in phrase.head.head.children} | {child.dep_ for child in phrase.head.head.children}
    is_when = any(token.ent_type_ in _WHEN for token in doc[first:end])
    if is_when and phrase.head.dep_ in _ADJUNCTS and deed & {"MD", "neg"}:
        return False
    # "Ann Smith, a member of the board, the body that decides, left": what the next one is about would change.
    if phrase.head.dep_ == "appos" and _is_comma(doc, end, sentence) and _begins_apposition(sentence, end + 1):
        return False
    # "of Rochdale, Greater Manchester," is one place in two pieces.
    between = _is_comma(doc, first - 1, sentence) and _is_comma(doc, end, sentence) and end + 1 < sentence.end
    return not tears_name and not (between and doc[end - 1].pos_ == doc[end + 1].pos_ == "PROPN")


def _says_who(phrase: Phrase) -> bool:
    """Whether a phrase names the source of what stands beside it: "says Stratfor", "according to the police"."""
    beside = {child.dep_ for child in phrase.head.children}
    joins = {child.lower_ for child in phrase.head.children if child.dep_ == "mark"} <= {"as"}
    says = phrase.head.lemma_.lower() in _SAYING and beside & {"nsubj", "nsubjpass"} and joins and not beside & _SAID
    return bool(says) or phrase.head.lower_ == "according"


def _begins_apposition(sentence: Span, i: int) -> bool:
    return any(token.dep_ == "appos" and token.left_edge.i == i for token in sentence)


def with_marks(sentence: Span, phrase: Phrase) -> set[int]:
    """A phrase's tokens with the commas and dashes that go with it."""
    doc, first, end = sentence.doc, phrase.first, phrase.end
    before = doc[first - 1].text if first > sentence.start else ""
    after = doc[end].text if end < sentence.end else "."
    pausing = {",", *_DASHES}
    if before in pausing and after in pausing | _ENDS:
        if phrase.head.dep_ == "conj" and before not in _DASHES:
            return set(range(first - (after != ","), end + (after == ",")))
        keeps = after in _ENDS or (before == after == "," and _comma_stays(sentence, phrase))
        return set(range(first - 1, end + (not keeps)))
    if not before and after == ",":
        end += 1
    return set(range(first, end))


def _comma_stays(sentence: Span, phrase: Phrase) -> bool:
    """Whether the comma behind a phrase ends something around it, too: "..., police said", "..., according to"."""
    doc = sentence.doc
    for holder in phrase.head.ancestors:
        is_last = holder.right_edge.i in (phrase.end - 1, phrase.end) and holder.left_edge.i < phrase.first
        begins = holder.dep_ == "ccomp" or _is_comma(doc, holder.left_edge.i - 1, sentence)
        if is_last and begins and holder.dep_ in _SET_OFF:
            return True
    return phrase.end + 1 < sentence.end and doc[phrase.end + 1].lower_ == "according"


def _is_comma(doc: Doc, i: int, sentence: Span) -> bool:
    return sentence.start <= i < sentence.end and doc[i].text == ","


def features(sentence: Span, phrase: Phrase) -> Iterator[str]:
    """What a phrase is and where it stands, as the regression sees it; each once."""
    yield from dict.fromkeys(_features(sentence, phrase))


def _features(sentence: Span, phrase: Phrase) -> Iterator[str]:
    doc, head = sentence.doc, phrase.head
    words, above, dep = doc[phrase.first : phrase.end], head.head, head.dep_
    first, size = words[0].lower_, len(words)
    before, after = _mark(sentence, phrase.first - 1, "^"), _mark(sentence, phrase.end, "$")
    yield f"dep={dep}"
    for name, value in (
        ("above", above.pos_),
        ("tag", head.tag_),
        ("role", above.dep_),
        ("marks", before + after),
        ("first", first),
        ("governs", above.lemma_.lower()),
        ("kind", head.ent_type_),
        ("kind above", above.ent_type_),
        ("size", _step(size, 2, 4, 8, 14)),
    ):
        yield f"{dep} {name}={value}"
    yield f"marks={before}{after}"
    yield f"before={before}"
    yield f"after={after}"
    yield f"first={first}"
    yield f"tag={words[0].tag_}"
    yield f"lemma={head.lemma_.lower()}"
    yield f"kind={head.ent_type_}"
    yield f"{'left' if head.i < above.i else 'right'} {dep}"
    yield f"size={_step(size, 2, 3, 4, 6, 8, 11, 15, 20)}"
    yield f"of={_step(len(sentence), 15, 20, 25, 30, 38)}"
    yield f"share={_step(size / len(sentence), 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)}"
    yield f"depth={min(5, sum(1 for _ in head.ancestors))}"
    yield f"place={_step((phrase.first - sentence.start) / len(sentence), 0.01, 0.2, 0.4, 0.6, 0.8)}"
    if phrase.form:
        yield f"form={phrase.form}"
        yield f"form={phrase.form} size={_step(size, 2, 4, 8, 14)}"
    for child in head.children:
        if child.dep_ in ("pobj", "pcomp"):
            yield f"object={child.lemma_.lower()}"
            yield f"object kind={child.ent_type_}"
            yield f"{first} kind={child.ent_type_}"
            yield f"{above.pos_} {first} kind={child.ent_type_}"
            break
    yield from _deed(above, dep, {token.ent_type_ for token in words} & _WHEN)
    yield from _content(words, dep)
    beside = [child for child in above.children if not child.is_punct]
    yield f"{dep} alone={sum(child.dep_ == dep for child in beside) == 1}"
    yield f"{dep} last={all(child.i <= head.i for child in beside)}"
    yield f"{dep} next={head.i > above.i and not any(above.i < child.i < head.i for child in beside)}"
    if above.dep_ == "ROOT":
        yield f"{dep} of root"
    if above.lemma_.lower() in _SAYING:
        yield f"{dep} of saying"


def _deed(above: Token, dep: str, when: set[str]) -> Iterator[str]:
    """What is done where a phrase hangs on a verb: of what is to come, or is denied, the day is missed."""
    beside = {child.dep_ for child in above.children} | {child.tag_ for child in above.children}
    yield f"{dep} of={above.tag_}"
    for name, there in (("modal", "MD"), ("denied", "neg"), ("perfect", "VBZ" if above.tag_ == "VBN" else "")):
        if there in beside:
            yield f"{dep} of {name}"
            if when:
                yield f"when of {name}"
    if when:
        yield f"when of={above.tag_}"


def _content(words: Span, dep: str) -> Iterator[str]:
    known = {token.lower_ for token in words} | {token.lemma_.lower() for token in words}
    kinds = {token.ent_type_ for token in words}
    if known & _NEGATIONS:
        yield "negation"
    if known & _HEDGES:
        yield "hedge"
        yield from (f"hedge={word}" for word in known & _HEDGES)
    if known & _SAYING:
        yield "saying"
    if any(token.like_num for token in words):
        yield "number"
        yield f"{dep} with number"
    for name, there in (
        ("person", {"PERSON"}),
        ("date", {"DATE", "TIME"}),
        ("place", {"GPE", "LOC"}),
    ):
        if kinds & there:
            yield f"{dep} with {name}"
    if any(token.pos_ == "PRON" for token in words):
        yield f"{dep} with pronoun"


def _mark(sentence: Span, i: int, outside: str) -> str:
    """The mark beside a phrase, "w" for a word."""
    if not sentence.start <= i < sentence.end:
        return outside
    text = sentence.doc[i].text
    return "-" if text in _DASHES else text if text in ",()" else "$" if text in ".!?" else "w"


def _step(value: float, *edges: float) -> int:
    return sum(value >= edge for edge in edges)


@cache
def _weights() -> Weights:
    return Weights.model_validate_json((files(__package__) / WEIGHTS).read_text(encoding="utf-8"))
