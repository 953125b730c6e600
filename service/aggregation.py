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


def aggregate(
    actor: Actor,
    target: Target,
    scored: Sequence[tuple[Passage, StancePrediction]],
    settings: AggregationSettings,
    article: Article,
) -> Stance:
    """One stance from the predictions for an actor's passages.

    The strongest passage for and the strongest against decide, each weighed by how it relates to the target; many
    weak ones do not add up to a strong one. Where a passage that names the target shows a stance, those that do not
    name it are left aside. Below the threshold the answer is neutral, and its note says so.
    """
    weights = {"named": 1.0, "context": settings.context_weight, "unrelated": settings.unrelated_weight}
    strength: dict[Label, float] = {"favor": 0.0, "against": 0.0}
    evidence = []
    for passage, prediction in _telling(scored, settings.evidence_threshold):
        weight = weights[passage.relation]
        for side in strength:
            strength[side] = max(strength[side], weight * prediction.probabilities[side])
        side = max(strength, key=lambda label: prediction.probabilities[label])
        if weight * prediction.probabilities[side] >= settings.evidence_threshold:
            evidence.append(_evidence(passage, prediction, side, weight, article))
    probabilities = combine(strength["favor"], strength["against"])
    side = max(strength, key=lambda label: probabilities[label])
    label: Label = side if probabilities[side] >= settings.threshold else "neutral"
    if target.is_actor(actor):
        note = SAME
    elif not actor.mentions:
        note = NOT_NAMED
    elif not evidence:
        note = NOTHING_SHOWN
    elif label == "neutral":
        note = f"leans {side} ({probabilities[side]:.2f}), below the threshold of {settings.threshold:.2f}"
    else:
        note = ""
    evidence.sort(key=lambda item: -item.probability)
    return Stance(actor, target.name, label, probabilities[label], probabilities, tuple(evidence), note)


def _telling(
    scored: Sequence[tuple[Passage, StancePrediction]], least: float
) -> Sequence[tuple[Passage, StancePrediction]]:
    named = [(passage, prediction) for passage, prediction in scored if passage.relation == "named"]
    shows = any(max(p.probabilities["favor"], p.probabilities["against"]) >= least for _, p in named)
    return named if shows else scored


def combine(favor: float, against: float) -> dict[Label, float]:
    """Probabilities of the three labels from two independent ones that are known not to hold both."""
    f, a, n = favor * (1 - against), against * (1 - favor), (1 - favor) * (1 - against)
    total = f + a + n or 1.0
    return {"favor": f / total, "against": a / total, "neutral": n / total if f + a + n else 1.0}


def _evidence(passage: Passage, prediction: StancePrediction, side: Label, weight: float, article: Article) -> Evidence:
    return Evidence(
        passage.start,
        passage.end,
        article.text[passage.start : passage.end],
        side,
        round(weight * prediction.probabilities[side], 4),
        passage.speaker.name if passage.speaker else None,
        prediction.truncated,
    )
