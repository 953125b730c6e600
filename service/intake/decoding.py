"""Bytes to text: pages by what they declare, as browsers read them; plain texts by what they hold."""

from __future__ import annotations

import codecs
import re

from newstance.models.errors import InputError

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEAD = 4096  # bytes of a page in which it may declare its charset
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
# Python has codecs that no page is written in, and some of them (punycode) take forever.
_PAGE_CODECS = re.compile(
    r"utf[-_]?8|utf[-_]?16([-_]?[lb]e)?|iso[-_]?8859[-_]\d+|(windows|cp)[-_]?\d+|koi8[-_][ru]|mac[-_]?\w+"
    r"|gbk|gb2312|gb18030|big5\w*|shift[-_]jis|euc[-_](jp|kr)|iso[-_]?2022[-_]jp",
    re.IGNORECASE,
)
# What texts are saved in that are not in UTF-8; of two that fit alike, the one that stands first.
_LEGACY = ("cp1252", "cp1251", "cp1253", "cp1254", "cp1250")


def decoded_page(content: bytes, charset: str | None = None) -> str:
    """A page by the rules of browsers: byte order mark, what the server says, what the page says, UTF-8, Windows.

    Args:
        content: Its bytes.
        charset: What the server says.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, errors="replace")
    in_page = _CHARSET.search(content[:_HEAD])
    for declared in (charset, in_page and in_page[1].decode("ascii")):
        if declared and _PAGE_CODECS.fullmatch(declared):
            try:
                codec = codecs.lookup(declared).name
            except LookupError:
                continue
            if codec.startswith("utf-16") and in_page and declared != charset:
                codec = "utf-8"  # what says so in bytes that can be read is not in UTF-16
            # Browsers read Latin-1, of which 0x80 to 0x9f are control characters, as Windows' version of it.
            return content.decode("cp1252" if codec == "iso8859-1" else codec, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def decoded_text(content: bytes, name: str) -> str:
    """A plain text in UTF-8, in UTF-16 with its mark, or in one of Windows' older encodings.

    Args:
        content: Its bytes.
        name: What an error calls it.

    Raises:
        InputError: It is in none of these, or no text.
    """
    text = _decoded(content)
    if text is None or (4 * text.count("\0") > len(text) and any(c.isalpha() for c in text)):  # UTF-16 without its mark
        raise InputError(f"{name} is not UTF-8 text; convert it, or save it as .txt, .md or .html")
    return text


def _decoded(content: bytes) -> str | None:
    try:
        for mark, name in _BYTE_ORDER_MARKS:
            if content.startswith(mark):
                return content[len(mark) :].decode(name)
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _legacy(content)


def _legacy(content: bytes) -> str | None:
    """What charset-normalizer makes of a text, which looks at samples of it; None if nothing."""
    from charset_normalizer import from_bytes

    found = from_bytes(content, cp_isolation=list(_LEGACY), preemptive_behaviour=False)
    fitting = [encoding for match in found if match.chaos == found[0].chaos for encoding in match.could_be_from_charset]
    encoding = next((name for name in _LEGACY if name in fitting), None)
    try:
        return content.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None
