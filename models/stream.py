"""What a model writes, while it writes: handed on piece by piece, and ended when enough is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .sentences import Draft, Length

OnText = Callable[[str], None]


class Stream:
    """Watches one generation: hands its text on, and ends it when enough is written."""

    def __init__(
        self, decode: Callable[[Sequence[int]], str], start: int, length: Length, on_text: OnText | None
    ) -> None:
        self._decode = decode
        self._start = start
        self._length = length
        self._on_text = on_text or (lambda piece: None)
        self._sent = ""

    def by_token(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        """A stopping criterion for one text that grows token by token."""
        return self._verdict(input_ids, self.has_enough(input_ids[0]))

    def has_enough(self, tokens: Any) -> bool:
        """Whether all that is wanted is written, now that a token has come to the prompt and what followed it."""
        draft = Draft.read(self._decode(tokens[self._start :].tolist()))
        self._send(draft.presentable(self._length))
        # One sentence more has begun: only then is it sure that the last one has ended.
        return bool(self._length.is_exceeded_by([*draft.whole, draft.growing]) and draft.whole)

    def by_step(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        """A stopping criterion for a beam search, where the text is open until the end."""
        self._on_text("")
        return self._verdict(input_ids, False)

    def close(self, text: str) -> None:
        """Hand on the rest of the final text."""
        self._send(text)

    def _send(self, text: str) -> None:
        piece = text[len(self._sent) :] if text.startswith(self._sent) else ""
        self._sent += piece
        self._on_text(piece)

    def _verdict(self, input_ids: Any, is_enough: Any) -> Any:
        import torch

        return torch.full((input_ids.shape[0],), bool(is_enough), dtype=torch.bool, device=input_ids.device)
