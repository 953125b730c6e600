"""What in an article's own text makes its analysis less sure, in words for its reader."""

from __future__ import annotations

from newstance.models.annotator import LONGEST_SENTENCE

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
