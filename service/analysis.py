"""What an analysis holds, and its forms: dict, JSON, Markdown, CSV, HTML, rows of tables."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from newstance.models.stance import Label
from newstance.models.words import bare

from .article import Article

if TYPE_CHECKING:
    import pandas

Kind = Literal["person", "body", "country", "group"]
Voice = Literal["own words", "reported act", "claim", "narrator"]
Display = Literal["favor", "against", "neutral", "mixed"]
Certainty = Literal["", "weak", "leaning", "clear", "strong"]


@dataclass(frozen=True)
class Mention:
    """A place where the article names an actor, or means it by a pronoun; ``article.text[start:end] == text``."""

    start: int
    end: int
    text: str
    is_pronoun: bool = False


@dataclass(frozen=True)
class Actor:
    """Somebody who can have a stance.

    Attributes:
        name: The fullest form that the article uses.
        kind: person, body, country or group (a people, a party's members).
        aliases: The other forms that the article uses.
        mentions: Where, in the order of the article.
        weight: The share of all mentions of actors; acting and speaking count double.
    """

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """A passage that shows a stance; ``article.text[start:end] == text``.

    Attributes:
        label: What this passage shows.
        probability: Of ``label``: for this passage by itself; of a model that tells of sentences as it reads them
            together, how probable it is that a judge would name this one.
        speaker: Whose words they are when the passage is a quotation, else None.
        truncated: Whether the model read only the beginning.
        voice: Whose word it is: the actor's own (quoted, or reported with "said that"), a report of what the actor
            did, somebody else's claim about it, or the narrator's words about an actor that does nothing.
        claimed_by: Who claims it, if it is a claim: an actor, or "critics"; None if the article does not say.
    """

    start: int
    end: int
    text: str
    label: Label
    probability: float
    speaker: str | None = None
    truncated: bool = False
    voice: Voice = "reported act"
    claimed_by: str | None = None


@dataclass(frozen=True)
class Stance:
    """Where an actor stands toward a target, as far as the article shows.

    Attributes:
        label: favor, against or neutral; neutral also where nothing is shown.
        probability: Of ``label``.
        probabilities: One for each label; they add up to 1.
        evidence: Passages for and against, the strongest first. Never empty for favor and against.
        note: Why the answer is neutral, or what else a reader should know; "" if nothing.
        is_mixed: Whether the evidence is strong on both sides, whatever the label.
        certainty: How sure a side is, in a word, by the profile's bounds; "" for neutral.
    """

    actor: Actor
    target: str
    label: Label
    probability: float
    probabilities: dict[Label, float]
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    is_mixed: bool = False
    certainty: Certainty = ""

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts and lists; the actor by its name."""
        return dataclasses.asdict(self) | {"actor": self.actor.name, "display": self.display}

    @property
    def display(self) -> Display:
        """What a reader is shown: the label, or "mixed" where the article shows both sides."""
        return "mixed" if self.is_mixed else self.label

    @property
    def was_asked(self) -> bool:
        """Whether a model said how probable this is: where no passage is about the pair, nothing is asked."""
        return bool(self.evidence) or self.probabilities["neutral"] < 1  # which a model's answer does not reach

    def __post_init__(self) -> None:
        if self.label != "neutral" and not self.evidence:
            raise ValueError(f"a stance without evidence: {self.actor.name} {self.label} {self.target}")


@dataclass(frozen=True)
class Source:
    """A sentence of the article that supports a summary sentence; ``article.text[start:end] == text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class SummarySentence:
    """A sentence of the summary, held against the article.

    Attributes:
        text: The sentence.
        sources: The article's sentences that support it best, the best first; of two in one both, in their order.
        support: How probable it is that the sources bear it out, 0 to 1; 1 for a sentence of the article.
        replaced: The generated sentence in whose place this one stands, because the article did not support it; this
            one is the article's own, or of another sample of the summarizer: see ``is_own``.
            None if it stands in no such place.
        unsupported: Names, numbers and quotations of the generated sentence that the article does not contain, and
            roles that it turned around.
    """

    text: str
    sources: tuple[Source, ...]
    support: float
    replaced: str | None = None
    unsupported: tuple[str, ...] = ()

    @property
    def is_quoted(self) -> bool:
        """Whether this is a sentence of the article, word for word."""
        return bool(self.sources) and self.text == self.sources[0].text

    @property
    def is_own(self) -> bool:
        """Whether this is in the article's own words: as they stand, shortened, or ``is_edited``."""
        return self.is_quoted or self.is_shortened or self.is_edited

    @property
    def is_edited(self) -> bool:
        """Whether this is two sentences of the article in one, or one in which somebody is named in full."""
        return bool(self.sources) and self.support == 1 and not self.is_quoted and not self.is_shortened

    @property
    def is_shortened(self) -> bool:
        """Whether this is a sentence of the article without some of its words."""
        if not self.sources or self.is_quoted:
            return False
        words = iter(bare(self.sources[0].text).split())
        return all(word in words for word in bare(self.text).split())


@dataclass(frozen=True)
class Summary:
    """A summary whose every sentence was held against the article.

    Attributes:
        sentences: In reading order.
        model: What wrote it.
        unchanged: The article is not longer than its summary would be, and is given as it is.
        dropped: Generated sentences that were left out, since the article does not support them or they cannot be told
            where they stand.
        written: The whole text as the model wrote it, before it was checked.
    """

    sentences: tuple[SummarySentence, ...]
    model: str
    unchanged: bool = False
    dropped: tuple[str, ...] = ()
    written: str = ""

    @property
    def text(self) -> str:
        """The whole summary."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Analysis:
    """All that was found in one article.

    Attributes:
        summary: None if none was asked for.
        actors: The heaviest first.
        targets: As asked for, or as proposed from the article.
        stances: One for each pair of an analysed actor and a target.
        notes: What a reader should know of the whole, such as actors left out.
        models: Which weights ran, by part.
        seconds: Time taken, by step.
    """

    article: Article
    summary: Summary | None
    actors: tuple[Actor, ...]
    targets: tuple[str, ...]
    stances: tuple[Stance, ...]
    notes: tuple[str, ...] = ()
    models: dict[str, str] = dataclasses.field(default_factory=dict)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts and lists; a stance names its actor by the actor's name."""
        result = dataclasses.asdict(self)
        result["stances"] = tuple(stance.to_dict() for stance in self.stances)
        if self.summary is not None:
            result["summary"]["text"] = self.summary.text
        return result

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Analysis:
        """The analysis that ``to_dict`` gave, or a reading of its JSON.

        Raises:
            InputError: It is no analysis; says where it is not.
        """
        from .restored import analysis_of

        return analysis_of(content)

    def to_json(self, indent: int | None = 2) -> str:
        """``to_dict()`` as JSON; letters of all scripts stay as they are."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_markdown(self) -> str:
        """A report for reading."""
        from .present.report import markdown

        return markdown(self)

    def to_csv(self) -> str:
        """A table for spreadsheets, one row for each piece of evidence."""
        from .present.exports import to_csv

        return to_csv(self)

    def to_html(self) -> str:
        """A report as one HTML file without scripts."""
        from .present.exports import to_html

        return to_html(self)

    def to_records(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of tables, by table: articles, actors, stances, evidence, summaries; as ``newstance run`` writes them.

        Raises:
            ConfigError: pyarrow is not installed.
        """
        from .corpus.tables import rows_of

        return rows_of(self)

    def to_frame(self, table: str = "stances") -> pandas.DataFrame:
        """One of these tables as a pandas DataFrame.

        Raises:
            InputError: There is no such table.
            ConfigError: pandas or pyarrow is not installed.
        """
        from .corpus.tables import as_frame, as_table

        return as_frame(as_table(table, self.to_records().get(table, [])))
