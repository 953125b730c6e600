"""Articles: text, a file, a page's HTML or a web address -> clean text with a title."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from newstance.models.errors import FetchError, InputError
from newstance.models.words import composed

from .intake import bounds
from .intake.decoding import decoded_page, decoded_text
from .intake.door import read_file
from .intake.extraction import Extracted
from .intake.lines import unwrapped
from .intake.worker import PAGE, PDF, RTF, WORD
from .intake.workers import shared
from .reading.furniture import agency, authors, find_furniture, without_links

# What `Article.from_file` reads; a file with another ending is taken for plain text.
SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf", ".rtf")
_KINDS = {".html": PAGE, ".htm": PAGE, ".docx": WORD, ".pdf": PDF, ".rtf": RTF}
SAMPLES = Path(__file__).parent / "samples"
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # which make a reader see other words than stand there
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # and halves of surrogate pairs


def clean(text: str) -> str:
    """A text with spaces for control characters and half characters, and without marks that turn its direction."""
    return _CONTROLS.sub(" ", _BIDI.sub("", text))


def refuse_no_name(name: str, what: str) -> None:
    """Refuse what cannot be the name of an actor or a target.

    Args:
        name: As a caller gave it.
        what: It is to name, for the message.

    Raises:
        InputError: It has no letter and no digit, or holds what ``clean`` takes out.
    """
    if clean(name) != name:
        raise InputError(
            f"the {what} {name!r} holds control characters or broken ones; give it in UTF-8, as the article has it"
        )
    if not any(character.isalnum() for character in name):
        raise InputError(f"the {what} {name!r} names nothing; give a word or phrase")


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
        author: Who wrote it, as the page or its byline says, several with ", " between; "" if unknown.
    """

    text: str
    title: str = ""
    source: str = ""
    date: str = ""
    url: str = ""
    language: str = ""
    author: str = ""

    def __post_init__(self) -> None:
        # Here all text enters. What is half a character cannot be written into any file; names of files may have some.
        for name, value in vars(self).items():
            object.__setattr__(self, name, clean(value))

    @classmethod
    def from_text(cls, text: str, title: str = "", source: str = "", date: str = "") -> Article:
        """An article from plain text.

        Line ends become "\\n", and spaces where they stand inside of sentences, and letters and their accents single
        characters (NFC); nothing else is changed but as by ``clean``. A title is one line. Author and, where none is
        given, source are those of its byline and dateline.

        Raises:
            InputError: There is nothing to read in it.
        """
        cleaned = unwrapped(composed(clean(_LINE_ENDS.sub("\n", text.removeprefix("\ufeff")))).strip())
        if not any(c.isalpha() for c in cleaned):
            raise InputError("the article is empty: there is not one word in it; give the text of a news article")
        found = find_furniture(cleaned)
        title = " ".join(composed(clean(title)).split())
        return cls(cleaned, title, source or agency(found), date, author=", ".join(authors(found)))

    @classmethod
    def from_file(cls, path: str | Path) -> Article:
        """An article from a .txt, .md, .html, .docx, .pdf or .rtf file.

        A page is decoded as it declares; another text from UTF-8, UTF-16 with a byte order mark, or what Windows wrote
        before; what can be neither is refused.
        A Markdown or Word file's first heading is its title. Its source is the file's name alone: the folders before it
        are nobody else's business, and reports are passed on.

        Documents and pages are parsed by a process of its own, which is started with the first of them and kept for the
        next; see ``intake.workers``.

        Raises:
            InputError: The file is missing, broken or empty, is no regular file, has a password, holds no text, or more
                than is read.
        """
        path = Path(path)
        kind = _KINDS.get(path.suffix.lower())
        if kind is not None:
            content = read_file(path, bounds.PAGE_BYTES if kind == PAGE else bounds.DOCUMENT_BYTES)
            if kind == PAGE:
                content = decoded_page(content).encode("utf-8", errors="replace")
            found = shared().read(content, kind, str(path))
            return cls._as_found(found, path.name)
        text = _LINE_ENDS.sub("\n", decoded_text(read_file(path, bounds.TEXT_BYTES), str(path)))
        title = ""
        if path.suffix.lower() == ".md":
            first, line_end, rest = text.lstrip().partition("\n")
            if line_end and len(first) <= bounds.TITLE_CHARACTERS and re.match(r"#\s+\S", first):
                title, text = first[1:], rest
        return cls.from_text(text, title, path.name)

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
        host = urlsplit(url).hostname or ""
        where = source or host or "the page"
        content = html.encode("utf-8", errors="replace")
        if len(content) > bounds.PAGE_BYTES:
            raise InputError(f"{where} has more than {bounds.PAGE_BYTES // 1_000_000} MB; {bounds.REMEDY}")
        found = shared().read(content, PAGE, where, url)
        return replace(cls._as_found(found, source or found.site or host), url=url)

    @classmethod
    def _as_found(cls, found: Extracted, source: str) -> Article:
        article = cls.from_text(without_links(found.text), found.title, source, found.date)
        return replace(article, language=found.language, author=found.author or article.author)

    @classmethod
    def from_url(cls, url: str, permit: Callable[[str], None] = lambda address: None) -> Article:
        """The article at a public http or https address; blocks for up to half a minute.

        Args:
            url: The address.
            permit: Called with each address before it is asked for, after a redirect too; what it raises ends that.

        Raises:
            FetchError: The address may not be read, is not reached, or shows no article; says why and what to do.
        """
        from .intake.fetch import fetch

        page = fetch(url, permit=permit)
        try:
            if page.html:
                return cls.from_html(page.text, url=page.url)
            host = urlsplit(page.url).hostname or ""
            return replace(cls.from_text(page.text, source=host), url=page.url)
        except InputError as error:
            raise FetchError(str(error)) from error
