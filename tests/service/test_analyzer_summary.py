"""The summary that an analyzer gives: its length, its sources, and what the guard does to it."""

import pytest
from harbour import ARTICLE, TEXT

from newstance.models.errors import ModelError
from newstance.models.faults import invented
from newstance.models.summarizer import GeneratedSummary
from newstance.service import Analyzer, Article

pytestmark = pytest.mark.embedded

INVENTED = "Boris Johnson praised the harbour plan on Monday."
TRUE = "Peter Miller said the harbour plan costs too much."


class Scripted:
    """A summarizer that writes what it is told."""

    def __init__(self, *sentences):
        self._sentences = sentences

    def summarize(self, text, *, sentences=None, words=None, on_text=None, sample=0):
        if on_text:
            on_text(" ".join(self._sentences))
        return GeneratedSummary(" ".join(self._sentences), self._sentences, False, "script")


@pytest.fixture
def guarded(analyzer):
    def make(unsupported, *sentences, **settings):
        guard = analyzer.profile.guard.model_copy(update={"unsupported": unsupported, **settings})
        profile = analyzer.profile.model_copy(update={"guard": guard})
        return Analyzer(profile, analyzer.annotator, analyzer.classifier, Scripted(*sentences))

    return make


def test_lead_summary_has_its_own_sentences_for_sources(analyzer):
    summary = analyzer.analyze(ARTICLE, ["rain"]).summary
    assert summary.text == "Ingrid Solberg praised the harbour plan on Monday. It rained all day."
    assert [s.sources[0].text for s in summary.sentences] == [s.text for s in summary.sentences]
    assert {s.support for s in summary.sentences} == {1.0}


def test_length_of_the_summary_is_the_callers(analyzer):
    assert len(analyzer.analyze(ARTICLE, ["rain"], sentences=1).summary.sentences) == 1
    assert len(analyzer.summarize(ARTICLE, sentences=3).sentences) == 3


def test_as_many_sentences_as_the_profile_says_where_fewer_were_written(guarded):
    analyzer = guarded("replace", TRUE, prefer="coverage")
    assert analyzer.profile.summarizer.sentences == 2
    assert len(analyzer.summarize(ARTICLE).sentences) == 2
    assert len(analyzer.summarize(ARTICLE, sentences=3).sentences) == 3


def test_text_no_longer_than_its_summary_comes_back_and_says_so(analyzer):
    summary = analyzer.summarize(Article.from_text("It rained all day."))
    assert summary.unchanged
    assert summary.text == "It rained all day."


def test_invented_name_is_replaced_by_the_articles_own_sentence(guarded):
    summary = guarded("replace", INVENTED, TRUE).analyze(ARTICLE, ["rain"]).summary
    first, second = summary.sentences
    assert first.text == "Ingrid Solberg praised the harbour plan on Monday." == first.sources[0].text
    assert first.replaced == INVENTED
    assert first.unsupported == ("Boris", "Johnson")
    assert (second.text, second.replaced) == (TRUE, None)
    assert "Boris" not in summary.text
    assert invented(summary.text, TEXT) == ()


def test_invented_name_is_dropped(guarded):
    summary = guarded("drop", INVENTED, TRUE).summarize(ARTICLE)
    assert summary.text == TRUE
    assert summary.dropped == (INVENTED,)


def test_invented_name_is_kept_with_its_flag(guarded):
    summary = guarded("keep", INVENTED, TRUE).summarize(ARTICLE)
    assert summary.text == f"{INVENTED} {TRUE}"
    assert summary.sentences[0].unsupported == ("Boris", "Johnson")
    assert summary.sentences[0].replaced is None


def test_sentence_without_any_source_gives_way_to_what_tells_most_beside_the_rest(guarded):
    first, second = guarded("replace", "Penguins swim.", TRUE).summarize(ARTICLE).sentences
    assert (first.replaced, first.is_quoted, first.text in ARTICLE.text) == ("Penguins swim.", True, True)
    assert (second.text, second.replaced) == (TRUE, None)
    assert guarded("drop", "Penguins swim.", TRUE).summarize(ARTICLE).dropped == ("Penguins swim.",)


def test_weak_support_counts_as_unsupported_and_no_source_comes_twice(guarded):
    summary = guarded("replace", INVENTED, "Harbour plans please sailors, bankers, cooks.", INVENTED).summarize(ARTICLE)
    assert len(summary.sentences) == len({s.text for s in summary.sentences})


def test_text_is_streamed_and_a_caller_can_stop_it(guarded):
    pieces = []
    guarded("keep", TRUE).summarize(ARTICLE, on_text=pieces.append)
    assert "".join(pieces) == TRUE

    def stop(piece):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded("keep", TRUE).summarize(ARTICLE, on_text=stop)


def test_a_failing_summarizer_loses_no_stance(analyzer):
    class Failing:
        def summarize(self, text, **options):
            raise ModelError("the model wrote no whole sentence")

    failing = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, Failing())
    analysis = failing.analyze(ARTICLE, targets=["the harbour plan"])
    assert analysis.summary is None
    assert analysis.notes == ("No summary: the model wrote no whole sentence",)
    assert {s.actor.name: s.label for s in analysis.stances}["Peter Miller"] == "against"
    assert "No summary" in analysis.to_markdown()
