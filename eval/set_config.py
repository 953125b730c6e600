"""What a labelled set is: the YAML file that describes it (``configs/eval/NAME.yaml``, or the user's own).

It says where the set is, how its columns and labels are called there, under which terms it comes, and by which metric
it is judged.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from newstance.configs import Settings
from newstance.models.stance import LABELS, Label
from newstance.models.training.set_files import Share

Kind = Literal["stance", "articles", "summaries", "consistency"]
FIELDS: dict[Kind, tuple[str, ...]] = {
    "stance": ("text", "holder", "target", "label"),
    "articles": ("article", "judgements"),
    "summaries": ("article", "summary"),
    "consistency": ("article", "sentence", "supported"),
}
# What a record may say besides, for tables of its parts.
OPTIONAL: dict[Kind, tuple[str, ...]] = {"articles": ("kind", "source")}
_STANCE_METRICS = ("macro_f1", "favor_against_f1", "accuracy", "five_class_macro_f1")
_SUMMARY_METRICS = ("rouge1", "rouge2", "rougeL")
_CONSISTENCY_METRICS = ("auc", "balanced_accuracy")


class Layout(Settings):
    """How a set is laid out where it is found.

    Attributes:
        columns: Our field name to the column that holds it; a field not named here has its own name.
        constants: Fields that no column holds, such as ``holder: author``.
        labels: The set's labels to ours; the default takes favor, against and neutral as they are. Capitals do not
            matter, unless two labels differ in nothing else; numbers are taken as they are written.
        verdicts: Of consistency sets: what the column ``supported`` says, and whether it means that.
        each: For records that hold several examples: one entry for each, with the columns that differ.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, Label] = Field(default={label: label for label in LABELS})
    verdicts: dict[str, bool] = Field(default={"true": True, "false": False})
    each: list[dict[str, str]] = Field(default_factory=list)

    @field_validator("labels", mode="before")
    @classmethod
    def _written(cls, labels: Any) -> Any:
        """YAML takes 1 and -1 for numbers, and there is one way to write them."""
        if not isinstance(labels, dict):
            return labels
        return {str(key) if type(key) is int else key: value for key, value in labels.items()}

    def label_of(self, word: str) -> Label | None:
        """What a label of the set means; None if it is not known."""
        if word in self.labels:
            return self.labels[word]
        alike = {ours for known, ours in self.labels.items() if known.casefold() == word.casefold()}
        return alike.pop() if len(alike) == 1 else None


class FileSource(Layout):
    """A JSONL, CSV, TSV or Parquet file.

    Attributes:
        path: Below the data root that the command line names; without one, below the config's own folder.
        apart_from: Files laid out like it, below the same root, whose texts are left out: training took those.
        shipped: Whether the file is one of the package's own.
        delimiter: What stands between the cells of a CSV or TSV file; "" recognizes comma, semicolon, tab and bar.
    """

    path: str
    apart_from: list[str] = Field(default_factory=list)
    shipped: bool = False
    delimiter: str = Field("", max_length=1)


class HubSource(Layout):
    """A data set on the Hugging Face hub, by name, revision, subset and split."""

    name: str
    revision: str
    subset: str | None = None
    split: str


class SetConfig(Settings):
    """What a labelled set is, where it is found and how it is judged.

    Attributes:
        name: Names the run's folder and the report.
        kind: ``stance``: rows of text, holder, target, label. ``articles``: whole articles with judgements
            (actor, target, label). ``summaries``: articles with reference summaries. ``consistency``: sentences with
            their articles, and whether readers found them borne out.
        terms: Licence or terms of use.
        source: The paper, and where the set comes from.
        metric: The headline number.
        paper_metric: What the set's paper reports, in words.
        scored: The labels that macro-F1 is taken over; sets without neutral rows leave neutral out.
        summary_sentences: The length that summaries are asked for.
        held_out: The share of the file's ids that training leaves out (``models/splits.py``); only these are taken.
            None takes all.
        part: Between which shares of the rows, in the file's order, it is taken from; for sets of which training took
            the others.
        without: Beginnings of ids, up to the first hyphen, that are left out, as training took texts of these sources.
        outlets: What the beginning of an id, up to the first hyphen, says of where an article comes from.
        file: Where it is on this machine.
        hub: Where it is on the hub; taken when no data root is given.
    """

    name: str = Field(pattern=r"^[\w.-]+$")
    kind: Kind = "stance"
    terms: str
    source: str = ""
    metric: str = ""
    paper_metric: str = ""
    scored: list[Label] = Field(default=list(LABELS), min_length=2)
    summary_sentences: int = Field(3, ge=1)
    held_out: float | None = Field(None, gt=0, lt=1)
    part: tuple[Share, Share] = (0.0, 1.0)
    without: list[str] = Field(default_factory=list)
    outlets: dict[str, str] = Field(default_factory=dict)
    file: FileSource | None = None
    hub: HubSource | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.part[0] >= self.part[1]:
            raise ValueError(f"part: {list(self.part)} holds nothing; the first share is the lower one")
        if not (self.file or self.hub):
            raise ValueError("a labelled set needs file or hub, or both")
        allowed = {"summaries": _SUMMARY_METRICS, "consistency": _CONSISTENCY_METRICS}.get(self.kind, _STANCE_METRICS)
        if self.metric and self.metric not in allowed:
            raise ValueError(f"metric {self.metric!r} does not fit {self.kind}; expected {', '.join(allowed)}")
        for layout in (self.file, self.hub):
            known = {"id", *FIELDS[self.kind], *OPTIONAL.get(self.kind, ())}
            for names in [layout.columns, layout.constants, *layout.each] if layout else []:
                if unknown := set(names) - known:
                    raise ValueError(f"unknown fields {sorted(unknown)}; {self.kind} has {sorted(known)}")
        return self

    @property
    def headline(self) -> str:
        """The name of the headline metric: the one given, or the kind's own."""
        return self.metric or {"summaries": "rougeL", "consistency": "auc"}.get(self.kind, "macro_f1")
