"""Documents with statements that tests work out by hand, and an analysis with its files."""

from __future__ import annotations

from newstance.service import Actor, Analysis, Article, Evidence, Mention, Stance
from newstance.service.exchange import CodedDocument, Document, Statement

TEXT = "Ana Lund praised the bridge.\nThe Green League 🌉 rejects it. Lund said the toll 💶💶 is fair. It rained."


def mention(words: str, after: int = 0) -> Mention:
    start = TEXT.index(words, after)
    return Mention(start, start + len(words), words)


LUND = Actor("Ana Lund", "person", ("Lund",), (mention("Ana Lund"), mention("Lund", 20)), 0.6)
LEAGUE = Actor("the Green League", "group", (), (mention("The Green League"),), 0.3)
RAIN = Actor("Rain", "body", (), (mention("rained"),), 0.1)


def passage(text: str, words: str, label: str) -> Evidence:
    start = text.index(words)
    return Evidence(start, start + len(words), words, label, 0.7)


def stance(actor: Actor, target: str, label: str, *evidence: Evidence, mixed: bool = False) -> Stance:
    probabilities = dict.fromkeys(("favor", "against", "neutral"), 0.1) | {label: 0.8}
    return Stance(actor, target, label, 0.8, probabilities, evidence, "" if evidence else "none", mixed)


PRAISE = passage(TEXT, "Ana Lund praised the bridge.", "favor")
REJECT = passage(TEXT, "The Green League 🌉 rejects it.", "against")
FAIR = passage(TEXT, "Lund said the toll 💶💶 is fair.", "favor")
STANCES = (
    stance(LUND, "the bridge", "favor", PRAISE, REJECT),
    stance(LUND, "the toll", "favor", FAIR),
    stance(LEAGUE, "the bridge", "against", REJECT),
    stance(LEAGUE, "the toll", "neutral", FAIR, REJECT, mixed=True),
    stance(RAIN, "the bridge", "neutral"),
)
ANALYSIS = Analysis(
    Article(TEXT, "The bridge", "Daily", "2024-03-01", "https://example.org/a", author="Kim Doe"),
    None,
    (LUND, LEAGUE, RAIN),
    ("the bridge", "the toll"),
    STANCES,
)


def document(number: int, date: str = "", text: str = "x" * 50, **more: str) -> Document:
    return Document(f"d{number}", text, f"Title {number}", date=date, **more)


def statement(where: Document, actor: str, target: str, agreement: bool | None, start: int = 0, **more) -> Statement:
    return Statement(where, actor, target, agreement, start, start + 1, **more)


def coded(*rows: tuple[int, str, str, bool | None], dates: dict[int, str] | None = None) -> list[CodedDocument]:
    """Documents from rows of number, actor, target and agreement; a statement stands behind the one before."""
    documents = {number: document(number, (dates or {}).get(number, "")) for number, *_ in rows}
    found: dict[int, list[Statement]] = {number: [] for number in documents}
    for number, actor, target, agreement in rows:
        one = statement(documents[number], actor, target, agreement, len(found[number]))
        found[number].append(one)
    return [CodedDocument(documents[number], tuple(found[number])) for number in documents]
