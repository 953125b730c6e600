"""In what language an article is, by py3langid (BSD, 4.5 MB, offline), and what a reader is to know of that."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

_SAMPLE = 20_000  # characters that are looked at
_LOADING = threading.Lock()


def language_of(text: str, least: float) -> str:
    """The ISO 639-1 code of a text's language; "" where it cannot be told.

    Args:
        text: The text; its beginning is enough.
        least: How probable the language must be.
    """
    with _LOADING:
        identifier = _identifier()
    code, probability = identifier.classify(text[:_SAMPLE])
    return str(code) if probability >= least else ""


def language_name(code: str) -> str:
    """The English name of a language, such as "German"; the code where it has none."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(code).english_name or code)
    except (UnknownLocaleError, ValueError):
        return code


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # takes a second
