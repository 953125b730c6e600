"""A run's numbers as a page: Markdown, and one HTML file with its pictures inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from newstance.service.disk import write_json, write_whole

from .document import Code, Document, Heading, Paragraph, Picture, Table
from .evidence import EvidenceScores
from .figures import reliability_diagram, risk_coverage_curve
from .metrics import Estimate
from .parts import SURE, PartScores, SureAnswers
from .robustness import PARAPHRASED
from .scored import (
    Calibration,
    Confusion,
    ConsistencyResults,
    Flips,
    Results,
    StanceResults,
    SummaryResults,
    TargetScores,
)
from .scores import score_run
from .storage import StoredRun

_TARGETS_SHOWN = 30
_TEXT_SHOWN = 600
_SKIPPED_SHOWN = 20


def write_report(folder: Path) -> Results:
    """Score the rows in a run folder; write ``metrics.json``, ``report.md`` and ``report.html`` there.

    Raises:
        InputError: The folder holds no run, or one without rows.
    """
    run = StoredRun(folder)
    results = score_run(run)
    write_json(folder / "metrics.json", results.as_dict())
    document = report(run, results)
    write_whole(folder / "report.md", document.markdown())
    write_whole(folder / "report.html", document.html())
    return results


def report(run: StoredRun, results: Results) -> Document:
    """The report of a run."""
    document = Document(f"{results.set}, profile {results.profile}")
    _add_notes(document, results)
    _add_headline(document, run, results)
    if isinstance(results, ConsistencyResults):
        _add_confusion(document, "Labels", results.confusion)
    elif isinstance(results, StanceResults):
        _add_confusion(document, "Labels", results.confusion)
        if results.five_class_confusion is not None:
            _add_confusion(document, "Five classes", results.five_class_confusion)
        _add_evidence(document, results.evidence)
        _add_parts(document, results.per_part)
        if results.kind == "stance":  # an article's targets are its own
            _add_targets(document, results.per_target)
        _add_calibration(document, results.calibration)
        _add_sure(document, results.sure)
        _add_robustness(document, results.robustness)
    _add_worst(document, results)
    _add_provenance(document, run)
    return document


def _add_notes(document: Document, results: Results) -> None:
    notes = []
    if results.partial:
        notes.append(
            f"Partial: {results.n} examples only" + (", by --limit." if results.limit else ", the run is unfinished.")
        )
    if results.skipped:
        notes.append(f"{results.skipped} row(s) of the set were left out; listed below, with the reason.")
    if results.errors:
        notes.append(f"{results.errors} example(s) crashed; each counts as a miss.")
    best = results.best_baseline
    if best.beats != "yes":
        how = "does not beat" if best.beats == "no" else "does not clearly beat"
        notes.append(f"The model {how} the best baseline ({best.name}): {_signed(best.difference)}.")
    document.blocks += [Paragraph(note, is_note=True) for note in notes]


def _add_headline(document: Document, run: StoredRun, results: Results) -> None:
    headline, scores = results.headline, results.scores
    names = [headline, *(name for name in scores if name != headline)]
    systems = {results.profile or "model": scores}
    if isinstance(results, SummaryResults) and results.before_check:
        systems["as written, before the check"] = results.before_check
    systems |= results.baselines
    document.blocks += [
        Heading("Scores"),
        Paragraph(
            f"{results.n} examples in {results.groups} groups (rows that share a text, and twins); 95% "
            f"intervals, percentile bootstrap by group. Headline: {headline}. {run.config.paper_metric}".strip()
        ),
        Table(
            ["", *names, f"{headline}: model minus this"],
            [
                [
                    system,
                    *(interval(of[name]) if name in of else "" for name in names),
                    _signed(results.above[system]) if system in results.above else "",
                ]
                for system, of in systems.items()
            ],
        ),
    ]
    if results.best_baseline.beats == "yes":
        best = results.best_baseline
        document.blocks.append(Paragraph(f"Above the best baseline ({best.name}) by {_signed(best.difference)}."))


def _add_confusion(document: Document, title: str, confusion: Confusion) -> None:
    per_label = [
        [label, str(of.n), f"{of.precision:.3f}", f"{of.recall:.3f}", f"{of.f1:.3f}"]
        for label, of in confusion.per_label.items()
    ]
    counts = [
        [f"gold {label}", *map(str, row)]
        for label, row in zip(confusion.labels, confusion.gold_by_predicted, strict=True)
    ]
    document.blocks += [
        Heading(title),
        Table(["label", "n", "precision", "recall", "F1"], per_label),
        Table(["", *(f"said {label}" for label in confusion.labels), "crashed"], counts),
    ]


def _add_evidence(document: Document, evidence: Mapping[str, EvidenceScores]) -> None:
    if not evidence:
        return
    rows = [
        [name, f"{of.stances:,}", *(interval(score) for score in (of.first, of.precision, of.recall))]
        for name, of in evidence.items()
    ]
    given = next(iter(evidence.values()))
    document.blocks += [
        Heading("Evidence"),
        Paragraph(
            "Shown sentences against those that a judge named; two are the same if they share more than half of the "
            f"shorter one. {given.shown:,} are shown, {given.judged:,} were judged. Those that a judge named for "
            "a neutral pair are the ones that could mislead; only the first row holds any."
        ),
        Table(["", "n", "first one is a judged one", "of all shown ones", "of all judged ones, shown"], rows),
    ]


def _add_parts(document: Document, per_part: Mapping[str, Sequence[PartScores]]) -> None:
    for way, parts in per_part.items():
        rows = [[of.part, str(of.n), interval(of.macro_f1), f"{of.accuracy:.3f}"] for of in parts]
        document.blocks += [Heading(f"By {way}"), Table([way, "n", "macro_f1", "accuracy"], rows)]


def _add_targets(document: Document, targets: Sequence[TargetScores]) -> None:
    if len(targets) > _TARGETS_SHOWN:
        title = f"Targets (the {_TARGETS_SHOWN} most frequent of {len(targets)})"
    else:
        title = "Targets"
    rows = [
        [t.target, str(t.n), *(f"{score:.3f}" for score in (t.macro_f1, t.favor_against_f1, t.accuracy))]
        for t in targets[:_TARGETS_SHOWN]
    ]
    header = ["target", "n", "macro_f1", "favor_against_f1", "accuracy"]
    document.blocks += [Heading(title), Table(header, rows)]


def _add_calibration(document: Document, calibration: Calibration | None) -> None:
    document.blocks.append(Heading("Calibration"))
    if calibration is None:
        document.blocks.append(Paragraph("No answer came with probabilities."))
        return
    document.blocks += [
        Paragraph(
            f"Expected calibration error {interval(calibration.ece)}, "
            f"Brier score {interval(calibration.brier)} on {calibration.n} answers; lower is better."
        ),
        Picture(reliability_diagram(calibration.bins), "Reliability: confidence against share that is right"),
        Table(
            ["confidence", "n", "mean confidence", "share right"],
            [
                [
                    f"{i / len(calibration.bins):.1f}–{(i + 1) / len(calibration.bins):.1f}",
                    str(b.n),
                    f"{b.confidence:.3f}" if b.confidence is not None else "",
                    f"{b.accuracy:.3f}" if b.accuracy is not None else "",
                ]
                for i, b in enumerate(calibration.bins)
            ],
        ),
        Heading("Risk and coverage"),
        Paragraph(f"Mean risk over all coverages (AURC): {calibration.area_under_risk:.3f}; lower is better."),
        Picture(risk_coverage_curve(calibration.coverage, calibration.risk), "Risk against share of answers given"),
    ]


def _add_sure(document: Document, sure: Mapping[str, SureAnswers]) -> None:
    rows = [
        [name, f"{of.n:,}", f"{of.right:,}", interval(of.share) if of.share is not None else ""]
        for name, of in sure.items()
    ]
    document.blocks += [
        Heading(f"Answers given with a probability of {SURE} or more"),
        Table(["", "n", "right", "share"], rows),
    ]


def _add_robustness(document: Document, robustness: Mapping[str, Flips]) -> None:
    if not robustness:
        return
    # Changes are made all together, so one that is missing could not be made.
    hint = "" if PARAPHRASED in robustness else " This model takes no templates that could be paraphrased."
    document.blocks += [
        Heading("Robustness"),
        Paragraph(f"How many answers turn over when something changes that should not matter.{hint}"),
        Table(
            ["change", "n", "flip rate"],
            [[name, str(of.n), interval(of.flip_rate)] for name, of in robustness.items()],
        ),
    ]


def _add_worst(document: Document, results: Results) -> None:
    worst = results.worst
    if not worst:
        return
    document.blocks.append(Heading(f"The {len(worst)} worst errors"))
    if results.kind == "summaries":
        headline = results.headline
        header = ["id", headline, "reference", "summary"]
        rows = [
            [w["id"], f"{w[headline]:.3f}", _shortened(w["gold"]), w["error"] or _shortened(w["prediction"])]
            for w in worst
        ]
    elif results.kind == "consistency":
        header = ["id", "sentence", "gold", "said"]
        rows = [[w["id"], _shortened(w["sentence"]), w["gold"], _said(w)] for w in worst]
    else:
        header = ["id", "text", "holder", "target", "gold", "said"]
        rows = [[w["id"], _shortened(w["text"]), w["holder"], w["target"], w["gold"], _said(w)] for w in worst]
    document.blocks.append(Table(header, rows))


def _said(wrong: Mapping[str, Any]) -> str:
    if wrong["error"]:
        return str(wrong["error"])
    return f"{wrong['prediction']} ({(wrong['probabilities'] or {}).get(wrong['prediction'], 0):.2f})"


def _add_provenance(document: Document, run: StoredRun) -> None:
    header, config = run.header, run.config
    machine = header["machine"]
    facts = {
        "set": f"{config.name}: {header['data']}, sha256 {header['data_sha256'][:16]}",
        "source": config.source,
        "terms": config.terms,
        "model weights": f"sha256 {header['model_sha256'][:16]}",
        "profile": f"sha256 {header['profile_sha256'][:16]}",
        "commit": header["commit"] or "not run from a checkout",
        "machine": f"{machine['processor']}, {machine['cores']} core(s), {machine['system']}",
        "versions": ", ".join(f"{name} {version}" for name, version in header["versions"].items()),
        "time": f"{header['start']} to {header['end'] or 'unfinished'}",
    }
    document.blocks += [
        Heading("How to reproduce"),
        Code(header["command"]),
        Table(["what", "which"], [[name, value] for name, value in facts.items() if value]),
    ]
    if skipped := header["skipped"]:
        document.blocks += [
            Heading("Rows left out"),
            Table(["reason"], [[reason] for reason in skipped[:_SKIPPED_SHOWN]]),
            Paragraph(f"{len(skipped)} in all."),
        ]


def interval(estimate: Estimate) -> str:
    """A number with its interval, for people."""
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _signed(estimate: Estimate) -> str:
    return f"{estimate.value:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"


def _shortened(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _TEXT_SHOWN else line[: _TEXT_SHOWN - 1] + "…"
