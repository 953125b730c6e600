"""Sentences changed on purpose: rewritten so that they stay true to their article, or so that they no longer do.

Both are made from the parse alone. The support model learns from them (``models/support_rows.py``), and the guard is
measured with them (``eval/corruptions.py``). A change that leaves the meaning alone by accident is possible and rare;
changes that would clearly do so are not made.

After Kryscinski et al. 2020, "Evaluating the Factual Consistency of Abstractive Text Summarization" (FactCC).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

Corruption = Literal["name", "number", "date", "negation", "role", "opposite", "certainty", "splice"]
CORRUPTIONS: tuple[Corruption, ...] = get_args(Corruption)

_NAMED = {"PERSON", "ORG", "GPE", "NORP", "LOC"}
_NUMBER = re.compile(r"\d[\d,.]*")
_NUMBER_WORDS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("twenty", "thirty", "fifty"),
)
_DATES = (
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December"),
    ("yesterday", "today", "tomorrow"),
    ("morning", "afternoon", "evening", "night"),
)


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("/") for pair in text.split())


_OPPOSITES = _pairs(
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
_SAME = _pairs(
    "began/started bought/purchased film/movie told/informed attempted/tried require/need required/needed assist/help "
    "assisted/helped ended/finished commence/begin large/big huge/massive nearly/almost approximately/about "
    "children/kids injured/hurt obtained/got received/got showed/revealed shows/reveals allow/let ensure/guarantee "
    "however/but sacked/fired resigned/quit criticised/attacked quickly/rapidly currently/now previously/earlier "
    "vehicle/car firm/company firms/companies officers/police"
)
_MODALS = {"could": "will", "may": "will", "might": "will", "should": "will", "would": "will"}
# Without these, a phrase says something else.
_NEEDED = frozenset(
    "former alleged fake few other last first only same many several next previous such second third final half no own "  # noqa: SIM905
    "potential possible likely suspected would-be proposed planned attempted least most more less".split()
)
_MARKS = {'"', "“", "”", "'", "‘", "’", "``", "''"}
_HEDGES = {"allegedly", "reportedly", "possibly", "probably", "perhaps", "apparently"}


@dataclass(frozen=True)
class Edit:
    """A changed sentence, and what was done to it."""

    kind: str
    text: str


def corruptions(claim: Any, article: Any, rng: random.Random) -> list[Edit]:
    """False versions of a sentence that is true of an article; at most one of each kind.

    Args:
        claim: A spaCy Doc of one sentence, in the words of the article or in others.
        article: The Doc of the article; where something else is put in, it comes from there if it can.
        rng: Chooses among the places that could be changed.
    """
    made = []
    for kind in CORRUPTIONS:
        options = [text for text in _MAKERS[kind](claim, article, rng) if _key(text) != _key(claim.text)]
        if options:
            made.append(Edit(kind, rng.choice(options)))
    return made


def faithful(sentence: Any, rng: random.Random) -> list[Edit]:
    """True versions of a sentence of an article: shorter, in another order, with names written out or shortened.

    Args:
        sentence: A spaCy Span, one sentence of a parsed article.
        rng: Chooses among the places that could be changed.
    """
    made = []
    for kind, maker in _FAITHFUL.items():
        options = [text for text in maker(sentence) if len(text.split()) >= 4 and _key(text) != _key(sentence.text)]
        if options:
            made.append(Edit(kind, rng.choice(options)))
    return made


Part = tuple[int, int]  # token indices in the Doc, the last one excluded


def _rewritten(tokens: Any, changes: dict[Part, str]) -> str:
    """The text of a Doc or Span with parts of it replaced; "" leaves a part out, and a blank in its place."""
    pieces, at = [], tokens[0].i
    doc = tokens.doc
    for (start, end), text in sorted(changes.items()):
        pieces.append(doc[at:start].text_with_ws)
        pieces.append(text + doc[end - 1].whitespace_ if text else " ")
        at = end
    pieces.append(doc[at : tokens[-1].i + 1].text_with_ws)
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*([.!?])", r"\1", text)
    return text[:1].upper() + text[1:]


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _like(word: str, model: str) -> str:
    """A word in the case of another one."""
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def _names(doc: Any, label: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in doc.ents:
        text = _bare_name(entity.text)
        if entity.label_ == label and text[:1].isupper():
            found.setdefault(text.lower(), text)
    return found


def _bare_name(text: str) -> str:
    return re.sub(r"^(?:the|a|an) |['’]s?$", "", text.strip(), flags=re.IGNORECASE)


def _other_names(name: str, label: str, article: Any) -> list[str]:
    """Names of the same kind that share no word with this one."""
    words = set(_bare_name(name).lower().split())
    return [other for key, other in _names(article, label).items() if not words & set(key.split())]


def _bare_part(entity: Any) -> Part:
    start, end = entity.start, entity.end
    if entity[0].lower_ in ("the", "a", "an"):
        start += 1
    if entity[-1].lower_ in ("'s", "’s", "'", "’"):
        end -= 1
    return start, end


def _swapped_names(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for entity in claim.ents:
        part = _bare_part(entity)
        if entity.label_ in _NAMED and part[0] < part[1]:
            others = _other_names(entity.text, entity.label_, article)
            if others:
                yield _rewritten(claim, {part: rng.choice(others)})


def _changed_numbers(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    elsewhere = [token.text for token in article if _NUMBER.fullmatch(token.text)]
    for token in claim:
        part = (token.i, token.i + 1)
        if _NUMBER.fullmatch(token.text):
            near = [n for n in elsewhere if len(n) == len(token.text) and n != token.text]
            if near and rng.random() < 0.5:
                yield _rewritten(claim, {part: rng.choice(near)})
            else:
                yield _rewritten(claim, {part: _other_number(token.text, rng)})
        elif token.lower_ in _NUMBER_WORDS:
            others = [word for word in _NUMBER_WORDS if word != token.lower_]
            yield _rewritten(claim, {part: _like(rng.choice(others), token.text)})


def _other_number(text: str, rng: random.Random) -> str:
    digits = [i for i, letter in enumerate(text) if letter.isdigit()]
    place = rng.choice(digits[-2:] if len(digits) == 4 else digits)
    changed = rng.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + changed + text[place + 1 :]


def _changed_dates(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for token in claim:
        for group in _DATES:
            same = [word for word in group if word.lower() == token.lower_]
            if same and (token.text[0].isupper() or group[0].islower()):
                other = rng.choice([word for word in group if word != same[0]])
                yield _rewritten(claim, {(token.i, token.i + 1): _like(other, token.text)})


def _negated(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.dep_ == "neg" and token.lower_ in ("not", "n't", "n’t", "never"):
            before = claim[token.i - 1] if token.i else None
            repaired = {"ca": "can", "wo": "will", "sha": "shall"}
            if before is not None and token.lower_.startswith("n") and before.lower_ in repaired:
                yield _rewritten(claim, {(before.i, token.i + 1): _like(repaired[before.lower_], before.text)})
            else:
                yield _rewritten(claim, {(token.i, token.i + 1): ""})
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
                yield _rewritten(claim, {(at, at + 1): claim[at].text + " not"})
        elif verb.tag_ in ("VBD", "VBZ", "VBP"):
            do = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
            yield _rewritten(claim, {(verb.i, verb.i + 1): f"{do} not {verb.lemma_}"})


def _swapped_roles(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for verb in claim:
        subject = next((c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")), None)
        agent = next((c for c in verb.children if c.dep_ == "agent"), None)
        other = next((c for c in verb.children if c.dep_ in ("dobj", "dative") and c.pos_ != "ADP"), None)
        if agent is not None:
            other = next((c for c in agent.children if c.dep_ == "pobj"), None)
        if subject is not None and other is not None and {subject.pos_, other.pos_} <= {"NOUN", "PROPN"}:
            yield from _exchanged(claim, _subtree(subject), _subtree(other))
    # Two people, or two places, of one sentence change places.
    entities = [entity for entity in claim.ents if entity.label_ in _NAMED]
    for i, first in enumerate(entities):
        for second in entities[i + 1 :]:
            shared = set(first.text.lower().split()) & set(second.text.lower().split())
            between = claim[first.end : second.start].text.strip().lower()
            if first.label_ == second.label_ and not shared and between not in ("and", ",", "or", "", ", and", "&"):
                yield from _exchanged(claim, _bare_part(first), _bare_part(second))


def _subtree(token: Any) -> Part:
    return token.left_edge.i, token.right_edge.i + 1


def _exchanged(claim: Any, first: Part, second: Part) -> Iterator[str]:
    first, second = sorted((first, second))
    if first[1] <= second[0] and all(0 < end - start <= 8 for start, end in (first, second)):
        texts = {part: claim[part[0] : part[1]].text for part in (first, second)}
        starts_low = claim[first[0]].ent_type_ == "" and claim[first[0]].pos_ != "PROPN"
        moved = texts[first][:1].lower() + texts[first][1:] if starts_low else texts[first]
        yield _rewritten(claim, {first: texts[second], second: moved})


def _opposite_words(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.lower_ in _OPPOSITES and token.dep_ != "prt" and not token.ent_type_:
            yield _rewritten(claim, {(token.i, token.i + 1): _like(_OPPOSITES[token.lower_], token.text)})


def _made_certain(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    for token in claim:
        if token.tag_ == "MD" and token.lower_ in _MODALS:
            yield _rewritten(claim, {(token.i, token.i + 1): _like(_MODALS[token.lower_], token.text)})
        elif token.lower_ in _HEDGES:
            yield _rewritten(claim, {(token.i, token.i + 1): ""})


def _spliced(claim: Any, article: Any, rng: random.Random) -> Iterator[str]:
    """The claim with a subject, an object or a place of another sentence: what summarizers get wrong most."""
    own = set(_key(claim.text).split())
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
            fresh = set(_key(text).split()) - own
            if fresh and len(text.split()) <= 10 and here.lemma_ != there.lemma_:
                yield _rewritten(claim, {_subtree(here): text})
        other = sentence.root
        subject = next((c for c in root.children if "subj" in c.dep_), None)
        verb_subject = next((c for c in other.children if "subj" in c.dep_), None)
        if subject is not None and verb_subject is not None and subject.lemma_ != verb_subject.lemma_:
            start, end = verb_subject.right_edge.i + 1, sentence[-1].i + 1
            if {subject.pos_, verb_subject.pos_} <= {"NOUN", "PROPN"} and end - start >= 4:
                head = claim[subject.left_edge.i : subject.right_edge.i + 1].text
                yield _tidy(f"{head} {sentence.doc[start:end].text}")


def _is_same(text: str, words: set[str]) -> bool:
    """Whether a claim is made from this very sentence."""
    theirs = set(_key(text).split())
    return len(theirs & words) > 0.6 * min(len(theirs), len(words))


_MAKERS: dict[Corruption, Callable[[Any, Any, random.Random], Iterator[str]]] = {
    "name": _swapped_names,
    "number": _changed_numbers,
    "date": _changed_dates,
    "negation": _negated,
    "role": _swapped_roles,
    "opposite": _opposite_words,
    "certainty": _made_certain,
    "splice": _spliced,
}


def _shortened(sentence: Any) -> Iterator[str]:
    """Without what is said beside the point: appositions, relative clauses, fronted phrases, times and places."""
    parts = []
    for token in sentence:
        start, end = _subtree(token)
        if end - start >= len(sentence) - 3:
            continue
        removable = (
            token.dep_ in ("appos", "relcl", "npadvmod", "parataxis")
            or (token.dep_ == "acl" and token.tag_ == "VBG")
            or (token.dep_ == "advcl" and not any(c.lower_ in ("if", "unless", "to") for c in token.children))
            or (token.dep_ == "prep" and token.head.dep_ == "ROOT" and token.i < token.head.i)
            or (
                token.dep_ == "prep"
                and token.head.pos_ == "VERB"
                and any(c.ent_type_ in ("DATE", "TIME", "GPE") for c in token.children)
            )
            or (token.dep_ == "amod" and token.head.pos_ == "NOUN" and token.lower_ not in _NEEDED)
        )
        if removable and not start <= sentence.root.i < end and _stands_apart(sentence.doc, start, end):
            parts.append(_with_commas(sentence, start, end))
    for part in parts:
        yield _rewritten(sentence, {part: ""})
    apart: dict[Part, str] = {}
    for part in parts:
        if all(part[1] <= start or end <= part[0] for start, end in apart):
            apart[part] = ""
    if len(apart) > 1:
        yield _rewritten(sentence, apart)


def _stands_apart(doc: Any, start: int, end: int) -> bool:
    """Whether leaving tokens out tears no word and no quotation apart."""
    marks = sum(token.text in _MARKS for token in doc[start:end])
    after = doc[end].text if end < len(doc) else ""
    before = doc[start - 1].text if start else ""
    return marks == 0 and not {after, before} & {"-", "/", "(", *_MARKS}


def _with_commas(sentence: Any, start: int, end: int) -> Part:
    """A part, and the two commas that it stands between."""
    doc = sentence.doc
    if start > sentence.start and end < sentence.end and doc[start - 1].text == "," and doc[end].text == ",":
        return start - 1, end + 1
    return start, end


def _one_clause(sentence: Any) -> Iterator[str]:
    """One of two clauses that share a subject."""
    root = sentence.root
    subject = next((c for c in root.children if c.dep_ in ("nsubj", "nsubjpass")), None)
    second = next((c for c in root.children if c.dep_ == "conj" and c.pos_ in ("VERB", "AUX")), None)
    if subject is None or second is None or any(c.dep_ == "neg" for c in root.children):
        return
    joint = next((c.i for c in root.children if c.dep_ == "cc"), second.left_edge.i)
    first = sentence.doc[sentence.start : joint].text
    yield _tidy(first) + "."
    if not any("subj" in c.dep_ for c in second.children) and second.tag_ == root.tag_:
        head = sentence.doc[subject.left_edge.i : subject.right_edge.i + 1].text
        yield _tidy(f"{head} {sentence.doc[second.left_edge.i : second.right_edge.i + 1].text}") + "."


def _renamed(sentence: Any) -> Iterator[str]:
    """Surnames for full names, full names for surnames, and the name for a pronoun that can mean only one person."""
    people = [_bare_name(e.text) for e in sentence.doc.ents if e.label_ == "PERSON"]
    for entity in sentence.ents:
        if entity.label_ != "PERSON":
            continue
        part = _bare_part(entity)
        words = sentence.doc[part[0] : part[1]].text.split()
        if len(words) > 1:
            yield _rewritten(sentence, {part: words[-1]})
        elif words:
            full = [name for name in people if len(name.split()) > 1 and name.split()[-1] == words[0]]
            if full:
                yield _rewritten(sentence, {part: full[0]})
    if sentence[0].lower_ in ("he", "she") and sentence.start > 0:
        before = sentence.doc[sentence.start - 1].sent
        named = {_bare_name(e.text) for e in before.ents if e.label_ == "PERSON"}
        if len(named) == 1:
            yield _rewritten(sentence, {(sentence.start, sentence.start + 1): named.pop()})


def _turned(sentence: Any) -> Iterator[str]:
    """Active to passive, for regular verbs in the past."""
    for verb in sentence:
        if verb.tag_ != "VBD" or not verb.lower_.endswith("ed") or verb.dep_ != "ROOT":
            continue
        subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
        object_ = next((c for c in verb.children if c.dep_ == "dobj"), None)
        if subject is None or object_ is None or object_.i != verb.i + 1 + (object_.i - object_.left_edge.i):
            continue
        plain = not any(c.dep_ in ("neg", "aux") for c in verb.children)
        if plain and {subject.pos_, object_.pos_} <= {"NOUN", "PROPN"}:
            doc = sentence.doc
            moved = doc[object_.left_edge.i : object_.right_edge.i + 1].text
            actor = doc[subject.left_edge.i : subject.right_edge.i + 1].text
            be = "were" if object_.tag_ in ("NNS", "NNPS") else "was"
            rest = doc[object_.right_edge.i + 1 : sentence.end].text
            if doc[subject.left_edge.i].ent_type_ == "" and doc[subject.left_edge.i].pos_ != "PROPN":
                actor = actor[:1].lower() + actor[1:]
            yield _tidy(f"{moved} {be} {verb.text} by {actor} {rest}")


def _told(sentence: Any) -> Iterator[str]:
    """Reported speech with its speaker in front."""
    root = sentence.root
    if root.lower_ not in ("said", "says", "added"):
        return
    speaker = next((c for c in root.children if c.dep_ == "nsubj"), None)
    words = next((c for c in root.children if c.dep_ == "ccomp"), None)
    if speaker is None or words is None:
        return
    doc = sentence.doc
    who = doc[speaker.left_edge.i : speaker.right_edge.i + 1].text
    what = doc[words.left_edge.i : words.right_edge.i + 1].text.strip(" \"'“”‘’,")
    if words.right_edge.i < speaker.left_edge.i:
        yield _tidy(f"{who} said {what[:1].lower() + what[1:] if not doc[words.left_edge.i].ent_type_ else what}") + "."
    yield _tidy(f"According to {who}, {what}") + "."


def _other_words(sentence: Any) -> Iterator[str]:
    for token in sentence:
        if token.lower_ in _SAME and not token.ent_type_:
            yield _rewritten(sentence, {(token.i, token.i + 1): _like(_SAME[token.lower_], token.text)})


def _joined(sentence: Any) -> Iterator[str]:
    """Two short neighbours in one."""
    if sentence.end < len(sentence.doc):
        after = sentence.doc[sentence.end].sent
        if len(sentence) + len(after) <= 40 and after[0].pos_ in ("PRON", "DET") and len(after) > 4:
            first = re.sub(r"[.!?\s]+$", "", sentence.text)
            yield _tidy(f"{first} and {after.text[:1].lower()}{after.text[1:]}")


_FAITHFUL: dict[str, Callable[[Any], Iterator[str]]] = {
    "shortened": _shortened,
    "one clause": _one_clause,
    "renamed": _renamed,
    "turned": _turned,
    "told": _told,
    "other words": _other_words,
    "joined": _joined,
}
