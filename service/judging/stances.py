"""The stances of actors toward targets: one window for each pair, then its sentences where it shows something."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newstance.models.stance import Label, StancePrediction, StanceQuery

from ..analysis import Actor, Certainty, Evidence, Stance
from ..profile import AggregationSettings
from ..reading.reading import Reading
from .passages import Passage, Target, alone, passages_of, query_for
from .voice import voice_of
from .window import window_of

NOTHING_SHOWN = "no stance found: nothing in the article shows one"
SAME = "actor and target are the same"
NOT_NAMED = "the article does not name this actor"
NOT_MENTIONED = "the article does not mention this target"
NO_SENTENCE = "no sentence shows it alone: the article as a whole leans {side} ({probability:.2f})"
MIXED = "the article shows both sides"

NEUTRAL: dict[Label, float] = {"favor": 0.0, "against": 0.0, "neutral": 1.0}
SIDES: tuple[Label, Label] = ("favor", "against")
_CERTAINTIES: tuple[Certainty, ...] = ("weak", "leaning", "clear", "strong")
Ask = Callable[[Sequence[StanceQuery]], Sequence[StancePrediction]]


@dataclass(frozen=True)
class Judged:
    """One pair with all that the model said of it.

    Attributes:
        window: What it said of the passages together; None where there are none.
        asked: Which passages were asked alone, with what it said of each; none where the window shows nothing.
    """

    actor: Actor
    target: Target
    passages: Sequence[Passage]
    window: StancePrediction | None
    asked: Sequence[tuple[int, StancePrediction]]


def judge(
    pairs: Sequence[tuple[Actor, Target]], article: Reading, settings: AggregationSettings, ask: Ask
) -> list[Judged]:
    """Ask the model about pairs: first all windows, then the sentences in those that may show a stance.

    Args:
        pairs: Actors and targets.
        article: What was read.
        settings: How long a window is, and from when its sentences are asked.
        ask: The model; called at most twice.
    """
    passages = [passages_of(actor, target, article.sentences, article.doc) for actor, target in pairs]
    windows = [window_of(found, settings.window_words) for found in passages]
    there = [i for i, window in enumerate(windows) if window.text]
    answers = ask([query_for(windows[i].text, *pairs[i]) for i in there])
    told = dict(zip(there, answers, strict=True))
    asked = {
        i: windows[i].chosen
        for i, answer in told.items()
        if max(sides := [answer.probabilities[side] for side in SIDES]) >= settings.sentences_from
        or min(sides) >= settings.mixed_threshold
    }
    replies = iter(ask([query_for(alone(passages[i], k), *pairs[i]) for i, places in asked.items() for k in places]))
    alone_told = {i: [(k, next(replies)) for k in places] for i, places in asked.items()}
    return [
        Judged(*pair, found, told.get(i), alone_told.get(i, []))
        for i, (pair, found) in enumerate(zip(pairs, passages, strict=True))
    ]


def stance_of(judged: Judged, article: Reading, settings: AggregationSettings) -> Stance:
    """One stance from what the model said of a pair.

    The most probable side is the answer if it reaches the threshold and a sentence shows it; else the answer is
    neutral, and the note says why.
    """
    probabilities = _probabilities(judged, settings)
    side = max(SIDES, key=lambda label: probabilities[label])
    evidence = _evidence(judged, side, article, settings)
    shows = any(item.label == side for item in evidence)
    label: Label = side if shows and probabilities[side] >= settings.threshold else "neutral"
    note = _reason(judged, side, label, probabilities, evidence, settings)
    is_mixed = (
        min(probabilities[one] for one in SIDES) >= settings.mixed_threshold
        and len({item.label for item in evidence if item.probability >= settings.further_evidence}) > 1
    )
    if is_mixed:
        note = "; ".join(filter(None, (MIXED, note)))
    probability = probabilities[label]
    certainty = _CERTAINTIES[bisect_right(settings.certainty, probability)] if label != "neutral" else ""
    return Stance(
        judged.actor, judged.target.name, label, probability, probabilities, evidence, note, is_mixed, certainty
    )


def _probabilities(judged: Judged, settings: AggregationSettings) -> dict[Label, float]:
    """Those of the window, mixed with what the strongest sentences that name the actor say."""
    if judged.window is None:
        return dict(NEUTRAL)
    whole = dict(judged.window.probabilities)
    if not judged.asked or settings.window_share == 1:
        return whole
    named = [prediction for i, prediction in judged.asked if judged.passages[i].names_actor]
    f, a = (max((one.probabilities[side] for one in named), default=0.0) for side in SIDES)
    # Taken as independent and known not to hold both; two that are both sure say nothing.
    parts: dict[Label, float] = {"favor": f * (1 - a), "against": a * (1 - f), "neutral": (1 - f) * (1 - a)}
    total = sum(parts.values())
    told = {label: part / total for label, part in parts.items()} if total else NEUTRAL
    share = settings.window_share
    return {label: share * whole[label] + (1 - share) * told[label] for label in whole}


def _reason(
    judged: Judged,
    side: Label,
    label: Label,
    probabilities: dict[Label, float],
    evidence: Sequence[Evidence],
    settings: AggregationSettings,
) -> str:
    if judged.target.is_actor(judged.actor):
        return SAME
    if not judged.actor.mentions:
        return NOT_NAMED
    if not judged.target.is_mentioned:
        return NOT_MENTIONED
    if label != "neutral":
        return ""
    if probabilities[side] >= settings.threshold:
        return NO_SENTENCE.format(side=side, probability=probabilities[side])
    if not evidence:
        return NOTHING_SHOWN
    return f"leans {side} ({probabilities[side]:.2f}), below the threshold of {settings.threshold:.2f}"


def _evidence(judged: Judged, side: Label, article: Reading, settings: AggregationSettings) -> tuple[Evidence, ...]:
    """The sentences that show a side alone, the strongest first.

    For the likelier side one will do that just reaches the bound. Where none names the actor, one that stands in the
    window without will do, too, unless it is in somebody else's words or one that names the actor surely shows the
    other side. Further ones, and those for the other side, must be surer, and name the actor.
    """
    telling = {
        one: sorted(
            (
                (prediction.probabilities[one], k, prediction)
                for k, prediction in judged.asked
                if prediction.probabilities[one] >= settings.evidence_threshold
                and max(SIDES, key=lambda label: prediction.probabilities[label]) == one
            ),
            key=lambda item: (-item[0], item[1]),
        )
        for one in SIDES
    }
    named = {one: [item for item in telling[one] if judged.passages[item[1]].names_actor] for one in SIDES}
    unnamed = {one: [item for item in telling[one] if judged.passages[item[1]].speaker is None] for one in SIDES}
    sure = {one: [item for item in named[one] if item[0] >= settings.further_evidence] for one in SIDES}
    shown = []
    for one, other in (SIDES, SIDES[::-1]):
        first = (named[one] or ([] if sure[other] else unnamed[one]))[:1] if one == side else []
        further = [item for item in sure[one] if item not in first]
        shown += [(one, *item) for item in (first + further)[: settings.most_evidence]]
    shown.sort(key=lambda item: (item[0] != side, -item[1], item[2]))
    return tuple(_shown(judged, one, k, p, prediction, article) for one, p, k, prediction in shown)


def _shown(
    judged: Judged, side: Label, k: int, probability: float, prediction: StancePrediction, article: Reading
) -> Evidence:
    passage, sentence = judged.passages[k], article.sentences[k]
    voice, claimed_by = voice_of(sentence, judged.actor, judged.target, article.doc, article.quotations)
    return Evidence(
        passage.start,
        passage.end,
        article.doc.text[passage.start : passage.end],
        side,
        round(probability, 4),
        passage.speaker.name if passage.speaker else None,
        prediction.truncated,
        voice,
        claimed_by,
    )
