import json
import re
import subprocess
import sys

import pytest

from newstance.models.errors import InputError
from newstance.service.corrections import Correction, CorrectionFile, latest

TEXT = "Solberg praised the harbour plan."


def correction(**more):
    return Correction(
        **{"text": TEXT, "holder": "Solberg", "target": "the plan", "label": "favor", "coder": "ann"} | more
    )


# One correction


def test_what_is_written_is_read_back_with_all_that_it_holds(tmp_path):
    given = [
        correction(said="neutral", probability=0.61, model="bundled:x", title="Harbour", source="Times"),
        correction(change="no actor", target="", label=""),
        correction(change="kind", target="", label="person", said="body"),
        correction(change="merge", target="", label="Ingrid Solberg"),
        correction(text="Ünïcode \u2028 text with\nlines", when="2026-01-31T12:00:00+02:00"),
    ]
    file = CorrectionFile(tmp_path / "mine.jsonl")
    file.append(given[:2])
    file.append(given[2:])
    assert file.read() == given
    assert given[-1].when == "2026-01-31T10:00:00.000Z"
    row = json.loads((tmp_path / "mine.jsonl").read_text().splitlines()[0])
    assert row["said"] == "neutral" and row["probability"] == 0.61 and row["coder"] == "ann"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"label": "pro"}, "the label 'pro' does not fit 'stance'; it must be favor, against, neutral"),
        ({"change": "no actor", "label": "person"}, "the label 'person' does not fit 'no actor'; it must be empty"),
        ({"change": "kind", "label": "thing"}, "must be person, body, country, group"),
        ({"change": "merge", "label": " "}, "the label ' ' names nothing"),
        ({"change": "delete"}, "the change 'delete' is none of stance, no actor"),
        ({"coder": ""}, "the coder '' names nothing"),
        ({"target": "…"}, "the target '…' names nothing"),
        ({"text": " \n"}, "the text is empty"),
        ({"probability": 1.2}, "the probability 1.2 is not from 0 to 1"),
        ({"probability": float("nan")}, "the probability nan is not from 0 to 1"),
        ({"when": "yesterday"}, "the time 'yesterday' is none"),
        ({"holder": "x" * 1001}, "holder has 1,001 characters; 1,000 are the most"),
    ],
)
def test_what_is_no_correction_is_refused_with_what_is_wrong(wrong, message):
    with pytest.raises(InputError, match=re.escape(message)):
        correction(**wrong)


# The file


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "Expecting property name"),
        ("[]", "a JSON object is expected, and not '[]'"),
        ('{"text": "a"}', "holder: Field required"),
        ('{"text": "a", "wer": "b"}', "unknown fields wer"),
        ('{"text": "a", "holder": "b", "target": "c", "label": 3, "coder": "d"}', "label: Input should be a valid str"),
        ("[" * 10_000, "no correction"),
        ("\udcff", "codec can't decode"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(tmp_path, line, message):
    path = tmp_path / "mine.jsonl"
    good = json.dumps(correction().to_dict())
    path.write_bytes(f"{good}\n\n{line}\n".encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=rf"mine\.jsonl:3: .*{re.escape(message)}"):
        CorrectionFile(path).read()


def test_a_missing_file_and_one_that_cannot_be_written_are_told(tmp_path):
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read: No such file"):
        CorrectionFile(tmp_path / "none.jsonl").read()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written: .*name a file in a folder that is yours"):
        CorrectionFile(tmp_path / "file" / "mine.jsonl").append([correction()])
    with pytest.raises(InputError, match=r"cannot be written: "):
        CorrectionFile(tmp_path).append([correction()])


def test_a_last_line_without_its_end_is_not_joined_with_the_next(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(correction().to_dict()))
    CorrectionFile(path).append([correction(coder="bob")])
    assert [one.coder for one in CorrectionFile(path).read()] == ["ann", "bob"]


def test_nothing_is_written_where_there_is_nothing_to_write(tmp_path):
    CorrectionFile(tmp_path / "mine.jsonl").append([])
    assert list(tmp_path.iterdir()) == []


_ADDING = """
import sys
from newstance.service.corrections import Correction, CorrectionFile
path, coder, text = sys.argv[1:]
for i in range(40):
    row = Correction(text * 50, "Anna Schmidt", "favor", coder, f"plan {i}")
    CorrectionFile(path).append([row] * 2)
"""


def test_several_processes_add_to_one_file(tmp_path):
    path = tmp_path / "mine.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", _ADDING, str(path), coder, TEXT]) for coder in ("ann", "bob", "cid")
    ]
    assert [writer.wait(100) for writer in writers] == [0, 0, 0]
    read = CorrectionFile(path).read()
    assert len(read) == 240
    assert all(one == other for one, other in zip(read[::2], read[1::2], strict=True))  # each pair in one piece


# The last word


def test_the_last_word_of_a_coder_on_a_cell_counts():
    def at(minute, **more):
        return correction(when=f"2026-01-31T12:{minute:02}:00Z", **more)

    given = [
        at(5, label="neutral"),
        at(1, label="against"),
        at(2, coder="bob"),
        at(3, target="the mayor"),
        at(4, text="Another article on it."),
        at(6, change="kind", target="", label="body"),
        at(7, change="split", target="", label="the mayor"),
        at(8, change="split", target="", label="Peter Vik"),
        at(9, change="merge", target="", label="Vik"),
        at(10, change="merge", target="", label="Ingrid Solberg"),
    ]
    kept = latest(given)
    assert given[1] not in kept and given[8] not in kept
    assert sorted(one.when for one in kept) == [one.when for one in kept]
    assert len(kept) == 8


def test_of_words_at_the_same_time_the_later_row_counts():
    when = "2026-01-31T12:00:00Z"
    assert latest([correction(when=when), correction(when=when, label="against")])[0].label == "against"
