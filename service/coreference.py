"""What else means an actor: "the North Korean leader", "the company", "he", "it", "the two men".

Rules on the parse, after the names have been gathered. Each takes a mention only where a single actor fits; with
two, the phrase is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .analysis import Mention
from .entries import Entry
from .nouns import BODIES, KINDS, OTHER_HOLDERS, ROLES
from .places import country_named, country_of_government, country_of_people
from .quotation_marks import quoted_spans
from .speakers import CUES
from .syntax import SUBJECTS, acts, head_of_name

_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_IT = frozenset({"it", "they"})
_WINDOW = 3  # sentences back that a pronoun may reach
_PEOPLE = frozenset("leaders men women presidents ministers politicians rivals".split())  # noqa: SIM905
_STATES = frozenset({"countries", "nations", "governments", "states"})
_SIDES = frozenset({"sides"})


# Definite phrases


@dataclass(frozen=True)
class _Office:
    """What somebody is called by an office: the minister, of Turkey, {deputy, prime}."""

    holder: Entry
    noun: str
    owner: str | None
    modifiers: frozenset[str]
    position: int


def add_definite_phrases(doc: Any, entries: list[Entry]) -> None:
    """Offices and nouns that the text binds to one actor, and bodies that act without a name of their own."""
    covered = {i for entry in entries for mention in entry.mentions for i in range(mention.start, mention.end)}
    offices = list(_offices(doc, entries))
    _bind_nouns(doc, entries)
    unnamed: list[Entry] = []
    for chunk in doc.noun_chunks:
        if any(i in covered for i in range(chunk.root.idx, chunk.root.idx + len(chunk.root))):
            continue
        noun = chunk.root.lower_
        if noun in ROLES and chunk.root.tag_ in ("NN", "NNP"):
            holder = _holder(chunk, offices)
            if holder is not None:
                _take(holder, chunk.start_char, chunk.text, acts(chunk.root))
        elif noun in KINDS | BODIES and chunk.root.tag_ in ("NN", "NNS", "NNP"):
            _take_body(chunk, entries, unnamed)
    entries += [entry for entry in unnamed if entry.acts]


def _take(entry: Entry, start: int, text: str, does: bool) -> None:
    entry.mention(start, text)
    entry.acts += does


def _offices(doc: Any, entries: Sequence[Entry]) -> Iterator[_Office]:
    """Offices that stand beside a person's name, before or behind it, or that "is" or "became" gives to it."""
    for entry in entries:
        if entry.kind != "person":
            continue
        for mention in entry.mentions:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
            before = span.start - 1
            if before > 0 and doc[before].text == "," and doc[before - 1].lower_ in ROLES:
                before -= 1
            if before >= 0 and doc[before].lower_ in ROLES:
                yield _office(entry, doc[before], _owner_behind(span))
            for other in span.root.children:
                if other.dep_ == "appos" and other.lower_ in ROLES:
                    yield _office(entry, other)
            verb = span.root.head
            if span.root.dep_ == "nsubj" and verb.lemma_ in ("be", "become"):
                for other in verb.children:
                    if other.dep_ == "attr" and other.lower_ in ROLES:
                        yield _office(entry, other)


def _office(holder: Entry, noun: Any, owner: str | None = None) -> _Office:
    modifiers, owner_before = _before(noun)
    return _Office(holder, noun.lower_, owner or owner_before or _owner_of(noun), modifiers, int(noun.idx))


def _before(noun: Any) -> tuple[frozenset[str], str | None]:
    """The words between article or owner and an office, and the owner: "Turkey's Deputy Prime Minister"."""
    modifiers: set[str] = set()
    i = noun.i - 1
    while i >= noun.sent.start:
        token = noun.doc[i]
        if token.dep_ == "det" or (token.pos_ in ("PUNCT", "VERB", "ADP", "PRON", "SPACE") and token.text != "-"):
            break
        if token.tag_ == "POS":
            owner = noun.doc[max(i - 2, 0) : i].text
            return frozenset(modifiers), country_named(owner) or _canonical(noun.doc[i - 1].text)
        country = country_of_people(noun.doc[max(i - 1, 0) : i + 1].text) or country_of_people(token.text)
        country = country or country_of_government(token.text) or country_named(token.text)
        if country is not None:
            return frozenset(modifiers), country
        if token.text[0].isalpha():
            modifiers.add(token.lower_)
        i -= 1
    return frozenset(modifiers), None


