"""The text of .docx, .pdf and .rtf files, by mammoth, pypdf and striprtf (the extra ``documents``)."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter
from typing import Any

from newstance.configs.extras import install_command
from newstance.models.errors import InputError

from .bounds import CHARACTERS, REMEDY, TITLE_CHARACTERS

MOST_PAGES = 100  # of a PDF; no article is longer, and pages take up to seconds each
MOST_UNPACKED = 100_000_000  # bytes of a .docx file, pictures included
MOST_PARTS = 2_000  # of a .docx file
MOST_XML = 20_000_000  # bytes of its parts that are no pictures; a long report has 3 MB
MOST_ELEMENTS = 100_000  # tags in these parts; mammoth takes a kilobyte for each
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # begins .doc files, and .docx files with a password
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_SENTENCE_END = re.compile(r"[.!?:][\"”’')\]]*$")
# What pypdf does for one page of an article is a tenth of these at most; its own bounds are for books of pictures.
_PDF_BOUNDS: dict[str, Any] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 60_000_000,
    "stream_parsing_work_maximum_count": 500_000,
    "page_tree_maximum_entries": 10_000,
    "xform_maximum_invocations_per_extraction": 500,
}


def read_docx(content: bytes, name: str) -> tuple[str, str]:
    """Title and text of a Word file; deleted passages, tables, notes and pictures are left out.

    A table that holds most of the words lays the page out, and its cells are read one after the other. The title is
    the heading at the beginning; "" without one. Paragraphs are lines.

    Args:
        content: The file's.
        name: What an error calls the file.

    Raises:
        InputError: The file is broken, has a password or is too large, or mammoth is not installed.
    """
    try:
        import mammoth
    except ImportError as error:
        raise _not_installed(name, ".docx") from error

    if content.startswith(_OLD_OFFICE):
        raise InputError(
            f"{name} has a password or is an old .doc file; save it as .docx without password, or {REMEDY}"
        )
    try:
        _check_parts(content, name)
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map="p[style-name='Title'] => h1:fresh",
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        ).value
    except (InputError, MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever a damaged file makes its parsers raise
        raise _broken(name, ".docx", error) from error
    if len(html) > 2 * CHARACTERS:  # lxml would leave out a text that is much longer
        raise InputError(f"{name} holds more than {CHARACTERS:,} characters; give the article alone")
    return _title_and_lines(html)


def _check_parts(content: bytes, name: str) -> None:
    """Refuse a Word file that would unpack to more than an article needs.

    ``zipfile`` gives no more of a part than the archive says that it has, so the sums cannot be passed.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS:
            raise InputError(f"{name} consists of more than {MOST_PARTS:,} parts; {REMEDY}")
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise InputError(f"{name} unpacks to more than {MOST_UNPACKED // 1_000_000} MB; {REMEDY}")
        parts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
        if sum(part.file_size for part in parts) > MOST_XML:
            raise InputError(f"{name} unpacks to more than {MOST_XML // 1_000_000} MB without its pictures; {REMEDY}")
        elements = 0
        for part in parts:
            found = packed.read(part)
            elements += found.count(b"<") - found.count(b"</")
            if elements > MOST_ELEMENTS:
                raise InputError(
                    f"{name} has more than {MOST_ELEMENTS:,} elements, far more than an article; give the article "
                    f"alone, or {REMEDY}"
                )


def _title_and_lines(html: str) -> tuple[str, str]:
    """Title and lines of what mammoth makes of a file."""
    import lxml.html

    title = ""
    lines: list[str] = []
    for block in _without_layout(lxml.html.fragments_fromstring(html) if html else []):
        for unread in block.xpath("descendant-or-self::table | .//sup | .//li[contains(@id, 'note-')]"):
            if unread is block:
                break
            unread.drop_tree()
        else:
            for line_break in block.iter("br"):
                line_break.tail = "\n" + (line_break.tail or "")
            items = block.xpath("descendant::li") or [block]
            text = "\n".join(item.text_content().strip() for item in items)
            if block.tag == "h1" and not title and not any(lines) and len(text) <= TITLE_CHARACTERS:
                title = " ".join(text.split())
            else:
                lines.append(text)
    return title, "\n".join(line for line in lines if line)


