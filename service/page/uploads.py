"""The one door for files that readers send: what was not uploaded is not touched, and what is not used goes soon.

A browser names an uploaded file by its path on the server, so anybody can name any path. Gradio looks at it only in
apps that were started by ``launch``, and fetches what looks like an address.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from newstance.models.errors import InputError

KEPT = 300  # seconds that an upload stays which nobody has used
_FOLDER = "GRADIO_TEMP_DIR"  # where Gradio is told by the environment to put uploads and downloads


class NotUploadedError(InputError):
    """A path is not that of an uploaded file."""


def uploaded_file(path: str) -> Path:
    """An uploaded file, all links in its path followed.

    Args:
        path: What a browser has sent; anybody can send anything.

    Raises:
        NotUploadedError: It does not lead to a regular file below the upload folder.
    """
    given = Path(path)
    try:
        file = given.resolve(strict=True)
        is_upload = given.is_absolute() and file.is_relative_to(Path(get_upload_folder()).resolve()) and file.is_file()
    except (OSError, ValueError, RuntimeError):  # nothing is there, or it is no path, or its links go round
        is_upload = False
    if not is_upload:
        raise NotUploadedError("this file was not uploaded here, or is no longer kept; upload it again")
    return file


@contextmanager
def taken(path: str) -> Iterator[Path]:
    """An uploaded file, which is deleted at the end of the block; raises as ``uploaded_file``."""
    file = uploaded_file(path)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


class Guarded(gr.Blocks):  # type: ignore[misc]  # Gradio has no types
    """Blocks whose events take no file but an uploaded one, whichever of their inputs names it."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *more: Any, **named: Any) -> Any:
        """Hand an event's inputs on; Gradio would copy or fetch here what they name."""
        for path in _paths(inputs):
            try:
                uploaded_file(path)
            except NotUploadedError as error:
                raise gr.Error(str(error), print_exception=False) from error
        return await super().preprocess_data(block_fn, inputs, *more, **named)


def _paths(value: Any) -> Iterator[str]:
    """Whatever in an event's inputs Gradio might take for the path of a file."""
    values = [value]
    while values:  # not by recursion: they are as deep as somebody likes
        each = values.pop()
        if isinstance(each, dict):
            if isinstance(path := each.get("path"), str):
                yield path
            values.extend(each.values())
        elif isinstance(each, (list, tuple)):
            values.extend(each)


@contextmanager
def private_folder() -> Iterator[Path]:
    """An upload folder of this process's own, which is deleted at the end; to be entered before the page is built.

    Gradio's usual one is shared by all its apps on a machine, and others may read it.
    """
    before = os.environ.get(_FOLDER)
    if before:
        Path(before).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="newstance-uploads-", dir=before, ignore_cleanup_errors=True) as folder:
        os.environ[_FOLDER] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ[_FOLDER]
            else:
                os.environ[_FOLDER] = before


def delete_unused(blocks: Any, kept: float) -> None:
    """Delete uploads that are older than ``kept`` seconds, and what Gradio leaves beside them."""
    now = time.time()
    folder = Path(get_upload_folder())
    uploads: set[str] = blocks.upload_file_set
    # Of each upload, Gradio leaves an empty file; and the parts of a request that it has no use for.
    for file in [*map(Path, tuple(uploads)), *folder.glob("tmp*")]:
        with suppress(FileNotFoundError):
            if now - file.lstat().st_ctime <= kept:
                continue
            file.unlink()
        uploads.discard(str(file))
        with suppress(OSError):  # it holds another file
            if file.parent != folder:
                file.parent.rmdir()
