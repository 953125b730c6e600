import time

import pytest

from newstance.service.intake.lines import unwrapped

WRAPPED = """The town's new mayor, Ingrid
Solberg opened the ferry on Monday.
"It will bring people to the old
harbour," she told the owners. The
fishermen, led by Peter Miller,
stayed away.
They want the quay for themselves,
and said so."""


def test_wrapped_lines_are_joined_to_paragraphs():
    text = f"Ferry opens\n\n{WRAPPED}\n\nIt rained."
    joined = unwrapped(text)
    assert len(joined) == len(text)
    assert joined.split("\n") == [
        "Ferry opens",
        "",
        "The town's new mayor, Ingrid Solberg opened the ferry on Monday. "
        '"It will bring people to the old harbour," she told the '
        "owners. The fishermen, led by Peter Miller, stayed away.",
        "They want the quay for themselves, and said so.",
        "",
        "It rained.",
    ]


def test_one_break_inside_of_a_sentence():
    assert (
        unwrapped("Miller attacked the\nferry.\nSolberg praised it.")
        == "Miller attacked the ferry.\nSolberg praised it."
    )


@pytest.mark.parametrize(
    "text",
    [
        "A headline\nThe council met.\nIt rained.",
        "Name\tVote\nInga\tyes\nola\tno",
        "What was said:\n- no ferry\n- no quay",
        "MAYOR: No.\nMILLER: Yes.",
        "One.\n\n\nTwo\n",
        "",
    ],
)
def test_other_lines_stay(text):
    assert unwrapped(text) == text


@pytest.mark.parametrize("text", ["a" * 10**6, "a\n" * 500_000, " \n" * 500_000, "A b\n" * 250_000])
def test_takes_time_in_proportion(text):
    start = time.monotonic()
    assert len(unwrapped(text)) == len(text)
    assert time.monotonic() - start < 5
