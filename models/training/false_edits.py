"""Sentences rewritten so that they are no longer true of their article.

A change that leaves the meaning alone by accident is possible and rare; changes that would clearly do so are not made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, get_args

from ..words import NUMBER_WORDS, bare
from .edits import Edit, Part, like, pairs, plain_name, plain_part, rewritten, subtree, tidy

if TYPE_CHECKING:
    from spacy.tokens import Doc

Corruption = Literal["name", "number", "date", "negation", "role", "opposite", "certainty", "splice"]
CORRUPTIONS: tuple[Corruption, ...] = get_args(Corruption)

_NAMED = {"PERSON", "ORG", "GPE", "NORP", "LOC"}
_NUMBER = re.compile(r"\d[\d,.]*")
_NUMBERS = (*NUMBER_WORDS, "twenty", "thirty", "fifty")
_DATES = (
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December"),
    ("yesterday", "today", "tomorrow"),
    ("morning", "afternoon", "evening", "night"),
)

_OPPOSITES = pairs(
    "increase/decrease increased/decreased increases/decreases rise/fall rose/fell rises/falls rising/falling "
    "higher/lower more/less most/least before/after first/last won/lost win/lose wins/loses winning/losing "
    "supported/opposed accept/reject accepted/rejected agree/refuse agreed/refused best/worst better/worse good/bad "
    "old/new older/younger man/woman men/women father/mother son/daughter brother/sister husband/wife boy/girl "
    "north/south east/west northern/southern eastern/western begin/end began/ended start/stop started/stopped "
    "open/close opened/closed success/failure successful/failed confirmed/denied guilty/innocent up/down above/below "
    "inside/outside early/late earlier/later buy/sell bought/sold always/never everyone/nobody all/none major/minor "
    "legal/illegal public/private male/female positive/negative strong/weak stronger/weaker safe/dangerous "
    "possible/impossible dead/alive killed/saved praised/criticised welcomed/condemned backed/rejected allowed/banned "
    "hired/sacked"
)
_OPPOSITES |= {other: word for word, other in _OPPOSITES.items()}
_MODALS = {"could": "will", "may": "will", "might": "will", "should": "will", "would": "will"}
_HEDGES = {"allegedly", "reportedly", "possibly", "probably", "perhaps", "apparently"}


def corruptions(claim: Doc, article: Doc, rng: random.Random) -> list[Edit]:
    """False versions of a sentence that is true of an article; at most one of each kind.

    Args:
        claim: One sentence, in the words of the article or in others.
        article: The Doc of the article; where something else is put in, it comes from there if it can.
        rng: Chooses among the places that could be changed.
    """
    made = []
    for kind in CORRUPTIONS:
        options = [text for text in _MAKERS[kind](claim, article, rng) if bare(text) != bare(claim.text)]
        if options:
            made.append(Edit(kind, rng.choice(options)))
    return made


def _swapped_names(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for entity in claim.ents:
        part = plain_part(entity)
        if entity.label_ in _NAMED and part[0] < part[1]:
            others = _other_names(entity.text, entity.label_, article)
            if others:
                yield rewritten(claim, {part: rng.choice(others)})


def _names(doc: Doc, label: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in doc.ents:
        text = plain_name(entity.text)
        if entity.label_ == label and text[:1].isupper():
            found.setdefault(text.lower(), text)
    return found


def _other_names(name: str, label: str, article: Doc) -> list[str]:
    """Names of the same kind that share no word with this one."""
    words = set(plain_name(name).lower().split())
    return [other for key, other in _names(article, label).items() if not words & set(key.split())]


def _changed_numbers(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    elsewhere = [token.text for token in article if _NUMBER.fullmatch(token.text)]
    for token in claim:
        part = (token.i, token.i + 1)
        if _NUMBER.fullmatch(token.text):
            near = [n for n in elsewhere if len(n) == len(token.text) and n != token.text]
            if near and rng.random() < 0.5:
                yield rewritten(claim, {part: rng.choice(near)})
            else:
                yield rewritten(claim, {part: _other_number(token.text, rng)})
        elif token.lower_ in _NUMBERS:
            others = [word for word in _NUMBERS if word != token.lower_]
            yield rewritten(claim, {part: like(rng.choice(others), token.text)})


def _other_number(text: str, rng: random.Random) -> str:
    digits = [i for i, letter in enumerate(text) if letter.isdigit()]
    place = rng.choice(digits[-2:] if len(digits) == 4 else digits)
    changed = rng.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + changed + text[place + 1 :]


def _changed_dates(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for token in claim:
        for group in _DATES:
            same = [word for word in group if word.lower() == token.lower_]
            if same and (token.text[0].isupper() or group[0].islower()):
                other = rng.choice([word for word in group if word != same[0]])
                yield rewritten(claim, {(token.i, token.i + 1): like(other, token.text)})


def _negated(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.dep_ == "neg" and token.lower_ in ("not", "n't", "n’t", "never"):
            before = claim[token.i - 1] if token.i else None
            repaired = {"ca": "can", "wo": "will", "sha": "shall"}
            if before is not None and token.lower_.startswith("n") and before.lower_ in repaired:
                yield rewritten(claim, {(before.i, token.i + 1): like(repaired[before.lower_], before.text)})
            else:
                yield rewritten(claim, {(token.i, token.i + 1): ""})
    for verb in claim:
        if verb.pos_ not in ("VERB", "AUX") or verb.dep_ not in ("ROOT", "ccomp", "conj", "relcl", "advcl"):
            continue
        children = list(verb.children)
        if any(child.dep_ == "neg" for child in children) or not any("subj" in child.dep_ for child in children):
            continue
        helper = next((c for c in children if c.dep_ in ("aux", "auxpass") and c.tag_ != "TO" and c.i < verb.i), None)
        if helper is not None or verb.lemma_ == "be":
            at = (helper or verb).i
            if not claim[at].text.startswith(("'", "’")):
                yield rewritten(claim, {(at, at + 1): claim[at].text + " not"})
        elif verb.tag_ in ("VBD", "VBZ", "VBP"):
            do = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
            yield rewritten(claim, {(verb.i, verb.i + 1): f"{do} not {verb.lemma_}"})


def _swapped_roles(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for verb in claim:
        subject = next((c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")), None)
        agent = next((c for c in verb.children if c.dep_ == "agent"), None)
        other = next((c for c in verb.children if c.dep_ in ("dobj", "dative") and c.pos_ != "ADP"), None)
        if agent is not None:
            other = next((c for c in agent.children if c.dep_ == "pobj"), None)
        if subject is not None and other is not None and {subject.pos_, other.pos_} <= {"NOUN", "PROPN"}:
            yield from _exchanged(claim, subtree(subject), subtree(other))
    # Two people, or two places, of one sentence change places.
    entities = [entity for entity in claim.ents if entity.label_ in _NAMED]
    for i, first in enumerate(entities):
        for second in entities[i + 1 :]:
            shared = set(first.text.lower().split()) & set(second.text.lower().split())
            between = claim[first.end : second.start].text.strip().lower()
            if first.label_ == second.label_ and not shared and between not in ("and", ",", "or", "", ", and", "&"):
                yield from _exchanged(claim, plain_part(first), plain_part(second))


def _exchanged(claim: Doc, first: Part, second: Part) -> Iterator[str]:
    first, second = sorted((first, second))
    if first[1] <= second[0] and all(0 < end - start <= 8 for start, end in (first, second)):
        texts = {part: claim[part[0] : part[1]].text for part in (first, second)}
        starts_low = claim[first[0]].ent_type_ == "" and claim[first[0]].pos_ != "PROPN"
        moved = texts[first][:1].lower() + texts[first][1:] if starts_low else texts[first]
        yield rewritten(claim, {first: texts[second], second: moved})


def _opposite_words(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.lower_ in _OPPOSITES and token.dep_ != "prt" and not token.ent_type_:
            yield rewritten(claim, {(token.i, token.i + 1): like(_OPPOSITES[token.lower_], token.text)})


def _made_certain(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.tag_ == "MD" and token.lower_ in _MODALS:
            yield rewritten(claim, {(token.i, token.i + 1): like(_MODALS[token.lower_], token.text)})
        elif token.lower_ in _HEDGES:
            yield rewritten(claim, {(token.i, token.i + 1): ""})


def _spliced(claim: Doc, article: Doc, rng: random.Random) -> Iterator[str]:
    """The claim with a subject, an object or a place of another sentence: what summarizers get wrong most."""
    own = set(bare(claim.text).split())
    root = next((token for token in claim if token.dep_ == "ROOT"), None)
    if root is None:
        return
    sentences = [s for s in article.sents if 5 <= len(s) <= 45]
    rng.shuffle(sentences)
    for sentence in sentences[:12]:
        if _is_same(sentence.text, own):
            continue
        for role in ("nsubj", "nsubjpass", "dobj", "pobj"):
            mine = [t for t in claim if t.dep_ == role and t.pos_ in ("NOUN", "PROPN")]
            theirs = [t for t in sentence if t.dep_ == role and t.pos_ in ("NOUN", "PROPN")]
            if role == "pobj":
                mine = [t for t in mine if t.head.lower_ in {o.head.lower_ for o in theirs}]
            if not mine or not theirs:
                continue
            here = rng.choice(mine)
            fitting = [t for t in theirs if role != "pobj" or t.head.lower_ == here.head.lower_]
            there = rng.choice(fitting)
            text = sentence.doc[there.left_edge.i : there.right_edge.i + 1].text
            fresh = set(bare(text).split()) - own
            if fresh and len(text.split()) <= 10 and here.lemma_ != there.lemma_:
                yield rewritten(claim, {subtree(here): text})
        other = sentence.root
        subject = next((c for c in root.children if "subj" in c.dep_), None)
        verb_subject = next((c for c in other.children if "subj" in c.dep_), None)
        if subject is not None and verb_subject is not None and subject.lemma_ != verb_subject.lemma_:
            start, end = verb_subject.right_edge.i + 1, sentence[-1].i + 1
            if {subject.pos_, verb_subject.pos_} <= {"NOUN", "PROPN"} and end - start >= 4:
                head = claim[subject.left_edge.i : subject.right_edge.i + 1].text
                yield tidy(f"{head} {sentence.doc[start:end].text}")


def _is_same(text: str, words: set[str]) -> bool:
    """Whether a claim is made from this very sentence."""
    theirs = set(bare(text).split())
    return len(theirs & words) > 0.6 * min(len(theirs), len(words))


_MAKERS: dict[Corruption, Callable[[Doc, Doc, random.Random], Iterator[str]]] = {
    "name": _swapped_names,
    "number": _changed_numbers,
    "date": _changed_dates,
    "negation": _negated,
    "role": _swapped_roles,
    "opposite": _opposite_words,
    "certainty": _made_certain,
    "splice": _spliced,
}