def _owner_of(noun: Any) -> str | None:
    """ "leader of the Democratic Party"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            return next((_canonical(owner.text) for owner in child.children if owner.dep_ == "pobj"), None)
    return None


def _owner_behind(span: Any) -> str | None:
    """ "President Emil Strauss of the Lake Federation"."""
    doc = span.doc
    return _owner_of(span.root) if span.end < len(doc) and doc[span.end].lower_ == "of" else None


def _canonical(owner: str) -> str:
    return country_of_people(owner) or country_named(owner) or country_of_government(owner) or owner.lower()


def _holder(chunk: Any, offices: Sequence[_Office]) -> Entry | None:
    """The one who holds the office that a definite phrase names; None where two may, or nobody was named yet."""
    noun = chunk.root
    if any(child.dep_ in ("appos", "relcl", "amod") and child.i > noun.i for child in noun.children):
        return None
    if noun.i + 1 < len(noun.doc) and noun.doc[noun.i + 1].ent_type_ == "PERSON":
        return None  # a title
    modifiers, owner = _before(noun)
    owner = owner or _owner_of(noun)
    is_headline = owner is not None and "\n" not in noun.doc[: noun.i].text.strip()
    if not (chunk[0].lower_ == "the" or chunk[0].ent_type_ or is_headline) or chunk[0].tag_ == "PRP$":
        return None
    fitting = {
        id(office.holder): office.holder
        for office in offices
        if office.noun == noun.lower_
        and (owner is None or owner == office.owner)
        and modifiers - {"-"} <= office.modifiers
        and modifiers & OTHER_HOLDERS == office.modifiers & OTHER_HOLDERS
        and (owner is not None or office.position < noun.idx)
    }
    return next(iter(fitting.values())) if len(fitting) == 1 else None


# Bodies


def _bind_nouns(doc: Any, entries: Sequence[Entry]) -> None:
    """What a body is called beside its name: by its own last word, or behind a comma ("Green Coast, a group")."""
    for entry in entries:
        if entry.kind == "person":
            continue
        head = entry.name.split(" of ")[0].split(" for ")[0].split()[-1].lower()
        if head in KINDS | BODIES:
            entry.nouns.add(head)
        for mention in entry.mentions:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
            entry.nouns |= {c.lower_ for c in span.root.children if c.dep_ == "appos" and c.lower_ in KINDS | BODIES}


def _take_body(chunk: Any, entries: Sequence[Entry], unnamed: list[Entry]) -> None:
    """Give "the committee" to the one committee; else, where a body acts, make it an actor of its own."""
    noun = chunk.root
    words = [token for token in chunk if token.i <= noun.i]
    while words and (words[0].dep_ == "det" or words[0].tag_ in ("DT", "SP", "_SP")):
        words = words[1:]
    is_definite = chunk[0].lower_ == "the"
    if not words or any(t.tag_ in ("PRP$", "CD") or (t.is_punct and t.tag_ != "POS" and t.text != "-") for t in words):
        return
    if owner := next((t for t in words if t.tag_ == "POS"), None):
        owned_by = chunk.doc[owner.i - 1]
        if owned_by.tag_ in ("NNP", "NNPS"):
            return  # "Ukraine's foreign ministry" is Ukraine, and was taken as such
        if owned_by.tag_ != "NNS":  # "the city's roads department", but "the dockworkers' union"
            words = words[words.index(owner) + 1 :]
        is_definite = True
    if any(token.text[0].isupper() and not (token.is_sent_start and token.i == chunk.start) for token in words):
        return
    lower = [token.lower_ for token in words]
    called = [entry for entry in entries if noun.lower_ in entry.nouns]
    if len(lower) == 1:
        fitting = [entry for entry in called if min(mention.start for mention in entry.mentions) < noun.idx]
    else:
        fitting = [entry for entry in called if set(lower) <= set(_surroundings(chunk.doc, entry))]
    if is_definite and len(fitting) == 1:
        # Any body before may be "the party"; it is not the Green Party after a sentence about Labour.
        if len(lower) > 1 or noun.lower_ not in KINDS or fitting[0] is _latest_body(entries, noun.idx):
            _take(fitting[0], chunk.start_char, chunk.text, acts(noun))
        return
    is_bare = noun.lower_ in ("police", "parliament", "congress", "prosecutors") and chunk[0].i == words[0].i
    says_little = len(lower) == 1 and (called or noun.lower_ in KINDS)
    if fitting or says_little or noun.lower_ not in BODIES or not (is_definite or is_bare):
        return
    end = _with_of(noun)
    span = chunk.doc[words[0].i : end]
    name = span.text.lower() if is_bare else span.text
    entry = next((e for e in unnamed if e.name == name or (len(lower) == 1 and noun.lower_ in e.nouns)), None)
    if entry is None:
        entry = Entry(name, nouns={noun.lower_})
        unnamed.append(entry)
    if entry.name == name:
        entry.mention(span.start_char, span.text)
    else:  # "the council" after "the town council of Harwick"
        entry.mention(chunk.start_char, chunk.text)
    entry.acts += acts(noun)


def _latest_body(entries: Sequence[Entry], position: int) -> Entry | None:
    named = [
        (mention.start, number)
        for number, entry in enumerate(entries)
        if entry.kind not in ("person", "country")
        for mention in entry.mentions
        if mention.start < position and not mention.is_pronoun
    ]
    return entries[max(named)[1]] if named else None


def _surroundings(doc: Any, entry: Entry) -> Iterator[str]:
    """The words of a body's name and of the phrases that it stands in."""
    for mention in entry.mentions:
        root = doc.char_span(mention.start, mention.end, alignment_mode="expand").root
        yield from (token.lower_ for token in doc[root.left_edge.i : root.i + 1])
    yield from entry.nouns


