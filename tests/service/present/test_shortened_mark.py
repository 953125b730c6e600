"""The mark of a shortened sentence that stands for another one."""

from newstance.service.analysis import Source, Summary, SummarySentence
from newstance.service.present.summary import summary

WHOLE = "Clarke, who came in spring, opposes the sale."


def test_the_faults_of_what_it_stands_for_are_not_its_own():
    one = SummarySentence("Clarke opposes the sale.", (Source(0, len(WHOLE), WHOLE),), 0.9, "Boris sells.", ("Boris",))
    shown = summary(Summary((one,), "m"))
    assert "own words, shortened" in shown
    assert "! not in the article" not in shown
