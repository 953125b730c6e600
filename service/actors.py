"""Who is in the article: entities that can act, one entry each, however the article calls them.

Plain rules on spaCy's entities and parse. Where they are unsure they leave a name alone: a missed alias shows as
two entries, which a reader sees, while a wrong merge would hide somebody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .analysis import Actor, Kind, Mention
from .quotations import CUES, quoted_spans

_KINDS: dict[str, Kind] = {"PERSON": "person", "ORG": "body", "GPE": "country", "NORP": "group"}
_MALE = frozenset({"mr", "sir", "lord", "king", "prince", "mr."})
_FEMALE = frozenset({"ms", "mrs", "miss", "lady", "dame", "queen", "princess", "ms.", "mrs."})
_TITLES = _MALE | _FEMALE | {
    "dr", "dr.", "prof", "prof.", "professor", "president", "minister", "chancellor", "senator", "judge",
    "gen", "gen.", "general", "maj", "maj-gen", "col", "colonel", "pope", "rev", "sen.", "rep.", "mp", "marshal",
}  # fmt: skip
_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_SUBJECT = frozenset({"nsubj", "nsubjpass", "agent"})
# Where somebody stands in a sentence who acts, or whom a stance can be toward; a mere place does not.
_ROLES = _SUBJECT | {"poss", "dobj", "dative", "appos", "attr"}
_ROLE_PREPOSITIONS = frozenset({"by", "with", "against", "between", "toward", "towards", "to", "for", "on", "of"})
_PERSON_PREPOSITIONS = _ROLE_PREPOSITIONS | {"from", "behind", "like", "as", "about", "among"}

_SMALL_WORDS = frozenset({"of", "and", "for", "the", "on", "de", "al", "bin", "van", "von", "der", "di", "da", "el"})
_IT = frozenset({"it", "they"})
_WITH_ACRONYM = re.compile(r"((?:[A-Z][\w-]+ )(?:(?:of|and|for|the|on|[A-Z][\w-]+) )*[A-Z][\w-]+) \(([A-Z]\w{1,7})\)")


@dataclass
class _Entry:
    """An actor while it is being gathered."""

    name: str
    labels: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    mentions: list[Mention] = field(default_factory=list)
    acts: int = 0
    plays_role: bool = False
    known: bool = False  # named in the topic file
    is_male: bool | None = None

    @property
    def kind(self) -> Kind:
        return _KINDS[self.labels.most_common(1)[0][0]] if self.labels else "body"


def find_actors(doc: Any, aliases: Mapping[str, Sequence[str]] | None = None) -> list[Actor]:
    """The actors of an article, the heaviest first.

    Args:
        doc: The article's annotation, a spaCy Doc.
        aliases: Other names by canonical name, from a topic file; matched word for word, case and all.

    Returns:
        Actors with all their mentions; none if the article names nobody.
    """
    entries: list[_Entry] = []
    for span, name, known in _named(doc, aliases or {}):
        entry = _entry_for(name, span.label_, entries, known)
        _add(entry, span, name)
    _merge_parenthesized(doc, entries)
    entries = [entry for entry in entries if entry.known or _can_act(entry)]
    _add_missed_mentions(doc, entries)
    _resolve_pronouns(doc, entries)
    total = sum(len(entry.mentions) + entry.acts for entry in entries)
    actors = [
        Actor(
            entry.name,
            entry.kind,
            tuple(sorted(set(entry.forms) - {entry.name})),
            tuple(sorted(entry.mentions, key=lambda mention: mention.start)),
            round((len(entry.mentions) + entry.acts) / total, 4),
        )
        for entry in entries
    ]
    return sorted(actors, key=lambda actor: (-actor.weight, actor.mentions[0].start))


def match_actor(name: str, actors: Sequence[Actor]) -> Actor | None:
    """The actor that a name means, by the rules that merge aliases; None if none does, or several do."""
    wanted = bare_name(name)
    exact = [a for a in actors if wanted in (bare_name(a.name), *map(bare_name, a.aliases))]
    if exact:
        return exact[0]
    alike = [a for a in actors if _same_name(wanted, bare_name(a.name))]
    return alike[0] if len(alike) == 1 else None


def named_in(doc: Any, name: str) -> Actor | None:
    """An actor made of a name that the article holds but the entity recognizer missed; None if it does not.

    A name of several words is also found by its last: "Caroline Lucas" by "Ms Lucas".
    """
    bare = bare_name(name)
    words = bare.split()
    forms = [bare] + ([words[-1], words[0]] if 2 <= len(words) <= 3 and words[-1][0].isupper() else [])
    for form in forms:
        if len(form) < 2:
            continue
        found = [
            Mention(match.start(), match.end(), match[0])
            for match in _whole_word(form).finditer(doc.text)
            if form == bare or _stands_alone(match, doc)
        ]
        if found:
            return Actor(name, "body", (form,) if form != name else (), tuple(found))
    return None


def _stands_alone(match: re.Match[str], doc: Any) -> bool:
    """Whether a word is no part of a longer name: the "United" of "United Nations" is not the United States."""
    around = (e for e in doc.ents if e.start_char <= match.start() and match.end() <= e.end_char)
    return all(bare_name(entity.text) == match[0] for entity in around)


def _named(doc: Any, aliases: Mapping[str, Sequence[str]]) -> Iterator[tuple[Any, str, bool]]:
    """(span, canonical or bare name, is known) of all names, in the order of the text."""
    taken: set[int] = set()
    spans: list[tuple[Any, str, bool]] = []
    forms = [(form, canonical) for canonical, others in aliases.items() for form in (canonical, *others)]
    # The longest first: "the North Korean leader" is not "the North".
    for form, canonical in sorted(forms, key=lambda item: -len(item[0])):
        for match in _whole_word(form).finditer(doc.text):
            span = doc.char_span(*match.span(), label="GPE", alignment_mode="expand")
            if span is not None and not taken & set(range(span.start, span.end)):
                label = next((token.ent_type_ for token in span if token.ent_type_ in _KINDS), "ORG")
                taken |= set(range(span.start, span.end))
                spans.append((doc.char_span(*match.span(), label=label, alignment_mode="expand"), canonical, True))
    for match in _WITH_ACRONYM.finditer(doc.text):  # "Law and Justice (PiS)" is a body, whatever the recognizer says
        span = _abbreviated(doc.char_span(*match.span(1), label="ORG"), match[2])
        if span is not None and not taken & set(range(span.start, span.end)):
            taken |= set(range(span.start, span.end))
            spans.append((span, span.text, False))
    for entity in doc.ents:
        if entity.label_ in _KINDS and not taken & set(range(entity.start, entity.end)):
            span = _trimmed(entity)
            if span is not None and _is_name(span):
                spans.append((span, bare_name(span.text), False))
    yield from sorted(spans, key=lambda item: item[0].start)


def _trimmed(span: Any) -> Any | None:
    """The span without article, title and possessive."""
    start, end = span.start, span.end
    label = span.label_
    while start < end and (
        span.doc[start].lower_ in {"the", "a", "an"} | _TITLES or not span.doc[start].text[0].isalnum()
    ):
        start += 1
    if start and span.doc[start - 1].lower_ in _MALE | _FEMALE:
        label = "PERSON"  # "Ms Park" is no park
    while end > start and (span.doc[end - 1].tag_ == "POS" or not span.doc[end - 1].text[-1].isalnum()):
        end -= 1
    if start == end:
        return None
    from spacy.tokens import Span

    return Span(span.doc, start, end, label=label)


def _is_name(span: Any) -> bool:
    if not span.text[0].isupper() and not any(c.isupper() for c in span.text):
        return False
    # "Turkish" in "Turkish troops" describes; "Palestinians" act.
    return span.label_ != "NORP" or (
        span.root.tag_ in ("NNS", "NNPS", "NNP") and span.root.dep_ not in ("amod", "compound")
    )


def bare_name(name: str) -> str:
    """A name without title, article and possessive."""
    words = re.sub(r"[’']s?$", "", " ".join(name.split())).split()
    while len(words) > 1 and words[0].lower() in _TITLES | {"the"}:
        words = words[1:]
    return " ".join(words)


def _entry_for(name: str, label: str, entries: list[_Entry], known: bool) -> _Entry:
    for entry in entries:
        if entry.name == name or name in entry.forms:
            entry.known |= known
            return entry
    alike = [] if known else [entry for entry in entries if not entry.known and _same_name(name, entry.name)]
    if len(alike) > 1:  # "Kim" after two Kims: whoever was named last
        alike = [max(alike, key=lambda entry: entry.mentions[-1].start)]
    if alike:
        (entry,) = alike
        if len(name) > len(entry.name) and name != f"{entry.name}s":
            entry.name = name
        return entry
    entries.append(_Entry(name, known=known))
    return entries[-1]


def _abbreviated(span: Any, acronym: str) -> Any | None:
    """The part of a capitalized phrase that an acronym in parentheses behind it stands for."""
    if span is None or sum(c.isupper() for c in acronym) < 2:
        return None
    for start in range(len(span)):
        initials = "".join(t.text[0] for t in span[start:] if t.text[0].isupper())
        if initials == acronym.upper() and span[start].text[0].isupper():
            return span.doc.char_span(span[start].idx, span.end_char, label="ORG")
    start = next((i for i, t in enumerate(span) if t.pos_ != "ADJ"), 0)  # an acronym of another language
    return span.doc.char_span(span[start].idx, span.end_char, label="ORG")


def _same_name(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    if short.lower() == long.lower():
        return True
    few, many = short.split(), long.split()
    if any(word[0].islower() and word not in _SMALL_WORDS for word in many):
        return False  # "Russia's war in Ukraine" is no fuller name of Ukraine
    if short.isupper() and 2 <= len(short) <= 6 and short == "".join(w[0] for w in many if w[0].isupper()):
        return True
    if 2 <= len(few) < len(many) and many[-len(few) :] == few:  # "Eurosceptic Law and Justice"
        return True
    # Surname, or family name first: "Putin", "Kim". A single word of two letters is more likely an acronym.
    if len(few) < len(many) <= 4 and len(short) > 2 and not set(many) & {"of", "and", "for", "Party", "the"}:
        return few in (many[-len(few) :], many[: len(few)])
    return _party(short) == _party(long)


def _party(name: str) -> str:
    """ "Conservatives", "Conservative Party" and "Conservative" are one."""
    return name.removesuffix(" Party").removesuffix("s").lower()


def _add(entry: _Entry, span: Any, name: str) -> None:
    entry.labels[span.label_] += 1
    entry.forms[span.text] += 1
    entry.mentions.append(Mention(span.start_char, span.end_char, span.text))
    root = _head_of_name(span)
    before = span.doc[span.start - 1].lower_ if span.start else ""
    if before in _MALE | _FEMALE:
        entry.is_male = before in _MALE
    is_subject = root.dep_ in _SUBJECT or (root.dep_ == "pobj" and root.head.dep_ == "agent")
    entry.acts += is_subject
    prepositions = _PERSON_PREPOSITIONS if span.label_ == "PERSON" else _ROLE_PREPOSITIONS
    entry.plays_role |= (
        is_subject
        or root.dep_ in _ROLES
        or before in _TITLES
        or (root.dep_ == "pobj" and root.head.lower_ in prepositions)
    )


def _head_of_name(span: Any) -> Any:
    """The token that says what the name does: through "X and Y" to X, through "spokesman X" to the spokesman."""
    token = span.root
    while token.dep_ == "conj" or (
        token.dep_ in ("appos", "nmod", "compound")
        and token.ent_type_ == "PERSON"
        and token.head.pos_ in ("NOUN", "PROPN")
    ):
        token = token.head
    return token


def _can_act(entry: _Entry) -> bool:
    return entry.plays_role and not entry.name.isdigit()


def _merge_parenthesized(doc: Any, entries: list[_Entry]) -> None:
    """ "Law and Justice (PiS)": what follows in parentheses is another name."""
    by_start = {mention.start: entry for entry in entries for mention in entry.mentions}
    for entry in list(entries):
        for mention in list(entry.mentions):
            match = re.match(r"\s*\((?=[A-Z])(\w{2,8})\)", doc.text[mention.end :])
            if not match or sum(c.isupper() for c in match[1]) < 2:
                continue
            start = mention.end + match.start(1)
            entry.plays_role = True  # whoever is given an acronym matters to the article
            other = by_start.get(start)
            if other is entry:
                continue
            if other in entries and other is not None:
                entries.remove(other)
                entry.labels += other.labels
                entry.forms += other.forms
                entry.mentions += other.mentions
                entry.acts += other.acts
                entry.plays_role |= other.plays_role
            elif other is None:
                entry.forms[match[1]] += 1
                entry.mentions.append(Mention(start, start + len(match[1]), match[1]))


def _add_missed_mentions(doc: Any, entries: list[_Entry]) -> None:
    """What the recognizer named once, it often misses the next time."""
    covered = {i for entry in entries for mention in entry.mentions for i in range(mention.start, mention.end)}
    forms = sorted(((form, entry) for entry in entries for form in entry.forms), key=lambda item: -len(item[0]))
    for form, entry in forms:
        for match in _whole_word(form).finditer(doc.text):
            if not covered & set(range(*match.span())):
                covered |= set(range(*match.span()))
                entry.mentions.append(Mention(*match.span(), match[0]))


def _resolve_pronouns(doc: Any, entries: list[_Entry]) -> None:
    """He and she are the last person who was a subject, if the gender is not known to be another; "it" and "they"
    that open a sentence or speak are the body, country or group that was the subject of the one before."""  # noqa: D205, D209
    named = {m.start: e for e in entries for m in e.mentions}
    people: list[tuple[int, _Entry]] = []  # (sentence, subject), the latest last
    bodies: list[tuple[int, _Entry]] = []
    quoted = [range(start, end) for start, end, *_ in quoted_spans(doc.text)]
    for number, sentence in enumerate(s for s in doc.sents if s.text.strip()):
        for token in sentence:
            if any(token.idx in span for span in quoted):
                continue  # who is "he" in somebody else's mouth?
            entry = named.get(token.idx)
            if entry is not None:
                if _is_subject(token, entry):
                    (people if entry.kind == "person" else bodies).append((number, entry))
                continue
            meant = _meant_by(token, sentence, number, people, bodies)
            if meant is None:
                continue
            if token.lower_ in _HE | _SHE:
                meant.is_male = token.lower_ in _HE
            meant.mentions.append(Mention(token.idx, token.idx + len(token), token.text, is_pronoun=True))
            if token.dep_ in _SUBJECT:
                meant.acts += 1
                (people if meant.kind == "person" else bodies).append((number, meant))


def _meant_by(
    token: Any, sentence: Any, number: int, people: list[tuple[int, _Entry]], bodies: list[tuple[int, _Entry]]
) -> _Entry | None:
    if token.lower_ in _HE | _SHE:
        male = token.lower_ in _HE
        subject = _subject_beside(token, people)
        fitting = [e for n, e in people if number - n <= 3 and e.is_male in (None, male) and e is not subject]
        return fitting[-1] if fitting else None
    opens = token.i == next((t.i for t in sentence if not t.is_space), -1)
    speaks = token.dep_ == "nsubj" and token.head.lemma_.lower() in CUES  # `"...," they said.`
    if (opens or speaks) and token.lower_ in _IT and token.dep_ in ("nsubj", "nsubjpass") and bodies:
        last, entry = bodies[-1]
        return entry if last == number - 1 else None
    return None


def _subject_beside(token: Any, people: list[tuple[int, _Entry]]) -> _Entry | None:
    """Whom an object cannot mean: in "Miller thanked her", she is not Miller."""
    if token.dep_ not in ("dobj", "dative", "pobj") or token.lower_.endswith("self"):
        return None
    verb = token.head
    while verb.dep_ == "prep" or (verb.dep_ == "conj" and not any(c.dep_ in _SUBJECT for c in verb.children)):
        verb = verb.head
    places = [child.idx for child in verb.children if child.dep_ in _SUBJECT]
    return next((e for _, e in people for m in e.mentions if any(m.start <= i < m.end for i in places)), None)


def _is_subject(token: Any, entry: _Entry) -> bool:
    mention = next(m for m in entry.mentions if m.start == token.idx)
    span = token.doc.char_span(mention.start, mention.end, alignment_mode="expand")
    return _head_of_name(span).dep_ in _SUBJECT or span.root.dep_ in _SUBJECT


def _whole_word(form: str) -> re.Pattern[str]:
    article = "[Tt]he " if form.startswith("the ") else ""  # an alias may open a sentence
    return re.compile(rf"(?<!\w){article}{re.escape(form.removeprefix('the '))}(?!\w)")