def _with_of(noun: Any) -> int:
    """Where a phrase ends, with a short complement: "chamber of commerce"."""
    following = int(noun.i) + 1
    if following < len(noun.doc) and noun.doc[following].lower_ == "of" and noun.doc[following].head == noun:
        end = int(noun.doc[following].right_edge.i) + 1
        if end - following <= 4:
            return end
    return following


# Pronouns


@dataclass(frozen=True)
class _Seen:
    """A place where a person was named or meant: in which sentence, and whether as a subject, of its main clause."""

    sentence: int
    entry: Entry
    mention: Mention
    is_subject: bool
    is_main: bool


def add_pronouns(doc: Any, entries: Sequence[Entry]) -> None:
    """He and she are the person who is the subject of their own clause or of one above it, else the subject of the
    last sentence that had one, if the gender is not known to be another; with somebody else named since, they are
    left alone. "It" and "they" that open a sentence or speak are the body, country or group that was the subject of
    the one before."""  # noqa: D205, D209
    named = {m.start: (e, m) for e in entries for m in e.mentions}
    covered = {i for e in entries for m in e.mentions for i in range(m.start, m.end)}
    strangers: dict[str, Entry] = {}
    people: list[_Seen] = []
    bodies: list[tuple[int, Entry]] = []  # (sentence, subject), the latest last
    quoted = [range(start, end) for start, end, *_ in quoted_spans(doc.text)]
    number = 0  # of sentences, where those that are nothing but somebody's words belong to the one after
    for sentence in (s for s in doc.sents if s.text.strip()):
        # Who is "he" in somebody else's mouth?
        told = [token for token in sentence if not any(token.idx in span for span in quoted)]
        number += any(token.is_alpha for token in told)
        for token in told:
            if token.idx in named:
                entry, mention = named[token.idx]
                subject = _as_subject(doc, mention)
                if entry.kind == "person":
                    people.append(_Seen(number, entry, mention, subject is not None, _is_main(subject)))
                elif subject is not None:
                    bodies.append((number, entry))
                continue
            if token.idx not in covered and _may_be_a_person(token):
                # "Campbell won. He ...": a subject that the recognizer missed is nobody here, and "he" is nobody else.
                entry = strangers.setdefault(token.text, Entry(token.text, labels=Counter(PERSON=1), is_titled=True))
                mention = Mention(token.idx, token.idx + len(token), token.text)
                people.append(_Seen(number, entry, mention, True, _is_main(token)))
                continue
            meant = _meant_by(token, sentence, number, people, bodies)
            if meant is None:
                continue
            if token.lower_ in _HE | _SHE:
                meant.is_male = token.lower_ in _HE
            mention = Mention(token.idx, token.idx + len(token), token.text, is_pronoun=True)
            meant.mentions.append(mention)
            is_subject = token.dep_ in SUBJECTS
            meant.acts += is_subject
            if meant.kind == "person":
                people.append(_Seen(number, meant, mention, is_subject, is_subject and _is_main(token)))
            elif is_subject:
                bodies.append((number, meant))


def _may_be_a_person(token: Any) -> bool:
    is_name = token.pos_ == "PROPN" and token.dep_ in SUBJECTS and not token.text.isupper()
    return is_name and token.ent_type_ in ("", "PERSON")


def _meant_by(
    token: Any, sentence: Any, number: int, people: Sequence[_Seen], bodies: Sequence[tuple[int, Entry]]
) -> Entry | None:
    if token.lower_ in _HE | _SHE:
        return _person_meant(token, number, people)
    opens = token.i == next((t.i for t in sentence if not t.is_space), -1)
    speaks = token.dep_ == "nsubj" and token.head.lemma_.lower() in CUES  # `"...," they said.`
    if (opens or speaks) and token.lower_ in _IT and token.dep_ in ("nsubj", "nsubjpass") and bodies:
        last, entry = bodies[-1]
        return entry if last == number - 1 else None
    return None


