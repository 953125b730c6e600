"""How much of foreign bytes is read. Each bound is far above what an article needs, and far below what hurts.

A parser is asked only for what is inside of these; what it makes of that is bounded by the process it runs in, see
``workers``.
"""

from __future__ import annotations

TEXT_BYTES = 5_000_000  # of a .txt or .md file; a long novel has 3 MB
PAGE_BYTES = 10_000_000  # of a web page; large news pages have 1 to 3 MB
DOCUMENT_BYTES = 50_000_000  # of a .docx, .pdf or .rtf file, pictures included
CHARACTERS = 2_000_000  # of text that a page or document gives
TITLE_CHARACTERS = 1_000
REMEDY = "paste the article's text instead"
