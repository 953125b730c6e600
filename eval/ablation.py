"""What each setting of a profile is worth: a set answered by the profile as it is, and with settings changed.

Every variant is a run of its own, with rows that can be looked up, and is compared with the profile as it is on the
same examples. The models are asked no question twice, neither by two variants nor by two calls with the same folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from newstance.models.errors import InputError
from newstance.service import Analyzer, Profile, provenance
from newstance.service.disk import only_run_in, write_json, write_whole

from .document import Document, Paragraph, Table
from .evidence import GIVEN
from .labelled import LabelledSet
from .metrics import Estimate
from .report import write_report
from .runs import Advance, RunOptions, code_sha256, run_set
from .scored import StanceResults
from .scores import measures_of
from .storage import StoredRun
from .variants import Variant, refuse_same_names, varied

AS_IT_IS = "as it is"
_KINDS = ("articles", "stance")

Bar = Callable[[str], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Outcome:
    """How a variant does on a set.

    Attributes:
        name: The variant's.
        score: The set's own score.
        difference: The score minus that of the profile as it is, paired; None for that one itself.
        ece: Expected calibration error; None where no answer came with probabilities.
        first_evidence: Of the stances given, the share whose first shown sentence is one that a judge named; None
            where no sentence was judged.
        folder: The run.
    """

    name: str
    score: Estimate
    difference: Estimate | None
    ece: Estimate | None
    first_evidence: Estimate | None
    folder: Path


def ablate(
    labelled: LabelledSet,
    profile: Profile,
    variants: Sequence[Variant],
    analyzer_of: Callable[[Profile], Analyzer],
    out: Path,
    limit: int | None,
    bar: Bar,
) -> Document:
    """Run a set by a profile and by its variants; write and return the table.

    Args:
        labelled: A set of articles or of stances.
        profile: The profile as it is.
        variants: What is changed, one after another.
        analyzer_of: Gets the analyzer of a profile.
        out: The runs go below it, and ``ablation-SET.md`` and ``.json`` into it.
        limit: About how many examples; None for all.
        bar: Shows how far a run with a title is.

    Raises:
        InputError: The set is of another kind, nothing is varied, or a variant does not fit the profile.
    """
    if labelled.config.kind not in _KINDS:
        name, kind = labelled.config.name, labelled.config.kind
        raise InputError(f"{name} is a set of {kind}; name one of {' or '.join(_KINDS)}")
    if not variants:
        raise InputError("nothing is varied; name settings with --vary SETTING=VALUE, or a list with --variants FILE")
    refuse_same_names([AS_IT_IS, *(variant.name for variant in variants)])
    # All profiles are made before the first model is asked: a slip shows at once and not after an hour.
    profiles = {AS_IT_IS: profile} | {variant.name: varied(profile, variant) for variant in variants}
    outcomes: list[Outcome] = []
    with only_run_in(out):
        for name, one in profiles.items():
            folder = out / labelled.config.name / _folder_name(name, one, labelled, limit)
            with bar(f"{labelled.config.name}, {name}") as advance:
                run_set(labelled, analyzer_of(one), folder, RunOptions(limit=limit), f"variant: {name}", advance)
            outcomes.append(_outcome(name, folder, outcomes[0].folder if outcomes else None))
        return _written(outcomes, profile, out, StoredRun(outcomes[0].folder))


def _folder_name(name: str, profile: Profile, labelled: LabelledSet, limit: int | None) -> str:
    """Other code, settings, weights or data give another folder, so that no old row is taken for a new one."""
    facts = [
        code_sha256(),
        provenance.profile_sha256(profile),
        provenance.model_sha256(profile),
        labelled.sha256,
        str(limit),
    ]
    readable = re.sub(r"[^\w.=]+", "-", name).strip("-.")[:60]
    return f"{readable}-{hashlib.sha256(' '.join(facts).encode()).hexdigest()[:12]}"


def _outcome(name: str, folder: Path, base: Path | None) -> Outcome:
    results = write_report(folder)
    assert isinstance(results, StanceResults)
    headline = results.headline
    difference = None
    if base is not None:
        own, other = (measures_of(StoredRun(path))[headline] for path in (folder, base))
        difference = own.minus(other)
    ece = results.calibration.ece if results.calibration else None
    first = results.evidence[GIVEN].first if results.evidence else None
    return Outcome(name, results.scores[headline], difference, ece, first, folder)


def _written(outcomes: Sequence[Outcome], profile: Profile, out: Path, base: StoredRun) -> Document:
    headline, name = base.config.headline, base.config.name
    groups = len({row["group"] for row in base.rows})
    part = "; a part of the set" if base.is_partial else ""
    document = Document(
        f"Variants of {profile.name} on {name}",
        [
            Paragraph(
                f"{len(base.rows)} examples in {groups} groups{part}; 95% intervals, percentile bootstrap by group, "
                "differences paired."
            ),
            Table(
                ["variant", headline, "difference", "ECE", "first evidence is a judged one"],
                [
                    [
                        one.name,
                        one.score.as_text(),
                        one.difference.as_text(signed=True) if one.difference else "",
                        one.ece.as_text() if one.ece else "",
                        one.first_evidence.as_text() if one.first_evidence else "",
                    ]
                    for one in outcomes
                ],
            ),
        ],
    )
    write_whole(out / f"ablation-{name}.md", document.markdown())
    kept = [
        {
            "variant": one.name,
            headline: one.score.as_dict(),
            "difference": one.difference.as_dict() if one.difference else None,
            "ece": one.ece.as_dict() if one.ece else None,
            "first evidence": one.first_evidence.as_dict() if one.first_evidence else None,
            "run": str(one.folder.relative_to(out)),
        }
        for one in outcomes
    ]
    write_json(out / f"ablation-{name}.json", kept)
    return document