def _person_meant(token: Any, number: int, people: Sequence[_Seen]) -> Entry | None:
    male = token.lower_ in _HE
    other = _subject_above(token, people)
    fitting = [
        seen
        for seen in people
        if number - seen.sentence <= _WINDOW and seen.entry.is_male in (None, male) and seen.entry is not other
    ]
    meant = _subject_of_own_clause(token, fitting) or _last_subject(fitting, number)
    if meant is None:
        return None
    rivals = fitting[fitting.index(meant) + 1 :]
    goes_on = meant.is_main and meant.sentence == number - 1 and token.dep_ in SUBJECTS and _is_main(token)
    is_unsure = any(seen.entry is not meant.entry and seen.entry.is_surely_person for seen in rivals)
    return None if is_unsure and not goes_on else meant.entry


def _subject_of_own_clause(token: Any, fitting: Sequence[_Seen]) -> _Seen | None:
    """ "Miller thanked his friends", "Miller says that he ..."."""
    for above in token.ancestors:
        for child in above.children:
            if child.dep_ in SUBJECTS and child.i < token.i and (seen := _seen_at(child, fitting)):
                return seen
    return None


def _last_subject(fitting: Sequence[_Seen], number: int) -> _Seen | None:
    subjects = [seen for seen in fitting if seen.is_subject]
    if len({id(seen.entry) for seen in subjects}) > 1:
        # A lone word that the recognizer takes for a name is often a club or a town.
        subjects = [seen for seen in subjects if seen.entry.is_surely_person]
    if not subjects:
        return None
    latest = [seen for seen in subjects if seen.sentence == subjects[-1].sentence]
    main = [seen for seen in latest if seen.is_main] if subjects[-1].sentence < number else []
    return (main or latest)[-1]


def _subject_above(token: Any, people: Sequence[_Seen]) -> Entry | None:
    """Whom an object cannot mean: in "Miller thanked her" and "Miller urged her to go", she is not Miller."""
    if token.lower_ not in ("him", "her") or token.tag_ == "PRP$":
        return None
    for above in token.ancestors:
        subject = next((child for child in above.children if child.dep_ in SUBJECTS and child != token), None)
        if subject is not None:
            seen = _seen_at(subject, people)
            return seen.entry if seen else None
    return None


def _seen_at(token: Any, people: Sequence[_Seen]) -> _Seen | None:
    return next((seen for seen in people if seen.mention.start <= token.idx < seen.mention.end), None)


def _as_subject(doc: Any, mention: Mention) -> Any | None:
    """The token of a mention, or of the phrase around it, that is a subject."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    head = head_of_name(span)
    # "Its president, X, fears ...": where the parser takes the verb for a noun, the office is the root.
    if head.dep_ in SUBJECTS or (head.dep_ == "ROOT" and head.lower_ in ROLES):
        return head
    return span.root if span.root.dep_ in SUBJECTS else None


def _is_main(subject: Any | None) -> bool:
    return subject is not None and (subject.dep_ == "ROOT" or subject.head.dep_ == "ROOT")


# Pairs


def add_pairs(doc: Any, entries: Sequence[Entry]) -> None:
    """ "The two men", "both countries": where the sentences before are about exactly two who fit."""
    sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
    before = {now.start: last.start_char for last, now in pairwise(sentences)}
    # Of the document: a sentence's own noun chunks are looked for in the whole document each time.
    for chunk in doc.noun_chunks:
        noun = chunk.root.lower_
        said = [token.lower_ for token in chunk[:-1]]
        if noun not in _PEOPLE | _STATES | _SIDES or said not in (["the", "two"], ["both"]):
            continue
        sentence = chunk.sent
        if sentence.start not in before:
            continue
        start, end = before[sentence.start], sentence.start_char
        meant = [entry for entry in entries if _fits(entry, noun) and _is_within(entry, start, end)]
        if len(meant) == 2 and meant[0].kind == meant[1].kind:
            for entry in meant:
                entry.mentions.append(Mention(chunk.start_char, chunk.end_char, chunk.text, is_pronoun=True))


def _fits(entry: Entry, noun: str) -> bool:
    if noun in _SIDES:
        return entry.kind != "person"
    return entry.kind == ("person" if noun in _PEOPLE else "country")


def _is_within(entry: Entry, start: int, end: int) -> bool:
    return any(start <= mention.start < end for mention in entry.mentions)
