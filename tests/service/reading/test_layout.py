import time

import pytest

from newstance.service.reading.actors import find_actors
from newstance.service.reading.layout import find_turns
from newstance.service.reading.quotations import find_quotations

TRANSCRIPT = """HOST: Welcome.

INGA HOLT: The levy is unfair. I want it gone.

PETER LOWE: It pays for the quay.

HOST: Thanks."""
INTERVIEW = """Mayor Inga Holt spoke to us.

Q: Is the levy unfair?

A: Yes. It always was.

Q: And Peter Lowe?

A: He is wrong."""
LETTERS = """Letters

The levy is unfair. Scrap it.
Inga Holt
Harwick

Who pays?
I like the levy. It pays for the quay.
Peter Lowe"""


def turns(text):
    return [
        (text[turn.name_start : turn.name_end] if turn.name_start >= 0 else turn.kind, text[turn.start : turn.end])
        for turn in find_turns(text)
    ]


@pytest.mark.parametrize(
    ("line", "name", "words"),
    [
        ('Holt: "The levy is unfair"', "Holt", '"The levy is unfair"'),
        ("Mayor Inga Holt on the levy: ‘It is unfair’", "Inga Holt", "‘It is unfair’"),
        ("• Inga Holt, Centre: “It is unfair.”", "Inga Holt", "“It is unfair.”"),
        ("- Inga van den Berg (Greens) – “It is unfair.”", "Inga van den Berg", "“It is unfair.”"),
    ],
)
def test_name_in_front_of_a_quotation(line, name, words):
    assert turns(f"The council met.\n{line}\nIt rained.") == [(name, words)]


def test_transcript_of_one_paragraph():
    text = "MS HOLT: Is it fair? MR VAN LOWE: It is. I said so. MS HOLT: “No.” MR VAN LOWE: Yes. The cost: ten."
    assert turns(text) == [
        ("HOLT", "Is it fair?"),
        ("VAN LOWE", "It is. I said so."),
        ("HOLT", "“No.”"),
        ("VAN LOWE", "Yes. The cost: ten."),
    ]


def test_transcript():
    assert turns(TRANSCRIPT) == [
        ("INGA HOLT", "The levy is unfair. I want it gone."),
        ("PETER LOWE", "It pays for the quay."),
    ]


def test_interview():
    assert turns(INTERVIEW) == [
        ("question", "Is the levy unfair?"),
        ("answer", "Yes. It always was."),
        ("question", "And Peter Lowe?"),
        ("answer", "He is wrong."),
    ]


def test_letters():
    assert turns(LETTERS) == [
        ("Inga Holt", "The levy is unfair. Scrap it."),
        ("Peter Lowe", "Who pays?\nI like the levy. It pays for the quay."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The plan: no ferry.",
        "The mayor said this: “It is unfair.”",
        "Vaccines: what we know\nThe council met.",
        "Q: Who knows?",
        "A: The first point.",
        "The levy is unfair.\nInga Holt",
        "",
    ],
)
def test_other_lines_are_no_turns(text):
    assert turns(text) == []


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        (TRANSCRIPT, {"The levy": "Inga Holt", "It pays": "Peter Lowe"}),
        (INTERVIEW, {"Is the levy": None, "Yes": "Inga Holt", "He is": "Inga Holt"}),
        (LETTERS, {"The levy": "Inga Holt", "Who pays": "Peter Lowe"}),
        (
            '• Inga Holt, Centre: "It is unfair."\nPeter Lowe (Greens) – "I like it."',
            {"It": "Inga Holt", "I ": "Peter Lowe"},
        ),
        ('Mayor Inga Holt was furious about the levy: "It robbed us."', {"It robbed": "Inga Holt"}),
    ],
)
def test_who_speaks_by_layout(annotator, text, speakers):
    doc = annotator.annotate(text)
    quotations = find_quotations(doc, find_actors(doc))
    for begin, speaker in speakers.items():
        found = [q for q in quotations if text[q.start : q.end].startswith(begin) and q.kind == "direct"]
        assert [q.speaker and q.speaker.name for q in found] == [speaker]


@pytest.mark.parametrize(
    "unit", ["A: ", "Ann Dale: x\n", "A b\n\n", "Q: a\nA: b\n", "x.\nAnn Dale\n\n", "A (b ", "- A"]
)
def test_hostile_text_takes_time_in_proportion(unit):
    text = unit * (100_000 // len(unit))
    start = time.monotonic()
    find_turns(text)
    assert time.monotonic() - start < 4
