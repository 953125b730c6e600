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
NO_SENTENCE = "no single sentence shows it: the article as a whole leans {side} ({probability:.2f})"
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
        told: Which passages may show it, with what the model said of each; none where the window shows nothing.
        alone: Whether it was asked about each of these by itself, and not told of them as it read the window.
    """

    actor: Actor
    target: Target
    passages: Sequence[Passage]
    window: StancePrediction | None
    told: Sequence[tuple[int, StancePrediction]]
    alone: bool = True


def judge(
    pairs: Sequence[tuple[Actor, Target]], article: Reading, settings: AggregationSettings, ask: Ask
) -> list[Judged]:
    """Ask the model about pairs: all windows, and of those that may show a stance also what each sentence tells.

    A model that cannot tell that from the window is asked about the sentences one by one.

    Args:
        pairs: Actors and targets.
        article: What was read.
        settings: How long a window is, and from when its sentences are of interest.
        ask: The model; called at most twice.
    """
    passages = [passages_of(actor, target, article.sentences, article.doc) for actor, target in pairs]
    windows = [window_of(found, settings.window_words) for found in passages]
    there = [i for i, window in enumerate(windows) if window.text]
    answers = ask([query_for(windows[i].text, *pairs[i], windows[i].places) for i in there])
    said = dict(zip(there, answers, strict=True))
    telling = [i for i, answer in said.items() if _may_show(answer, settings)]
    asked = [(i, k) for i in telling if not said[i].parts for k in windows[i].chosen]
    replies = dict(
        zip(asked, ask([query_for(alone(passages[i], k), *pairs[i]) for i, k in asked]) if asked else (), strict=True)
    )
    told = {
        i: list(zip(windows[i].chosen, said[i].parts, strict=True))
        if said[i].parts
        else [(k, replies[i, k]) for k in windows[i].chosen]
        for i in telling
    }
    return [
        Judged(*pair, found, said.get(i), told.get(i, []), alone=not (i in said and said[i].parts))
        for i, (pair, found) in enumerate(zip(pairs, passages, strict=True))
    ]


def _may_show(window: StancePrediction, settings: AggregationSettings) -> bool:
    sides = [window.probabilities[side] for side in SIDES]
    return max(sides) >= settings.sentences_from or min(sides) >= settings.mixed_threshold


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
    if not judged.told or settings.window_share == 1:
        return whole
    named = [prediction for i, prediction in judged.told if judged.passages[i].names_actor]
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
    """The sentences that show a side, the strongest first.

    For the likelier side one will do that just reaches the bound; further ones, and those for the other side, must be
    surer. Where none tells that side, one that surely shows something will do: which way it tells is read best in all
    of them together. What somebody else says without naming the actor shows nothing of it.

    Asked alone, a model does not know what the sentences around it say: then one that names the actor goes before one
    that does not, which will do only if none that names the actor surely shows the other side; and further ones, and
    those for the other side, must name the actor.
    """
    telling = {
        one: sorted(
            (
                (prediction.probabilities[one], k, prediction)
                for k, prediction in judged.told
                if _is_its_own(judged, k)
                and prediction.probabilities[one] >= settings.evidence_threshold
                and max(SIDES, key=lambda label: prediction.probabilities[label]) == one
            ),
            key=lambda item: (-item[0], item[1]),
        )
        for one in SIDES
    }
    if not judged.alone and not telling[side] and (best := _surest(judged, settings)):
        other = SIDES[1 - SIDES.index(side)]
        telling = {side: [best], other: [item for item in telling[other] if item[1] != best[1]]}
    named = {
        one: [item for item in telling[one] if judged.passages[item[1]].names_actor or not judged.alone]
        for one in SIDES
    }
    sure = {one: [item for item in named[one] if item[0] >= settings.further_evidence] for one in SIDES}
    shown = []
    for one, other in (SIDES, SIDES[::-1]):
        first = (named[one] or ([] if sure[other] else telling[one]))[:1] if one == side else []
        further = [item for item in sure[one] if item not in first]
        shown += [(one, *item) for item in (first + further)[: settings.most_evidence]]
    shown.sort(key=lambda item: (item[0] != side, -item[1], item[2]))
    text = article.doc.text if shown else ""  # spaCy puts it together anew each time
    return tuple(_shown(judged, one, k, p, prediction, article, text) for one, p, k, prediction in shown)


def _is_its_own(judged: Judged, k: int) -> bool:
    """Whether a sentence names the actor, or nobody in particular says it."""
    return judged.passages[k].names_actor or judged.passages[k].speaker is None


def _surest(judged: Judged, settings: AggregationSettings) -> tuple[float, int, StancePrediction] | None:
    """The sentence that most surely shows a side, whichever: how surely, which, and what is told of it."""
    sums = [
        (sum(said.probabilities[one] for one in SIDES), -k, said) for k, said in judged.told if _is_its_own(judged, k)
    ]
    probability, k, said = max(sums, key=lambda item: item[:2], default=(0.0, 0, None))
    return (probability, -k, said) if said is not None and probability >= settings.further_evidence else None


def _shown(
    judged: Judged, side: Label, k: int, probability: float, prediction: StancePrediction, article: Reading, text: str
) -> Evidence:
    passage, sentence = judged.passages[k], article.sentences[k]
    voice, claimed_by = voice_of(sentence, judged.actor, judged.target, article.doc, article.quotations)
    return Evidence(
        passage.start,
        passage.end,
        text[passage.start : passage.end],
        side,
        round(probability, 4),
        passage.speaker.name if passage.speaker else None,
        prediction.truncated,
        voice,
        claimed_by,
    )
