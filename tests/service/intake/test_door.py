import io
import os
import socket
import time
from pathlib import Path

import pytest

from newstance.models.errors import InputError
from newstance.service import Article
from newstance.service.intake.door import read_file, read_stream

WORDS = "Kim praised Putin."
posix = pytest.mark.skipif(os.name != "posix", reason="these are no files of Windows")


def refusal(path):
    """Why an article's file is refused; it must be at once."""
    start = time.monotonic()
    with pytest.raises(InputError) as raised:
        Article.from_file(path)
    assert time.monotonic() - start < 1
    return str(raised.value)


@posix
@pytest.mark.parametrize("suffix", ["", ".txt", ".md", ".html", ".docx", ".pdf"])
def test_what_is_no_file_is_refused_before_it_is_read(tmp_path, suffix):
    fifo, link, heard = (tmp_path / f"{name}{suffix}" for name in ("fifo", "link", "heard"))
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(heard))
        assert (
            refusal(heard)
            == f"{heard} is a socket, no file; save what it gives to a file, or give it on standard input"
        )
    assert "is a pipe, no file; save what it gives to a file" in refusal(fifo)
    assert "is a pipe, no file" in refusal(link)
    link.unlink()
    link.symlink_to("/dev/zero")
    assert "is a device, no file" in refusal(link)
    assert "Is a directory; give a file" in refusal(tmp_path)


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/tty", "/dev/null"])
def test_device_is_refused(device):
    assert refusal(device).startswith(f"{device} is a device, no file")


@posix
def test_what_takes_the_place_of_a_file_is_refused(tmp_path, monkeypatch):
    """A file that turns into a FIFO between the look and the opening is not waited for."""
    (tmp_path / "a.txt").write_text(WORDS)
    os.mkfifo(tmp_path / "fifo")
    opened = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: opened(tmp_path / "fifo", flags))
    assert "is a pipe, no file" in refusal(tmp_path / "a.txt")


def test_link_to_a_file_is_read(tmp_path):
    (tmp_path / "a.txt").write_text(WORDS)
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert Article.from_file(tmp_path / "b.txt").text == WORDS
    (tmp_path / "a.txt").unlink()
    assert "cannot be read: No such file" in refusal(tmp_path / "b.txt")


def test_link_that_leads_to_itself(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    assert "cannot be read: Too many levels of symbolic links" in refusal(tmp_path / "a.txt")


def test_name_that_none_can_have():
    assert "'a\\x00b.txt' is no name of a file; give another" in refusal("a\0b.txt")


def test_size_is_bounded_by_what_is_read(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 1000)
    assert len(read_file(file, 1000)) == 1000
    with pytest.raises(InputError, match=r"a\.txt has more than 0\.000999 MB; give the article alone"):
        read_file(file, 999)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux has files that tell no size")
def test_file_that_tells_no_size():
    file = Path("/proc/self/status")
    assert file.stat().st_size == 0
    with pytest.raises(InputError, match="has more than"):
        read_file(file, 100)


@posix
def test_stream_is_not_read_beyond_its_bound():
    refused = pytest.raises(InputError, match="standard input has more than 5 MB; give the article alone")
    with Path("/dev/zero").open("rb") as endless, refused:
        read_stream(endless, 5_000_000, "standard input")
    assert read_stream(io.BytesIO(b"abc"), 3, "standard input") == b"abc"
