"""Articles: text, a file, a page's HTML or a web address -> clean text with a title."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from newstance.models.errors import FetchError, InputError

# What `Article.from_file` reads; a file with another ending is taken for plain text.
SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
SAMPLES = Path(__file__).parent / "samples"
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Article:
    """A news article.

    All offsets in newstance count characters of ``text``.

    Attributes:
        text: The body; paragraphs end with line breaks.
        title: The headline; "" if unknown.
        source: Where it came from, such as a file name or the name of a site; "" for plain text.
        date: The day of publication as YYYY-MM-DD; "" if unknown.
        url: The web address that it was fetched from; "" if from elsewhere.
        language: As the page stated it, such as "en"; "" if unknown.
    """

    text: str
    title: str = ""
    source: str = ""
    date: str = ""
    url: str = ""
    language: str = ""

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
        """An article from a .txt, .md or .html file in UTF-8, or a .docx or .pdf file.

        A Markdown or Word file's first heading is its title. Its source is the file's name alone: the folders before it
        are nobody else's business, and reports are passed on.

        Raises:
            InputError: The file is missing, broken or empty, has a password, or holds no text.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix in (".docx", ".pdf"):
            from .documents import read_docx, read_pdf

            title, content = read_docx(path) if suffix == ".docx" else read_pdf(path)
            return cls.from_text(content, title, path.name)
        try:
            content = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text; convert it, or save it as .txt, .md or .html") from error
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        if suffix in (".html", ".htm"):
            return cls._in_page(content, path.name, where=str(path))
        title = ""
        if suffix == ".md" and (heading := re.match(r"\s*#\s+(.+)\n", content)):
            title, content = heading[1], content[heading.end() :]
        return cls.from_text(content, title, path.name)

    @classmethod
    def from_html(cls, html: str, source: str = "", url: str = "") -> Article:
        """The article in a web page, found by trafilatura; menus, tables and comments are left out.

        Args:
            html: The page.
            source: Where it came from; "" for the name that the page gives its site, or else the url's host.
            url: The page's address, if known.

        Raises:
            InputError: No article is found in the page, or a notice of cookies, payment or scripts in its place.
        """
        return cls._in_page(html, source, url)

    @classmethod
    def _in_page(cls, html: str, source: str, url: str = "", where: str = "") -> Article:
        """As ``from_html``; errors call the page ``where``."""
        from .extraction import extract

        host = urlsplit(url).hostname or ""
        found = extract(html, where=where or source or host or "the page", url=url)
        article = cls.from_text(found.text, found.title, source or found.site or host, found.date)
        return replace(article, url=url, language=found.language)

    @classmethod
    def from_url(cls, url: str) -> Article:
        """The article at a public http or https address; blocks for up to half a minute.

        Raises:
            FetchError: The address may not be read, is not reached, or shows no article; says why and what to do.
        """
        from .fetch import fetch

        page = fetch(url)
        try:
            if page.html:
                return cls.from_html(page.text, url=page.url)
            host = urlsplit(page.url).hostname or ""
            return replace(cls.from_text(page.text, source=host), url=page.url)
        except InputError as error:
            raise FetchError(str(error)) from error
