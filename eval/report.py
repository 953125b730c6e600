"""A run's numbers as a page: Markdown, and one HTML file with its pictures inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .document import Code, Document, Heading, Paragraph, Picture, Table
from .figures import reliability_diagram, risk_coverage_curve
from .robustness import PARAPHRASED
from .scores import score_run
from .storage import StoredRun, write_json, write_whole

_TARGETS_SHOWN = 30
_TEXT_SHOWN = 600
_SKIPPED_SHOWN = 20


def write_report(folder: Path) -> dict[str, Any]:
    """Score the rows in a run folder; write ``metrics.json``, ``report.md`` and ``report.html`` there.

    Returns:
        What is in ``metrics.json``.

    Raises:
        InputError: The folder holds no run, or one without rows.
    """
    run = StoredRun(folder)
    results = score_run(run)
    # The worst errors quote the set's texts, whose terms may not allow passing them on: report only.
    write_json(folder / "metrics.json", {key: value for key, value in results.items() if key != "worst"})
    document = report(run, results)
    write_whole(folder / "report.md", document.markdown())
    write_whole(folder / "report.html", document.html())
    return results


def report(run: StoredRun, results: dict[str, Any]) -> Document:
    """The report of a run."""
    document = Document(f"{results['set']}, profile {results['profile']}")
    _add_notes(document, results)
    _add_headline(document, run, results)
    if results["kind"] == "consistency":
        _add_confusion(document, results)
    elif results["kind"] != "summaries":
        _add_confusion(document, results)
        _add_evidence(document, results)
        _add_parts(document, results)
        if results["kind"] == "stance":  # an article's targets are its own
            _add_targets(document, results)
        _add_calibration(document, results)
        _add_sure(document, results)
        _add_robustness(document, results)
    _add_worst(document, results)
    _add_provenance(document, run)
    return document


def _add_notes(document: Document, results: dict[str, Any]) -> None:
    notes = []
    if results["partial"]:
        notes.append(
            f"Partial: {results['n']} examples only"
            + (", by --limit." if results["limit"] else ", the run is unfinished.")
        )
    if results["skipped"]:
        notes.append(f"{results['skipped']} bad row(s) of the set were left out (--skip-invalid); listed below.")
    if results["errors"]:
        notes.append(f"{results['errors']} example(s) crashed; each counts as a miss.")
    best = results["best_baseline"]
    if best["beats"] != "yes":
        how = "does not beat" if best["beats"] == "no" else "does not clearly beat"
        notes.append(f"The model {how} the best baseline ({best['name']}): {_signed(best['difference'])}.")
    document.blocks += [Paragraph(note, is_note=True) for note in notes]


def _add_headline(document: Document, run: StoredRun, results: dict[str, Any]) -> None:
    headline, scores = results["headline"], results["scores"]
    names = [headline, *(name for name in scores if name != headline)]
    systems = {results["profile"] or "model": scores}
    if before := results.get("before the check"):
        systems["as written, before the check"] = before
    systems |= results["baselines"]
    document.blocks += [
        Heading("Scores"),
        Paragraph(
            f"{results['n']} examples in {results['groups']} groups (rows that share a text, and twins); 95% "
            f"intervals, percentile bootstrap by group. Headline: {headline}. {run.config.paper_metric}".strip()
        ),
        Table(
            ["", *names, f"{headline}: model minus this"],
            [
                [
                    system,
                    *(interval(of[name]) if name in of else "" for name in names),
                    _signed(results["above"][system]) if system in results["above"] else "",
                ]
                for system, of in systems.items()
            ],
        ),
    ]
    if results["best_baseline"]["beats"] == "yes":
        best = results["best_baseline"]
        document.blocks.append(Paragraph(f"Above the best baseline ({best['name']}) by {_signed(best['difference'])}."))


def _add_confusion(document: Document, results: dict[str, Any]) -> None:
    for key, title in (("confusion", "Labels"), ("five_class_confusion", "Five classes")):
        if key not in results:
            continue
        table = results[key]
        per_label = [
            [label, str(of["n"]), f"{of['precision']:.3f}", f"{of['recall']:.3f}", f"{of['f1']:.3f}"]
            for label, of in table["per_label"].items()
        ]
        counts = [
            [f"gold {label}", *map(str, row)]
            for label, row in zip(table["labels"], table["gold_by_predicted"], strict=True)
        ]
        document.blocks += [
            Heading(title),
            Table(["label", "n", "precision", "recall", "F1"], per_label),
            Table(["", *(f"said {label}" for label in table["labels"]), "crashed"], counts),
        ]


def _add_evidence(document: Document, results: dict[str, Any]) -> None:
    if not (evidence := results["evidence"]):
        return
    rows = [
        [name, f"{of['stances']:,}", *(interval(of[score]) for score in ("first", "precision", "recall"))]
        for name, of in evidence.items()
    ]
    given = next(iter(evidence.values()))
    document.blocks += [
        Heading("Evidence"),
        Paragraph(
            "Shown sentences against those that a judge named; two are the same if they share more than half of the "
            f"shorter one. {given['shown']:,} are shown, {given['judged']:,} were judged. Those that a judge named for "
            "a neutral pair are the ones that could mislead; only the first row holds any."
        ),
        Table(["", "n", "first one is a judged one", "of all shown ones", "of all judged ones, shown"], rows),
    ]


def _add_parts(document: Document, results: dict[str, Any]) -> None:
    for way, parts in results["per_part"].items():
        rows = [[of["part"], str(of["n"]), interval(of["macro_f1"]), f"{of['accuracy']:.3f}"] for of in parts]
        document.blocks += [Heading(f"By {way}"), Table([way, "n", "macro_f1", "accuracy"], rows)]


def _add_targets(document: Document, results: dict[str, Any]) -> None:
    targets = results["per_target"]
    if len(targets) > _TARGETS_SHOWN:
        title = f"Targets (the {_TARGETS_SHOWN} most frequent of {len(targets)})"
    else:
        title = "Targets"
    names = ("macro_f1", "favor_against_f1", "accuracy")
    rows = [[t["target"], str(t["n"]), *(f"{t[name]:.3f}" for name in names)] for t in targets[:_TARGETS_SHOWN]]
    document.blocks += [Heading(title), Table(["target", "n", *names], rows)]


def _add_calibration(document: Document, results: dict[str, Any]) -> None:
    calibration = results["calibration"]
    document.blocks.append(Heading("Calibration"))
    if calibration is None:
        document.blocks.append(Paragraph("No answer came with probabilities."))
        return
    document.blocks += [
        Paragraph(
            f"Expected calibration error {interval(calibration['ece'])}, "
            f"Brier score {interval(calibration['brier'])} on {calibration['n']} answers; lower is better."
        ),
        Picture(reliability_diagram(calibration["bins"]), "Reliability: confidence against share that is right"),
        Table(
            ["confidence", "n", "mean confidence", "share right"],
            [
                [
                    f"{i / len(calibration['bins']):.1f}–{(i + 1) / len(calibration['bins']):.1f}",
                    str(b["n"]),
                    f"{b['confidence']:.3f}" if b["n"] else "",
                    f"{b['accuracy']:.3f}" if b["n"] else "",
                ]
                for i, b in enumerate(calibration["bins"])
            ],
        ),
        Heading("Risk and coverage"),
        Paragraph(f"Mean risk over all coverages (AURC): {calibration['area_under_risk']:.3f}; lower is better."),
        Picture(
            risk_coverage_curve(calibration["coverage"], calibration["risk"]),
            "Risk against share of answers given",
        ),
    ]


def _add_sure(document: Document, results: dict[str, Any]) -> None:
    least = results["sure"]["least"]
    rows = [
        [name, f"{of['n']:,}", f"{of['right']:,}", interval(of["share"]) if "share" in of else ""]
        for name, of in results["sure"].items()
        if name != "least"
    ]
    document.blocks += [
        Heading(f"Answers given with a probability of {least} or more"),
        Table(["", "n", "right", "share"], rows),
    ]


def _add_robustness(document: Document, results: dict[str, Any]) -> None:
    if not results["robustness"]:
        return
    # Changes are made all together, so one that is missing could not be made.
    hint = "" if PARAPHRASED in results["robustness"] else " This model takes no templates that could be paraphrased."
    document.blocks += [
        Heading("Robustness"),
        Paragraph(f"How many answers turn over when something changes that should not matter.{hint}"),
        Table(
            ["change", "n", "flip rate"],
            [[name, str(of["n"]), interval(of["flip_rate"])] for name, of in results["robustness"].items()],
        ),
    ]


def _add_worst(document: Document, results: dict[str, Any]) -> None:
    worst = results["worst"]
    if not worst:
        return
    document.blocks.append(Heading(f"The {len(worst)} worst errors"))
    if results["kind"] == "summaries":
        headline = results["headline"]
        header = ["id", headline, "reference", "summary"]
        rows = [
            [w["id"], f"{w[headline]:.3f}", _shortened(w["gold"]), w["error"] or _shortened(w["prediction"])]
            for w in worst
        ]
    elif results["kind"] == "consistency":
        header = ["id", "sentence", "gold", "said"]
        rows = [[w["id"], _shortened(w["sentence"]), w["gold"], _said(w)] for w in worst]
    else:
        header = ["id", "text", "holder", "target", "gold", "said"]
        rows = [[w["id"], _shortened(w["text"]), w["holder"], w["target"], w["gold"], _said(w)] for w in worst]
    document.blocks.append(Table(header, rows))


def _said(wrong: dict[str, Any]) -> str:
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


def interval(estimate: dict[str, float]) -> str:
    """A number with its interval, for people."""
    return f"{estimate['value']:.3f} [{estimate['low']:.3f}, {estimate['high']:.3f}]"


def _signed(estimate: dict[str, float]) -> str:
    return f"{estimate['value']:+.3f} [{estimate['low']:+.3f}, {estimate['high']:+.3f}]"


def _shortened(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _TEXT_SHOWN else line[: _TEXT_SHOWN - 1] + "…"
