import time

import pytest

from newstance.models.words import bare, composed


@pytest.mark.parametrize(
    ("apart", "whole"),
    [
        ("Andre\u0301 Mu\u0308ller", "Andr\u00e9 M\u00fcller"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("Kim", "Kim"),
        ("", ""),
    ],
)
def test_a_letter_and_its_accents_are_one_character(apart, whole):
    assert composed(apart) == whole
    assert composed(whole) == whole
    assert bare(composed(apart)) == bare(whole)


def test_marks_without_end_take_time_in_proportion():
    text = "Kim" + "\u0301\u0316" * 50_000
    start = time.process_time()
    assert composed(text) == text
    assert time.process_time() - start < 1
