"""The text of .docx and .pdf files, by mammoth and pypdf (the extra ``documents``)."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

from newstance.models.errors import InputError

MOST_PAGES = 100  # of a PDF; no article is longer, and pages take up to seconds each
MOST_UNPACKED = 100_000_000  # bytes of a .docx file, pictures included
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # begins .doc files, and .docx files with a password
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_SENTENCE_END = re.compile(r"[.!?:][\"”’')\]]*$")
_REMEDY = "paste its text instead"


def read_docx(path: Path) -> tuple[str, str]:
    """Title and text of a Word file; deleted passages, tables, notes and pictures are left out.

    The title is the heading at the beginning; "" without one. Paragraphs are lines.

    Raises:
        InputError: The file is missing, broken, has a password or is too large, or mammoth is not installed.
    """
    try:
        import lxml.html
        import mammoth
    except ImportError as error:
        raise _not_installed(path) from error

    content = _content(path)
    if content.startswith(_OLD_OFFICE):
        raise InputError(
            f"{path} has a password or is an old .doc file; save it as .docx without password, or {_REMEDY}"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise InputError(f"{path} unpacks to more than {MOST_UNPACKED // 1_000_000} MB; {_REMEDY}")
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map="p[style-name='Title'] => h1:fresh",
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        ).value
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its parsers raise
        raise _broken(path, error) from error

    title = ""
    lines: list[str] = []
    for block in lxml.html.fragments_fromstring(html) if html else []:
        for unread in block.xpath("descendant-or-self::table | .//sup | .//li[contains(@id, 'note-')]"):
            if unread is block:
                break
            unread.drop_tree()
        else:
            for line_break in block.iter("br"):
                line_break.tail = "\n" + (line_break.tail or "")
            items = block.xpath("descendant::li") or [block]
            text = "\n".join(item.text_content().strip() for item in items)
            if block.tag == "h1" and not title and not any(lines):
                title = " ".join(text.split())
            else:
                lines.append(text)
    return title, "\n".join(line for line in lines if line)


def read_pdf(path: Path) -> tuple[str, str]:
    """Title and text of a PDF file; lines are joined to paragraphs, headers and footers of pages are left out.

    The title is the one that the file states, if its text begins with it; else "".

    Raises:
        InputError: The file is missing, broken, has a password, no text or too many pages, or pypdf is not installed.
    """
    try:
        from pypdf import PasswordType, PdfReader
    except ImportError as error:
        raise _not_installed(path) from error

    content = _content(path)
    try:
        with PdfReader(io.BytesIO(content)) as reader:
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise InputError(f"{path} has a password; save it without, or {_REMEDY}")
            if len(reader.pages) > MOST_PAGES:
                raise InputError(f"{path} has more than {MOST_PAGES} pages; give those of the article, or {_REMEDY}")
            title = str((reader.metadata and reader.metadata.title) or "")
            pages = [page.extract_text() for page in reader.pages]
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes its parser raise
        raise _broken(path, error) from error
    if not any(c.isalpha() for page in pages for c in page):
        raise InputError(f"{path} holds pictures of pages, but no text; run OCR on it, or {_REMEDY}")

    text = _paragraphs(_without_page_frames([page.splitlines() for page in pages]))
    title = " ".join(title.split())
    if title and " ".join(text.split()).startswith(title):
        # Its words may stand on several lines.
        text = re.sub(r"\s+".join(map(re.escape, title.split())), "", text, count=1)
        return title, text
    return "", text


def _without_page_frames(pages: list[list[str]]) -> list[str]:
    """All lines, but those first and last two of a page that most pages have, but for their numbers."""
    pages = [[line.strip() for line in page if line.strip()] for page in pages]

    def shape(line: str) -> str:
        return re.sub(r"\d+", "0", line)

    frames = Counter(frame for page in pages for frame in {shape(line) for line in page[:2] + page[-2:]})
    repeated = {frame for frame, count in frames.items() if count >= 2 and 2 * count > len(pages)}
    return [
        line
        for page in pages
        for i, line in enumerate(page)
        if not (shape(line) in repeated and (i < 2 or i >= len(page) - 2))
    ]


def _paragraphs(lines: list[str]) -> str:
    """Lines as they were set, joined: a line that is clearly shorter than the others ends its paragraph."""
    if not lines:
        return ""
    lines = [_LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), line) for line in lines]
    width = sorted(map(len, lines))[int(0.9 * (len(lines) - 1))]
    text = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        hyphenated = re.search(r"(?<=[^\W\d_])[-\u00ad]$", line) and after[:1].islower()
        if hyphenated:
            text += line[:-1]
        elif len(line) < 0.6 * width or (len(line) < 0.9 * width and _SENTENCE_END.search(line)):
            text += line + "\n"
        else:
            text += line + " "
    return text.strip()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _broken(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is no whole {path.suffix} file ({type(error).__name__}); save it again, or {_REMEDY}")


def _not_installed(path: Path) -> InputError:
    return InputError(f"{path.suffix} files are read by an extra: pip install 'newstance[documents]'; or {_REMEDY}")