def _without_layout(blocks: list[Any]) -> list[Any]:
    """Blocks with the paragraphs of tables in the place of these, where most words stand in tables."""
    words = Counter[bool]()
    for block in blocks:
        words[block.tag == "table"] += len(block.text_content().split())
    if words[True] <= words[False]:
        return blocks
    return [part for block in blocks for part in (block.iter("p") if block.tag == "table" else [block])]


def read_rtf(content: bytes, name: str) -> tuple[str, str]:
    """Title, which is always "", and text of a file in the Rich Text Format; the cells of a table are lines.

    Args:
        content: The file's.
        name: What an error calls the file.

    Raises:
        InputError: The file is broken, or striprtf is not installed.
    """
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as error:
        raise _not_installed(name, ".rtf") from error

    try:
        if not content.startswith(b"{\\rtf"):
            raise ValueError("no header")
        # The format is ASCII; what stands in it otherwise is in the encoding that it names.
        text = rtf_to_text(content.decode("latin-1"), errors="replace")
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever a damaged file makes its parser raise
        raise _broken(name, ".rtf", error) from error
    return "", "\n".join(filter(None, map(str.strip, text.replace("|", "\n").splitlines())))


def read_pdf(content: bytes, name: str) -> tuple[str, str]:
    """Title and text of a PDF file; lines are joined to paragraphs, headers and footers of pages are left out.

    The title is the one that the file states, if its text begins with it; else "".

    Args:
        content: The file's.
        name: What an error calls the file.

    Raises:
        InputError: The file is broken, has a password, no text or too much in it, or pypdf is not installed.
    """
    try:
        import pypdf
        from pypdf.errors import LimitReachedError
    except ImportError as error:
        raise _not_installed(name, ".pdf") from error

    try:
        with pypdf.apply_configuration(**_PDF_BOUNDS), pypdf.PdfReader(io.BytesIO(content)) as reader:
            if reader.is_encrypted and reader.decrypt("") == pypdf.PasswordType.NOT_DECRYPTED:
                raise InputError(f"{name} has a password; save it without, or {REMEDY}")
            if len(reader.pages) > MOST_PAGES:
                raise InputError(f"{name} has more than {MOST_PAGES} pages; give those of the article, or {REMEDY}")
            title = str((reader.metadata and reader.metadata.title) or "")
            pages = []
            for page in reader.pages:
                pages.append(page.extract_text())
                if sum(map(len, pages)) > CHARACTERS:
                    raise InputError(f"{name} holds more than {CHARACTERS:,} characters; give the article alone")
    except (InputError, MemoryError, RecursionError):
        raise
    except LimitReachedError as error:
        raise InputError(f"{name} holds more than the pages of an article do ({error}); {REMEDY}") from error
    except Exception as error:  # whatever a damaged file makes its parser raise
        raise _broken(name, ".pdf", error) from error
    if not any(c.isalpha() for page in pages for c in page):
        raise InputError(f"{name} holds pictures of pages, but no text; run OCR on it, or {REMEDY}")

    text = _paragraphs(_without_page_frames([page.splitlines() for page in pages]))
    title = " ".join(title.split())
    if title and len(title) <= TITLE_CHARACTERS and " ".join(text.split()).startswith(title):
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
    joined = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        hyphenated = re.search(r"(?<=[^\W\d_])[-\u00ad]$", line) and after[:1].islower()
        if hyphenated:
            joined.append(line[:-1])
        elif len(line) < 0.6 * width or (len(line) < 0.9 * width and _SENTENCE_END.search(line)):
            joined.append(line + "\n")
        else:
            joined.append(line + " ")
    return "".join(joined).strip()


def _broken(name: str, kind: str, error: Exception) -> InputError:
    return InputError(f"{name} is no whole {kind} file ({type(error).__name__}); save it again, or {REMEDY}")


def _not_installed(name: str, kind: str) -> InputError:
    return InputError(
        f"{name} cannot be read: {kind} files are read by an extra: {install_command('documents')}; or {REMEDY}"
    )
