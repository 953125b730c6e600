"""Fit the temperature of a profile's stance model, and show what it changes.

On single texts, or on judged articles, whose questions are the windows that the analyzer asks about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from newstance.models.calibration import DevScores, fit_temperature
from newstance.models.errors import InputError
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS, StanceClassifier, StanceQuery
from newstance.service import Analyzer, Article
from newstance.service.judging.passages import passages_of, query_for
from newstance.service.judging.window import window_of
from newstance.service.provenance import now

from . import metrics
from .labelled import Example, LabelledSet
from .metrics import Estimate, Measure
from .profile_text import fitted_on, section_text, write_settings
from .runs import Advance

FOLDS = 10
SEED = 20260
_CODES: dict[str, int] = {label: i for i, label in enumerate(LABELS)}


Bar = Callable[[str], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Quality:
    """How well probabilities do on one set."""

    ece: Estimate
    brier: Estimate


@dataclass(frozen=True)
class SetChange:
    """A set before and after.

    Attributes:
        name: Its name.
        n: Its rows; of judged articles those whose article names actor and target.
        fitted: Whether the temperature was chosen on it.
        before: With the old temperature.
        after: With the new one; of a set fitted on, with those that the other folds of its texts give.
        ece_change: ECE after minus before, paired.
    """

    name: str
    n: int
    fitted: bool
    before: Quality
    after: Quality
    ece_change: Estimate


@dataclass(frozen=True)
class Calibration:
    """What was chosen, on what, and what it changes.

    Attributes:
        temperature: Logits are to be divided by it.
        old_temperature: What they were divided by.
        changes: Every set's numbers before and after.
        data: Name and hash of each development set.
        date: When, UTC.
    """

    temperature: float
    old_temperature: float
    changes: list[SetChange]
    data: dict[str, str]
    date: str


@dataclass(frozen=True)
class _Scored:
    labelled: LabelledSet
    examples: list[Example]
    logits: np.ndarray
    gold: np.ndarray
    groups: list[str]

    def dev(self, rows: np.ndarray) -> DevScores:
        """Some of its rows, as the fit takes them."""
        examples = [self.examples[i] for i in rows]
        told = [{**e.input, "id": e.id, "label": e.gold} for e in examples]
        return DevScores(told, self.logits[rows], list(LABELS))


def calibrate(
    analyzer: Analyzer,
    dev: Sequence[LabelledSet],
    check: Sequence[LabelledSet] = (),
    bar: Bar = lambda name: nullcontext(lambda done, of: None),
) -> Calibration:
    """Choose the temperature of the least negative log-likelihood (Guo et al. 2017), each set weighing the same.

    Args:
        analyzer: The profile's; its classifier has the temperature of now.
        dev: Development sets.
        check: Other sets, on which nothing is chosen.
        bar: Shows how far the reading of articles is.

    Raises:
        InputError: A set is neither of single texts nor of judged articles, one to fit on has fewer than two texts, or
            the classifier's temperature is not that of its stance labels.
    """
    classifier = analyzer.classifier
    if not classifier.is_direct:
        raise InputError(
            "this profile's stance model is an entailment model, whose temperature belongs to entailment and "
            "not to stance labels; calibrate a profile with a direct classifier, such as bundled:newstance-mpnet"
        )
    if wrong := [s.config.name for s in (*dev, *check) if s.config.kind not in ("stance", "articles")]:
        raise InputError(
            f"a temperature is fitted on sets of stances or judged articles; {', '.join(wrong)} is of another kind"
        )
    scored = [_scored(analyzer, labelled, bar) for labelled in (*dev, *check)]
    if few := [part.labelled.config.name for part in scored[: len(dev)] if len(set(part.groups)) < 2]:
        raise InputError(f"{', '.join(few)} has fewer than two texts to fit on; give a larger set")
    relative = fit_temperature([part.dev(np.arange(len(part.gold))) for part in scored[: len(dev)]])
    held_out = [*_held_out(scored[: len(dev)]), *(np.full(len(part.gold), relative) for part in scored[len(dev) :])]
    return Calibration(
        temperature=round(classifier.temperature * relative, 3),
        old_temperature=classifier.temperature,
        changes=[
            _change(part, temperatures, fitted=i < len(dev))
            for i, (part, temperatures) in enumerate(zip(scored, held_out, strict=True))
        ],
        data={labelled.config.name: labelled.sha256 for labelled in dev},
        date=now(),
    )


def at_temperature(analyzer: Analyzer, temperature: float) -> Analyzer:
    """An analyzer of the same models whose stance model has another temperature."""
    stance = analyzer.profile.stance
    profile = analyzer.profile.model_copy(update={"stance": stance.model_copy(update={"temperature": temperature})})
    classifier = StanceClassifier(analyzer.classifier.pairs, stance.templates, temperature)
    return Analyzer(profile, analyzer.annotator, classifier)


def _scored(analyzer: Analyzer, labelled: LabelledSet, bar: Bar) -> _Scored:
    if labelled.config.kind == "articles":
        asked = windows_of(analyzer, labelled, bar)
    else:
        asked = [(example, example.query) for example in labelled.examples]
    examples = [example for example, _ in asked]
    predictions = analyzer.classifier.classify([query for _, query in asked])
    probabilities = np.array([[p.probabilities[label] for label in LABELS] for p in predictions]).reshape(-1, 3)
    # Log-probabilities are logits already divided by the present temperature, up to a constant.
    logits = np.log(np.maximum(probabilities, 1e-12))
    gold = np.array([_CODES[example.gold] for example in examples])
    return _Scored(labelled, examples, logits, gold, [example.group for example in examples])


def windows_of(analyzer: Analyzer, labelled: LabelledSet, bar: Bar) -> list[tuple[Example, StanceQuery]]:
    """What is asked about each judgement whose article names actor and target."""
    by_text: dict[str, list[Example]] = {}
    for example in labelled.examples:
        by_text.setdefault(example.input["text"], []).append(example)
    asked = []
    with bar(labelled.config.name) as advance:
        for text, examples in by_text.items():
            reading = analyzer.read(Article.from_text(text, title=""))
            for example in examples:
                actor, target = analyzer.pair(reading, example.input["holder"], example.input["target"])
                passages = passages_of(actor, target, reading.sentences, reading.doc)
                window = window_of(passages, analyzer.profile.aggregation.window_words)
                if window.text:
                    asked.append((example, query_for(window.text, actor, target, window.places)))
            advance(len(examples), len(labelled.examples))
    return asked


def _held_out(scored: Sequence[_Scored]) -> list[np.ndarray]:
    """For each row of each set the temperature that is fitted without its fold; texts are whole in one fold."""
    from sklearn.model_selection import GroupKFold

    found = [np.ones(len(part.gold)) for part in scored]
    number = min(FOLDS, *(len(set(part.groups)) for part in scored))
    splitter = GroupKFold(number, shuffle=True, random_state=SEED)
    splits = [list(splitter.split(part.gold, groups=part.groups)) for part in scored]
    for fold in range(number):
        relative = fit_temperature([part.dev(split[fold][0]) for part, split in zip(scored, splits, strict=True)])
        for temperatures, split in zip(found, splits, strict=True):
            temperatures[split[fold][1]] = relative
    return found


def _change(part: _Scored, temperatures: np.ndarray, fitted: bool) -> SetChange:
    before, after = softmax(part.logits), softmax(part.logits / temperatures[:, None])
    ece_before, ece_after = (_ece(part, p) for p in (before, after))
    return SetChange(
        part.labelled.config.name,
        len(part.gold),
        fitted,
        _quality(part, before, ece_before),
        _quality(part, after, ece_after),
        ece_after.minus(ece_before),
    )


def _ece(part: _Scored, probabilities: np.ndarray) -> Measure:
    rows = metrics.reliability_rows(probabilities, part.gold)
    return Measure(metrics.summed_by_group(rows, part.groups), metrics.expected_calibration_error)


def _quality(part: _Scored, probabilities: np.ndarray, ece: Measure) -> Quality:
    brier = metrics.summed_by_group(metrics.brier_rows(probabilities, part.gold), part.groups)
    return Quality(ece.estimate(), Measure(brier, metrics.mean_of_totals).estimate())


def as_text(calibration: Calibration) -> str:
    """Before and after, for people."""
    lines = [
        f"temperature {calibration.old_temperature:g} -> {calibration.temperature:g}",
        "",
        "| set | n | ECE before | after | Brier before | after |",
        "|---|---|---|---|---|---|",
    ]
    for c in calibration.changes:
        name = f"{c.name} ({'cross-validated' if c.fitted else 'check'})"
        cells = [c.before.ece, c.after.ece, c.before.brier, c.after.brier]
        numbers = " | ".join(f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in cells)
        lines.append(f"| {name} | {c.n} | {numbers} |")
    lines.append("")
    for c in calibration.changes:
        verdict = "improves" if c.ece_change.high < 0 else "does not clearly improve"
        lines.append(
            f"Calibration {verdict} ECE on {c.name}: {c.ece_change.value:+.3f} "
            f"[{c.ece_change.low:+.3f}, {c.ece_change.high:+.3f}]."
        )
    return "\n".join(lines) + "\n"


def as_yaml(calibration: Calibration) -> str:
    """The lines to put in a profile."""
    return section_text("stance", {"temperature": calibration.temperature}, _comment(calibration))


def write_to_profile(calibration: Calibration, path: Path) -> None:
    """Put the temperature into a profile; raises as ``write_settings`` does."""
    write_settings(path, "stance", {"temperature": calibration.temperature}, _comment(calibration))


def _comment(calibration: Calibration) -> str:
    return fitted_on(calibration.data, calibration.date)
