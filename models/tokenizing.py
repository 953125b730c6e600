"""A tokenizer whose time is linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Characters without a blank that no word, and hardly any web address, has.
_ENDLESS = re.compile(r"\S{201,}\s?")
_PIECE = 50


class PiecewiseTokenizer:
    """spaCy's tokenizer, which peels marks off a word one by one, each time anew: of 100,000 brackets it never ends.

    What runs on without a blank for more than 200 characters is tokenized in pieces; all else as spaCy does it.

    Args:
        nlp: The pipeline whose tokenizer it takes over.
    """

    def __init__(self, nlp: Language) -> None:
        self._tokenizer = nlp.tokenizer
        self._vocab = nlp.vocab

    def __call__(self, text: str) -> Doc:
        """The spaCy Doc of a text, without any annotation."""
        pieces = list(_pieces(text))
        if len(pieces) == 1:
            return self._tokenizer(text)
        from spacy.tokens import Doc

        # Of each piece at once: a Doc holds more memory than its words.
        tokens = [(token.text, bool(token.whitespace_)) for piece in pieces for token in self._tokenizer(piece)]
        return Doc(self._vocab, words=[word for word, _ in tokens], spaces=[space for _, space in tokens])


def _pieces(text: str) -> Iterator[str]:
    """Parts of a text that make it up; one if it has no endless words."""
    position = 0
    for match in _ENDLESS.finditer(text):
        if position < match.start():
            yield text[position : match.start()]
        word_end = len(match[0].rstrip())
        starts = range(0, word_end, _PIECE)
        for start in starts:
            is_last = start == starts[-1]
            yield match[0][start : None if is_last else start + _PIECE]
        position = match.end()
    if position < len(text) or not text:
        yield text[position:]
