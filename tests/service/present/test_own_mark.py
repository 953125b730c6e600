"""The mark of a sentence in the article's own words that is not one of its sentences."""

import pytest

from newstance.service.analysis import Source, Summary, SummarySentence
from newstance.service.present.summary import summary

TEXT = "Clarke, who came in spring, opposes the sale. But Solberg backs it."
BORDER = TEXT.index(" But")
WHOLE, NEXT = TEXT[:BORDER], TEXT[BORDER + 1 :]
FIRST, SECOND = Source(0, BORDER, WHOLE), Source(BORDER + 1, len(TEXT), NEXT)


@pytest.mark.parametrize(
    ("text", "sources", "support", "mark"),
    [
        ("Clarke opposes the sale.", (FIRST,), 0.9, "shortened"),
        (f"{WHOLE[:-1]}, but Solberg backs it.", (FIRST, SECOND), 1.0, "edited"),
        ("But Anna Solberg backs it.", (SECOND,), 1.0, "edited"),
    ],
)
def test_the_faults_of_what_it_stands_for_are_not_its_own(text, sources, support, mark):
    one = SummarySentence(text, sources, support, "Boris sells.", ("Boris",))
    shown = summary(Summary((one,), "m"))
    assert f"own words, {mark}" in shown
    assert "! not in the article" not in shown
    assert one.is_own


def test_what_is_only_borne_out_has_no_mark():
    one = SummarySentence("Clarke is against a sale.", (FIRST,), 0.95)
    assert not one.is_own
    assert "own words" not in summary(Summary((one,), "m"))
