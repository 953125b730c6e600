"""Tiny models that write what a script says, and articles of some length for them."""

from __future__ import annotations

import tiny

SENTENCES = (
    "Senators passed this bill.",
    "Governors rejected that plan!",
    "Nobody knows why?",
    "Rivals cheer loudly;)",
)
SCRIPT = " ".join(SENTENCES)
MAKERS = {
    "chat": ("chat", tiny.chat),
    "bart": ("seq2seq", tiny.bart),
    "t5": ("seq2seq", tiny.t5),
    "pegasus": ("seq2seq", lambda *args, **options: tiny.bart(*args, **options, kind="Pegasus")),
}
LONG, SHORT = tiny.article(40), tiny.article(6)
