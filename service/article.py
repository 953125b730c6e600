"""Articles: text, a file or a page's HTML -> clean text with a title."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from newstance.models.errors import InputError

SAMPLES = Path(__file__).parent / "samples"
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Article:
    """A news article.

    All offsets in newstance count characters of ``text``.

    Attributes:
        text: The body; paragraphs end with line breaks.
        title: The headline; "" if unknown.
        source: Where it came from, such as a file name or address; "" for plain text.
        date: The day of publication as YYYY-MM-DD; "" if unknown.
    """

    text: str
    title: str = ""
    source: str = ""
    date: str = ""

    @classmethod
    def from_text(cls, text: str, title: str = "", source: str = "", date: str = "") -> Article:
        """An article from plain text.

        Line ends become "\\n", control characters become spaces; nothing else is changed.

        Raises:
            InputError: There is nothing to read in it.
        """
        cleaned = "".join(
            " " if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" else c
            for c in _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))
        ).strip()
        if not any(c.isalpha() for c in cleaned):
            raise InputError("the article is empty: there is not one word in it; give the text of a news article")
        return cls(cleaned, title.strip(), source, date)

    @classmethod
    def from_file(cls, path: str | Path) -> Article:
        """An article from a .txt, .md or .html file in UTF-8.

        A Markdown file's first heading is its title.

        Raises:
            InputError: The file is missing, is not text, or is empty.
        """
        path = Path(path)
        try:
            content = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text; convert it, or save it as .txt, .md or .html") from error
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        if path.suffix.lower() in (".html", ".htm"):
            return cls.from_html(content, source=str(path))
        title = ""
        if path.suffix.lower() == ".md" and (heading := re.match(r"\s*#\s+(.+)\n", content)):
            title, content = heading[1], content[heading.end() :]
        return cls.from_text(content, title, str(path))

    @classmethod
    def from_html(cls, html: str, source: str = "") -> Article:
        """The article in a web page, found by trafilatura; menus and comments are left out.

        Raises:
            InputError: No article is found in the page.
        """
        import trafilatura

        found = None
        if html.strip():
            found = trafilatura.bare_extraction(html, include_comments=False, include_tables=False, with_metadata=True)
        if found is None or not found.text:
            raise InputError(
                f"no article was found in {source or 'the page'}: it may be empty, a cookie notice, or built by "
                "scripts; paste the article's text instead"
            )
        title = found.title or ""
        # The headline is no sentence of the article.
        return cls.from_text(found.text.removeprefix(f"{title}\n"), title, source, found.date or "")
