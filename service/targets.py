"""What an article is argued about: targets proposed where the caller names none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from newstance.models.consistency import content_words

from .actors import match_actor
from .analysis import Actor
from .nouns import ROLES, STANCES

# Verbs and nouns beyond those of stances toward actors whose object is what somebody is for or against.
_ARGUING = STANCES | frozenset(
    """
    abandon abolish adopt agree allow announce argument axe call cancel challenge confidence consent consider
    criminalise curb debate decriminalise delay demand dispute end faith halt impose introduce legalise legalize lift
    move negotiate object objection organise outlaw permit plan postpone propose question recommend regret repeal
    restrict scrap sign stop trust urge veto vote
    """.split()  # noqa: SIM905 (a list of one word a line hides what it says)
)
# What people decide on, fight over or want.
_MATTERS = frozenset(
    """
    abortion agreement amendment austerity ban benefit bill boycott budget cap ceasefire charge closure conflict
    contract cull cut deal debt decision drilling education election embargo expansion expulsion fee fracking
    immigration immunity independence inquiry integration invasion investigation law lawsuit legislation levy mandate
    marriage merger migration mine nomination occupation operation pact pension petition pipeline plan policy power
    privatisation project proposal protest quota referendum reform regulation resignation restriction right rule
    ruling sanction scheme shutdown strike subsidy takeover tariff tax treaty vaccination verdict veto vote war
    withdrawal
    """.split()  # noqa: SIM905
)
# They say that something is decided, not what; alone they are proposed where nothing else is.
_GENERAL = frozenset(
    """
    appeal ban bill change charge cut deal decision investigation law legislation operation petition plan policy power
    project proposal protest rule ruling scheme vote
    """.split()  # noqa: SIM905
)
# Words that tell that there is a stance, and words too general to have one toward.
_NO_TARGETS = frozenset(
    """
    aim anger area backing bit case chance child children claim comment condemnation country courage criticism critic
    day document evening evidence fact family fear figure finding government group hand home house idea information
    interview issue kind letter level life line lot majority matter media member minute mixture month morning move name
    night number observer offer one opinion opposition option organiser part party patient people percent person place
    point position praise question range reaction reason record region remark report reporter representative result
    score seat sense side sign society sort speech spokesman statement step street support supporter thing threat time
    total town trust unit value view village voter warning way week weekend word work worker world year
    """.split()  # noqa: SIM905
)
# "A protest against X", "a plan for X": X is what it is about.
_ABOUT = frozenset(
    """
    appeal campaign debate decision fight opposition protest question resistance row support vote
    """.split()  # noqa: SIM905
)
_DECISIONS = frozenset({"bid", "call", "decision", "motion", "move", "plan", "proposal", "right", "threat"})
_TIMES = frozenset({"DATE", "TIME", "CARDINAL", "MONEY", "PERCENT", "QUANTITY", "ORDINAL"})
_COMPLEMENTS = frozenset({"of", "on", "for", "against", "to", "between", "with"})
_SOMEWHERE = frozenset({"war", "conflict", "fighting", "coup", "crisis", "election", "ceasefire", "abortion"})  # ... in
_EMPTY_WORDS = frozenset("enough few full further many more most other own same several so-called such".split())  # noqa: SIM905
_LEAD = 2  # sentences
_MOST_WORDS = 7
_ENOUGH = 4
_ENOUGH_FOR_ACTOR = 3


@dataclass
class _Matter:
    """A candidate: how much speaks for it, and how it is called."""

    weight: float = 0
    forms: Counter[str] = field(default_factory=Counter)
    first: int = 0
    enough: float = _ENOUGH

    @property
    def name(self) -> str:
        """The form used most; of several, the one used first."""
        return self.forms.most_common(1)[0][0]

    @property
    def is_general(self) -> bool:
        """Whether it says that something is decided, and not what."""
        return self.name.lower().removesuffix("s") in _GENERAL or self.name.lower() in _GENERAL


def propose_targets(doc: Any, actors: Sequence[Actor], most: int) -> list[str]:
    """The matters that an article takes sides on, and the actors that it does so about.

    A noun phrase weighs more the more often it is the object of words such as "condemn", "support for" or "vote
    against", where it names something that is decided or fought over, where it stands in the lead, and where it is
    repeated. An actor is proposed where positions are taken toward it.

    Args:
        doc: The article's annotation, a spaCy Doc.
        actors: Its actors, the heaviest first.
        most: How many at the most.

    Returns:
        Short phrases without articles, the weightiest first; where none is found, the heaviest actors.
    """
    matters = _matters(doc, actors)
    for words, matter in matters.items():  # "the war" counts for "the war in Ukraine"
        matter.weight += sum(other.weight for part, other in matters.items() if part < words) / 2
    toward = {frozenset({actor.name}): _toward(actor, doc) for actor in actors}
    ranked = sorted((matters | toward).items(), key=lambda item: (-item[1].weight, item[1].first))
    chosen: list[frozenset[str]] = []
    names: list[str] = []
    for _, matter in sorted(ranked, key=lambda item: item[1].is_general):
        said = content_words(matter.name)
        is_needed = len(names) < most and not (matter.is_general and names)
        if is_needed and matter.weight >= matter.enough and not any(said & other for other in chosen):
            chosen.append(said)
            names.append(matter.name)
    return names or [actor.name for actor in actors[:most]]


def _matters(doc: Any, actors: Sequence[Actor]) -> dict[frozenset[str], _Matter]:
    lead = [sentence.end for sentence in doc.sents if sentence.text.strip()][:_LEAD]
    found: dict[frozenset[str], _Matter] = {}
    named = {place for actor in actors for m in actor.mentions if not m.is_pronoun for place in (m.start, -m.end)}
    for chunk in doc.noun_chunks:
        root = chunk.root
        noun = root.lemma_.lower()
        if root.pos_ not in ("NOUN", "PROPN") or root.ent_type_ in _TIMES | {"PERSON", "GPE"}:
            continue
        if noun in _NO_TARGETS | ROLES or root.lower_ in _NO_TARGETS or _is_actor(chunk, actors, named):
            continue
        name = _phrase(chunk)
        words = content_words(name)
        if not words or len(name.split()) > _MOST_WORDS or (noun in _ABOUT and _has_object(root)):
            continue
        matter = found.setdefault(words, _Matter(first=chunk.start))
        matter.forms[name] += 1
        is_argued, is_matter = _is_argued(root), noun in _MATTERS or root.lower_ in _MATTERS
        in_lead = bool(lead) and chunk.end <= lead[-1] and (is_argued or " " in name)
        # An argued matter is what is looked for; either alone takes repetition or the lead.
        matter.weight += 1 + 2 * is_argued + 2 * is_matter + (is_argued or is_matter) * in_lead
    return found


def _has_object(noun: Any) -> bool:
    return any(child.dep_ == "prep" and child.lower_ in ("against", "for", "on", "over") for child in noun.children)


def _is_actor(chunk: Any, actors: Sequence[Actor], named: Container[int]) -> bool:
    """Whether a noun phrase names an actor; ``named`` holds where mentions start, and minus where they end."""
    if chunk.root.idx in named or -(chunk.root.idx + len(chunk.root)) in named:
        return True
    return match_actor(" ".join(t.text for t in _words(chunk)), actors) is not None


def _toward(actor: Actor, doc: Any) -> _Matter:
    """How many positions are taken toward an actor."""
    matter = _Matter(0, Counter({actor.name: 1}), len(doc), _ENOUGH_FOR_ACTOR)
    for mention in actor.mentions:
        span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
        matter.first = min(matter.first, span.start)
        # "thanked her": whom one argues with is as often named by a pronoun; both count.
        matter.weight += 3 * _is_argued(span.root, STANCES)
    return matter


def _is_argued(token: Any, words: frozenset[str] = _ARGUING) -> bool:
    """Whether somebody is for or against what a token names: "condemn X", "support for X", "X was rejected"."""
    while token.dep_ == "conj":
        token = token.head
    head = token.head
    if token.dep_ == "pobj":
        if head.lower_ in ("against", "behind"):
            return True
        preposition, head = head.lower_, head.head
        if preposition == "in":
            return head.lower_ in ("confidence", "faith", "trust")
        if preposition not in ("for", "on", "to", "toward", "towards") and (preposition != "of" or head.pos_ == "VERB"):
            return False
        if preposition == "to" and head.pos_ == "VERB" and head.lemma_ not in ("object", "agree", "consent"):
            return False  # "close the town to cars"
    elif token.dep_ not in ("dobj", "nsubjpass"):
        return False
    return head.lemma_.lower() in words or head.lower_ in words


def _words(chunk: Any) -> list[Any]:
    """A noun phrase up to its head, without articles, numbers, possessive pronouns, times and quotation marks."""
    words = [token for token in chunk if token.i <= chunk.root.i]
    for i, token in enumerate(words):
        if token.tag_ == "POS" and words[i - 1].ent_type_ in _TIMES:
            words = words[i + 1 :]  # "Thursday's air strike"
            break
    for i, token in enumerate(words):
        if i and token.tag_ == "VBG" and token.dep_ != "compound":
            words = words[i + 1 :]  # "detention facing charges"
            break
    while words and _says_nothing(words[0]):
        words = words[1:]
    return words


def _says_nothing(token: Any) -> bool:
    return (
        token.pos_ in ("DET", "PRON", "PUNCT", "NUM", "SPACE", "ADV", "CCONJ", "SYM")
        or token.tag_ in ("POS", "WP$", "PRP$", "PDT")
        or (
            token.lower_ in _EMPTY_WORDS and token.nbor().text != "-"  # "same-sex marriage"
        )
    )


def _phrase(chunk: Any) -> str:
    """A short name: "war in Ukraine", "plan to ban large cruise ships"; no article in front."""
    words = _words(chunk)
    if not words:
        return ""
    doc, start, end = chunk.doc, words[0].i, chunk.root.i + 1
    for child in chunk.root.children:
        is_complement = child.lower_ in _COMPLEMENTS or (child.lower_ == "in" and chunk.root.lower_ in _SOMEWHERE)
        if child.i == end and child.dep_ == "prep" and is_complement:
            nouns = [token for token in child.children if token.dep_ == "pobj" and token.ent_type_ not in _TIMES]
            if nouns and nouns[0].i - start < _MOST_WORDS and nouns[0].pos_ in ("NOUN", "PROPN"):
                end = nouns[0].i + 1
        elif child.dep_ in ("acl", "relcl") and chunk.root.lemma_ in _DECISIONS and doc[end].lower_ == "to":
            objects = [c for c in child.children if c.dep_ == "dobj"]  # "plan to ban cruise ships"
            if objects and objects[0].i - start < _MOST_WORDS:
                end = objects[0].i + 1
    if any((token.is_punct and token.text not in "-'’") or token.is_space for token in doc[start:end]):
        end = chunk.root.i + 1
    kept = (token.text_with_ws for token in doc[start:end] if token.lower_ not in ("this", "these", "that", "those"))
    return " ".join("".join(kept).split())
