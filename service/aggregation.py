"""From what the sentences show to one stance."""

from __future__ import annotations

from collections.abc import Sequence

from newstance.models.stance import Label, StancePrediction

from .analysis import Actor, Evidence, Stance
from .article import Article
from .passages import Passage, Target
from .profile import AggregationSettings

NOTHING_SHOWN = "no stance found: nothing in the article shows one"
SAME = "actor and target are the same"
NOT_NAMED = "the article does not name this actor"
NOT_MENTIONED = "the article does not mention this target"
MIXED = "the article shows both sides"
SIDES: tuple[Label, Label] = ("favor", "against")


def aggregate(
    actor: Actor,
    target: Target,
    scored: Sequence[tuple[Passage, StancePrediction]],
    settings: AggregationSettings,
    article: Article,
) -> Stance:
    """One stance from the predictions for an actor's passages.

    The strongest passage for and the strongest against decide, each weighed by how it relates to the target, by
    whose word it is and by what takes from its certainty; many weak ones do not add up to a strong one, and no claim
    by another counts more than the cap. Where a passage that names the target shows a stance, those that do not name
    it are left aside. Below the threshold the answer is neutral, and its note says so.
    """
    weighed = [_Weighed(passage, prediction, settings) for passage, prediction in scored]
    strength: dict[Label, float] = dict.fromkeys(SIDES, 0.0)
    evidence = []
    for one in _telling(weighed, settings.evidence_threshold):
        for side in strength:
            strength[side] = max(strength[side], one.strength[side])
        side = max(strength, key=lambda label: one.strength[label])
        if one.strength[side] >= settings.evidence_threshold:
            evidence.append(_evidence(one, side, article))
    probabilities = combine(strength["favor"], strength["against"])
    side = max(strength, key=lambda label: probabilities[label])
    label: Label = side if probabilities[side] >= settings.threshold else "neutral"
    if target.is_actor(actor):
        note = SAME
    elif not actor.mentions:
        note = NOT_NAMED
    elif not target.is_mentioned:
        note = NOT_MENTIONED
    elif not evidence:
        note = NOTHING_SHOWN
    elif label == "neutral":
        note = f"leans {side} ({probabilities[side]:.2f}), below the threshold of {settings.threshold:.2f}"
        if all(item.voice == "claim" for item in evidence if item.label == side):
            note += "; only others say so"
    else:
        note = ""
    is_mixed = min(strength.values()) >= settings.mixed_threshold
    if is_mixed:
        note = "; ".join(filter(None, (MIXED, note)))
    evidence.sort(key=lambda item: -item.probability)
    return Stance(actor, target.name, label, probabilities[label], probabilities, tuple(evidence), note, is_mixed)


class _Weighed:
    """A passage with what it counts for each side."""

    def __init__(self, passage: Passage, prediction: StancePrediction, settings: AggregationSettings) -> None:
        relations = {"named": 1.0, "context": settings.context_weight, "unrelated": settings.unrelated_weight}
        weight = relations[passage.relation] * getattr(settings.voices, passage.voice.replace(" ", "_"))
        if passage.doubt is not None:
            weight *= settings.doubt_weight
        cap = settings.claim_cap if passage.voice == "claim" else 1.0
        self.passage = passage
        self.prediction = prediction
        self.strength: dict[Label, float] = {side: min(cap, weight * prediction.probabilities[side]) for side in SIDES}


def _telling(weighed: Sequence[_Weighed], least: float) -> Sequence[_Weighed]:
    named = [one for one in weighed if one.passage.relation == "named"]
    return named if any(max(one.strength.values()) >= least for one in named) else weighed


def combine(favor: float, against: float) -> dict[Label, float]:
    """Probabilities of the three labels from two independent ones that are known not to hold both."""
    f, a, n = favor * (1 - against), against * (1 - favor), (1 - favor) * (1 - against)
    total = f + a + n or 1.0
    return {"favor": f / total, "against": a / total, "neutral": n / total if f + a + n else 1.0}


def _evidence(weighed: _Weighed, side: Label, article: Article) -> Evidence:
    passage = weighed.passage
    return Evidence(
        passage.start,
        passage.end,
        article.text[passage.start : passage.end],
        side,
        round(weighed.strength[side], 4),
        passage.speaker.name if passage.speaker else None,
        weighed.prediction.truncated,
        passage.voice,
        passage.claimed_by,
        passage.doubt,
    )
