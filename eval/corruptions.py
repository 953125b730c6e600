"""What the guard catches: correct summary sentences, falsified by a script in one thing each.

``newstance corruptions --data DIR --out FILE`` takes development articles that the support model was not trained on,
makes false versions of sentences that are true of them (``models/training/edits.py``), and asks the guard of a profile
about both. A false version that passes was missed; a true sentence that does not pass is a false alarm.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from newstance.models.sentences import split_sentences
from newstance.models.training.false_edits import CORRUPTIONS, corruptions
from newstance.models.training.true_edits import faithful

from . import metrics
from .labelled import LabelledSet
from .metrics import Estimate, Measure

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Where the part of each set begins that the recipe configs/training/newstance-mpnet.yaml leaves alone, and whether
# its reference summaries are true: XSum's are not (Maynez et al. 2020 found 70 % with something that is not there).
HELD_OUT = {"cnndm-dev": (0.8, True), "xsum-dev": (0.85, False)}
_FROM_ARTICLE = 3
_SEED = 7


@dataclass(frozen=True)
class Case:
    """A sentence put to the guard.

    Attributes:
        article: The id of its article.
        kind: What was falsified; for true sentences, where they come from.
        text: The sentence.
        original: The true sentence that it was made of; the same if it is one.
    """

    article: str
    kind: str
    text: str
    original: str

    @property
    def is_true(self) -> bool:
        """Whether nothing was falsified."""
        return self.text == self.original


def cases_of(identity: str, article: str, reference: str | None, annotate: Callable[[str], Doc]) -> list[Case]:
    """True sentences of one article and false versions of each.

    Args:
        identity: The article's id; the same id gives the same cases.
        article: Its text.
        reference: Its summary, if that is known to be true.
        annotate: Parses a text.
    """
    rng = random.Random(f"{_SEED} {identity}")
    doc = annotate(article)
    usable = [sentence for sentence in doc.sents if 6 <= len(sentence) <= 45][:_FROM_ARTICLE]
    true: list[tuple[str, str]] = []
    for sentence in usable:
        edits = faithful(sentence, rng)
        true.append(("own sentence", " ".join(sentence.text.split())))
        if edits:
            true.append(("rewritten", rng.choice(edits).text))
    true += [("reference summary", sentence) for sentence in split_sentences(reference or "")]
    cases = []
    for text, kind in {text: kind for kind, text in reversed(true)}.items():
        cases.append(Case(identity, kind, text, text))
        cases += [Case(identity, edit.kind, edit.text, text) for edit in corruptions(annotate(text), doc, rng)]
    return cases


def held_out(labelled: LabelledSet) -> list[tuple[str, str, str | None]]:
    """(id, article, true summary or None) of the part of a set that nothing was trained on."""
    start, is_true = HELD_OUT[labelled.config.name]
    part = labelled.examples[round(start * len(labelled.examples)) :]
    return [(e.id, e.input["article"], e.gold if is_true else None) for e in part]


@dataclass(frozen=True)
class Answered:
    """A case, its support score and whether the guard let it pass."""

    case: Case
    support: float
    faults: tuple[str, ...]
    passes: bool


def ask(analyzer: Any, article: str, cases: Sequence[Case]) -> list[Answered]:
    """Put the cases of one article to the guard of an analyzer."""
    from newstance.service import Article

    checked = analyzer.check(Article.from_text(article, title=""), [case.text for case in cases])
    return [Answered(case, c.support, c.faults, c.passes) for case, c in zip(cases, checked, strict=True)]


def shares(answers: Iterable[Answered]) -> dict[str, dict[str, Any]]:
    """For each kind: n, the share of sentences stopped, and the share stopped by a fault alone, resampled by article.

    For false kinds a high share is good; for true ones it is the share of false alarms.
    """
    by_kind: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        case = answer.case
        for name in (f"true: {case.kind}", "true: all") if case.is_true else (case.kind, "all kinds"):
            by_kind[name].append(answer)
    order = [*CORRUPTIONS, "all kinds", *sorted(name for name in by_kind if name.startswith("true"))]
    return {
        name: {
            "n": len(by_kind[name]),
            "stopped": _share(by_kind[name], lambda a: not a.passes).as_dict(),
            "by a name, number, quotation or role": _share(by_kind[name], lambda a: bool(a.faults)).as_dict(),
        }
        for name in order
        if name in by_kind
    }


def _share(answers: Sequence[Answered], is_hit: Callable[[Answered], bool]) -> Estimate:
    values = np.array([[float(is_hit(answer)), 1.0] for answer in answers])
    sums = metrics.summed_by_group(values, [answer.case.article for answer in answers])
    return Measure(sums, metrics.mean_of_totals).estimate()


def measure(
    analyzer: Any, sets: Sequence[LabelledSet], out: Path, advance: Callable[[int, int], None]
) -> dict[str, Any]:
    """Make the cases of held-out articles, ask about them, and keep rows and shares.

    Args:
        analyzer: A ``newstance.service.Analyzer``.
        sets: Summary sets named in ``HELD_OUT``.
        out: Gets ``rows.jsonl`` and ``metrics.json``.
        advance: Told how many more articles are done, and of how many.

    Returns:
        The shares, as ``shares`` gives them.
    """
    import json

    from newstance.service.disk import make_folder, write_json, write_whole

    articles = [found for labelled in sets for found in held_out(labelled)]
    answers: list[Answered] = []
    for identity, article, reference in articles:
        answers += ask(analyzer, article, cases_of(identity, article, reference, analyzer.annotator.annotate))
        advance(1, len(articles))
    result = shares(answers)
    make_folder(out)
    rows = [asdict(a.case) | {"support": a.support, "faults": a.faults, "passes": a.passes} for a in answers]
    write_whole(out / "rows.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    write_json(out / "metrics.json", {"profile": analyzer.profile.name, "articles": len(articles), "shares": result})
    return result
