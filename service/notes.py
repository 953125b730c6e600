"""What in an article's own text makes its analysis less sure, in words for its reader."""

from __future__ import annotations

from collections.abc import Sequence

from newstance.models.annotator import LONGEST_SENTENCE

from .judging.passages import Target
from .profile import LanguageSettings
from .reading.language import language_name, language_of
from .reading.reading import Reading


def notes_on_text(reading: Reading, settings: LanguageSettings) -> list[str]:
    """Notes on an article that has been read: on its language, and on sentences that were cut."""
    notes = []
    code = language_of(reading.article.text, settings.least) or reading.article.language
    if code and code not in settings.trained:
        trained = " and ".join(map(language_name, settings.trained))
        notes.append(
            f"The text is in {language_name(code)}, and the models were trained on {trained}: all here is unsure."
        )
    if any(len(sentence) >= LONGEST_SENTENCE for sentence in reading.doc.sents):
        notes.append(f"Sentences of more than {LONGEST_SENTENCE} words and marks were cut to be read.")
    return notes


def notes_on_stances(reading: Reading, asked: int, targets: Sequence[Target]) -> list[str]:
    """Notes on whose stances are given, and toward what.

    Args:
        reading: The article.
        asked: How many of its actors, the heaviest, have stances.
        targets: What stances are given toward.
    """
    notes = []
    if not reading.actors:
        notes.append("No actors were found in this article.")
    if len(reading.actors) > asked:
        notes.append(f"Stances are given for the {asked} heaviest of {len(reading.actors)} actors.")
    if not targets:
        notes.append("No target was given, and none could be proposed from the article.")
    return notes + [f"The article does not mention “{target.name}”." for target in targets if not target.is_mentioned]
