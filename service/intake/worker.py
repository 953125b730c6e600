"""The process that parses foreign bytes: takes a request from its standard input, answers, and waits for the next.

It gets a parser's whole work done or is ended by the process that asked, see ``workers``. Both sides speak in lines of
JSON, so that a parser that has been taken over can hand back text, and nothing else.

    request: {"kind": ".pdf", "name": "a.pdf", "url": "", "size": 1234}, and then so many bytes
    answer:  {"found": {...}} with the fields of ``Extracted``, or {"refused": "why"}

``READY`` comes before the first request.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from newstance.models.errors import InputError

from .bounds import CHARACTERS, REMEDY
from .documents import read_docx, read_pdf, read_rtf
from .extraction import Extracted, extract

PAGE, WORD, PDF, RTF = ".html", ".docx", ".pdf", ".rtf"
READY = b"ready\n"
_A_PAGE = (
    "<!doctype html><html><head><title>Ferry | The Paper</title></head><body><article><h1>Ferry</h1>"
    "<p>The council voted on Monday to run a ferry across the old harbour.</p></article></body></html>"
)


def main(seconds: float, memory: int) -> None:
    """Answer requests until there are no more.

    Args:
        seconds: Nothing takes longer; the process ends itself if nobody else has done so by then.
        memory: Bytes of address space that a request may take beside what the process has already.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    logging.disable()  # parsers log what they stumble over, and so the texts of users
    _load_parsers()
    _bound(memory)
    _write(answers, READY)
    while header := sys.stdin.buffer.readline():
        request = json.loads(header)
        content = sys.stdin.buffer.read(request.pop("size"))
        _alarm(seconds)
        answer = _answer(content, **request)
        _alarm(0)
        _write(answers, json.dumps(answer).encode() + b"\n")
        del content, answer


def _load_parsers() -> None:
    """Have all that is loaded with the first page and document, so that no reader waits for it."""
    extract(_A_PAGE, "the first page")
    try:
        import mammoth  # noqa: F401
        import pypdf  # noqa: F401
        import striprtf.striprtf  # noqa: F401
    except ImportError:
        return  # said to whoever gives such a file


def _bound(memory: int) -> None:
    """Make allocations beyond the bound fail, where the system can: Linux alone keeps its word on this."""
    if sys.platform == "linux":
        import resource

        import psutil

        most = psutil.Process().memory_info().vms + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold what users have given


def _alarm(seconds: float) -> None:
    """End the process after some time, whatever it does then; 0 takes the alarm back."""
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(content: bytes, kind: str, name: str, url: str) -> dict[str, Any]:
    try:
        return {"found": asdict(_bounded(read(content, kind, name, url), name))}
    except InputError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": f"{name} takes too much memory to be read; {REMEDY}"}
    except RecursionError:
        return {"refused": f"{name} is nested too deeply to be read; {REMEDY}"}
    except Exception as error:  # whatever a strange page makes its parser raise
        return {"refused": f"{name} cannot be read: its parser failed ({type(error).__name__}); {REMEDY}"}


def read(content: bytes, kind: str, name: str, url: str = "") -> Extracted:
    """What a document or page says.

    Args:
        content: Its bytes; of a page in UTF-8.
        kind: PAGE, WORD, PDF or RTF.
        name: What an error calls it.
        url: Where a page was found; "" if unknown.

    Raises:
        InputError: There is no article to be had from it.
    """
    if kind == PAGE:
        try:
            html = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{name} is not UTF-8 text; convert it, or {REMEDY}") from error
        return extract(html, name, url)
    title, text = {WORD: read_docx, PDF: read_pdf, RTF: read_rtf}[kind](content, name)
    return Extracted(text, title, "", "", "")


def _bounded(found: Extracted, name: str) -> Extracted:
    if len(found.text) > CHARACTERS:
        raise InputError(f"{name} holds more than {CHARACTERS:,} characters; give the article alone")
    return found


def _write(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()
