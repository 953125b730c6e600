from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from newstance.models import StancePrediction
from newstance.service import Actor, Evidence, Mention, Stance
from newstance.service.judging import stances
from newstance.service.judging.passages import Passage, alone, target_of
from newstance.service.judging.stances import (
    MIXED,
    NOT_MENTIONED,
    NOT_NAMED,
    NOTHING_SHOWN,
    SAME,
    Judged,
    judge,
    stance_of,
)
from newstance.service.judging.window import window_of
from newstance.service.profile import AggregationSettings
from newstance.service.reading.reading import Reading
from newstance.service.reading.sentences import Sentence

TEXT = "Kim spoke. Kim left. Putin ran. Kim slept. It rained."
PLACES = [(0, 10), (11, 20), (21, 31), (32, 42), (43, 53)]
SENTENCES = [Sentence(start, end, frozenset(), None) for start, end in PLACES]
ARTICLE = Reading(None, SimpleNamespace(text=TEXT), (), (), SENTENCES, None, None)
KIM = Actor("Kim", "person", (), (Mention(0, 3, "Kim"), Mention(11, 14, "Kim"), Mention(32, 35, "Kim")))
PUTIN = Actor("Putin", "person", (), (Mention(21, 26, "Putin"),))
SETTINGS = AggregationSettings(
    threshold=0.5,
    sentences_from=0.1,
    evidence_threshold=0.3,
    further_evidence=0.6,
    mixed_threshold=0.25,
    related_similarity=0.35,
)
PLAN = target_of("the plan", (), [KIM, PUTIN])
shares = st.floats(0, 1)


@pytest.fixture(autouse=True)
def voices(monkeypatch):
    """Whose word a sentence is takes a parse, and is tested where it is found."""
    monkeypatch.setattr(stances, "voice_of", lambda sentence, *rest: ("claim", f"at {sentence.start}"))


def said(favor, against=0.0, truncated=False):
    probabilities = {"favor": favor, "against": against, "neutral": 1 - favor - against}
    return StancePrediction(max(probabilities, key=probabilities.get), probabilities, truncated)


def passages(named=(0, 1, 3), speaker=None):
    return [Passage(start, end, TEXT[start:end], speaker, i in named, i == 4) for i, (start, end) in enumerate(PLACES)]


def judged(window, *asked, actor=KIM, target=PLAN, **which):
    """A pair whose sentences, in order, are said to show something; None was not asked."""
    told = [(i, one) for i, one in enumerate(asked) if one is not None]
    return Judged(actor, target, passages(**which), window, told)


def stance(*told, settings=SETTINGS, **which):
    return stance_of(judged(*told, **which), ARTICLE, settings)


# stance_of


def test_the_likelier_side_is_the_answer_and_sentences_show_it():
    result = stance(said(0.8, 0.1), said(0.9), said(0.1), None, said(0.4))
    assert result.label == "favor"
    assert result.probability == result.probabilities["favor"] == 0.8
    assert [(e.text, e.label, e.probability) for e in result.evidence] == [("Kim spoke.", "favor", 0.9)]
    assert (result.note, result.is_mixed) == ("", False)


def test_evidence_is_where_it_says_and_carries_speaker_voice_and_truncation():
    (evidence,) = stance(said(0.9), None, said(0.9, truncated=True), speaker=PUTIN).evidence
    assert TEXT[evidence.start : evidence.end] == evidence.text == "Kim left."
    assert (evidence.speaker, evidence.truncated) == ("Putin", True)
    assert (evidence.voice, evidence.claimed_by) == ("claim", "at 11")


def test_the_first_sentence_may_be_weak_and_further_ones_must_be_sure():
    result = stance(said(0.9), said(0.35), said(0.31), None, said(0.55))
    assert [e.text for e in result.evidence] == ["Kim slept."]
    sure = stance(said(0.9), said(0.35), said(0.7), None, said(0.6))
    assert [(e.text, e.probability) for e in sure.evidence] == [("Kim left.", 0.7), ("Kim slept.", 0.6)]


def test_the_first_one_names_the_actor_if_any_such_shows_it():
    assert [e.text for e in stance(said(0.9), None, None, said(0.95), said(0.4)).evidence] == ["Kim slept."]
    assert [e.text for e in stance(said(0.9), None, None, said(0.95), said(0.1)).evidence] == ["Putin ran."]


def test_a_sentence_without_the_actor_is_none_where_one_with_the_actor_shows_the_other_side():
    torn = stance(said(0.9), said(0, 0.7), None, said(0.95))
    assert (torn.label, [e.text for e in torn.evidence]) == ("neutral", ["Kim spoke."])
    assert "leans favor (0.90)" in torn.note
    assert stance(said(0.9), None, None, said(0.95), speaker=PUTIN).label == "neutral"  # not the actor's words
    unsure = stance(said(0.9), said(0, 0.5), None, said(0.95))
    assert (unsure.label, [e.text for e in unsure.evidence]) == ("favor", ["Putin ran."])


def test_the_other_side_is_shown_behind_where_it_is_sure():
    result = stance(said(0.9, 0.1), said(0.05, 0.9), said(0.8), None, said(0, 0.5))
    assert [(e.label, e.text) for e in result.evidence] == [("favor", "Kim left."), ("against", "Kim spoke.")]


def test_no_more_evidence_for_a_side_than_the_profile_says():
    sure = [said(0.9), said(0.95), None, said(0.8)]
    for most, shown in ((1, ["Kim left."]), (2, ["Kim left.", "Kim spoke."])):
        found = stance(said(0.9), *sure, settings=SETTINGS.model_copy(update={"most_evidence": most}))
        assert [e.text for e in found.evidence] == shown


def test_the_text_of_the_article_is_put_together_once_for_all_evidence():
    texts = []

    class Doc:
        @property
        def text(self):
            texts.append(TEXT)
            return TEXT

    found = stance_of(judged(said(0.9), said(0.9), said(0.95)), replace(ARTICLE, doc=Doc()), SETTINGS)
    assert len(found.evidence) == 2
    assert texts == [TEXT]


def test_a_stance_that_no_sentence_shows_is_neutral_and_says_so():
    window, none = said(0.95), said(0.2)
    result = stance(window, none, none)
    assert (result.label, result.evidence) == ("neutral", ())
    assert result.note == "no single sentence shows it: the article as a whole leans favor (0.95)"
    # One that shows the other side is none for this one.
    other = stance(window, said(0, 0.9))
    assert (other.label, [e.label for e in other.evidence]) == ("neutral", ["against"])
    assert "leans favor" in other.note


def test_below_the_threshold_it_is_neutral_and_says_where_it_leans():
    result = stance(said(0.1, 0.45), said(0, 0.4))
    assert result.label == "neutral"
    assert result.note.startswith("leans against (0.4")
    assert "below the threshold of 0.50" in result.note
    assert result.probability == result.probabilities["neutral"]


def test_threshold_itself_is_enough():
    told = (said(0.5, 0.2), said(0.6))
    exactly = stance(*told).probabilities["favor"]
    assert stance(*told, settings=SETTINGS.model_copy(update={"threshold": exactly})).label == "favor"
    above = SETTINGS.model_copy(update={"threshold": exactly + 1e-9})
    assert stance(*told, settings=above).label == "neutral"


@pytest.mark.parametrize(
    ("probability", "word"),
    [(0.5, "weak"), (0.69, "weak"), (0.7, "leaning"), (0.85, "clear"), (0.92, "clear"), (0.93, "strong"), (0.4, "")],
)
def test_how_sure_a_stance_is_has_a_word_and_neutral_none(probability, word):
    assert stance(said(probability), said(0.9)).certainty == word
    assert stance(said(0.0, probability), said(0, 0.9)).certainty == word


def test_nothing_to_show_is_neutral_and_says_why():
    nothing = stance(said(0.01, 0.01))
    assert (nothing.label, nothing.note, nothing.evidence) == ("neutral", NOTHING_SHOWN, ())
    silent = replace(PLAN, is_mentioned=False)
    unnamed = Actor("Li", "person")
    for actor, target, note in [
        (unnamed, PLAN, NOT_NAMED),
        (KIM, target_of("Kim", (), [KIM]), SAME),
        (KIM, silent, NOT_MENTIONED),
        (unnamed, silent, NOT_NAMED),
    ]:
        result = stance_of(Judged(actor, target, [], None, []), ARTICLE, SETTINGS)
        assert (result.label, result.probability, result.note) == ("neutral", 1.0, note)


def test_mixed_takes_both_sides_probable_and_strong_evidence_of_each():
    both = stance(said(0.5, 0.45), said(0.9), said(0, 0.9))
    assert both.is_mixed
    assert both.display == "mixed"
    assert both.note.startswith(MIXED)
    weak = stance(said(0.5, 0.45), said(0.9), said(0, 0.55))
    assert not weak.is_mixed
    improbable = stance(said(0.9, 0.05), said(0.95), said(0, 0.7))
    assert not improbable.is_mixed
    assert {e.label for e in improbable.evidence} == {"favor", "against"}


def test_sentences_have_their_share_where_the_profile_gives_them_one():
    told = (said(0.9, 0.1), said(0, 0.9), said(0.2, 0.6), said(1))  # the last does not name the actor
    assert stance(*told).probabilities == said(0.9, 0.1).probabilities
    half = stance(*told, settings=SETTINGS.model_copy(update={"window_share": 0.5})).probabilities
    f, a = 0.2 * 0.1, 0.9 * 0.8
    total = f + a + 0.8 * 0.1
    assert half["favor"] == pytest.approx((0.9 + f / total) / 2)
    assert half["against"] == pytest.approx((0.1 + a / total) / 2)
    none = stance(*told, settings=SETTINGS.model_copy(update={"window_share": 0}))
    assert (none.label, none.probabilities["against"]) == ("against", pytest.approx(a / total))
    # Two that are both sure cannot both be right.
    torn = stance(said(0.9), said(1), said(0, 1), settings=SETTINGS.model_copy(update={"window_share": 0}))
    assert (torn.label, torn.probabilities["neutral"]) == ("neutral", 1)


answers = st.tuples(shares, shares).map(lambda t: said(t[0] * (1 - t[1]), t[1] * (1 - t[0])))


@bounds(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers, st.lists(st.none() | answers, max_size=5), shares, shares)
def test_a_stance_never_comes_without_evidence_for_it(window, asked, one, other):
    low, high = sorted((one, other))
    settings = SETTINGS.model_copy(update={"threshold": max(high, 0.01), "evidence_threshold": low})
    result = stance(window, *asked, settings=settings)
    assert result.label == "neutral" or result.label in {e.label for e in result.evidence}
    assert result.label != "neutral" or result.note
    assert sum(result.probabilities.values()) == pytest.approx(1)
    assert all(TEXT[e.start : e.end] == e.text for e in result.evidence)


def test_stance_without_evidence_cannot_be_made():
    half = {"favor": 0.9, "against": 0.05, "neutral": 0.05}
    with pytest.raises(ValueError, match="a stance without evidence: Kim favor the plan"):
        Stance(KIM, "the plan", "favor", 0.9, half)
    Stance(KIM, "the plan", "favor", 0.9, half, (Evidence(0, 3, "Kim", "favor", 0.9),))
    Stance(KIM, "the plan", "neutral", 0.05, half)


# judge


class Model:
    """Says of a text what is looked up for it, else that it shows nothing."""

    def __init__(self, **told):
        self.told = told
        self.asked = []

    def __call__(self, queries):
        self.asked.append([(query.text, query.holder, query.target) for query in queries])
        return [self.told.get(query.text.split()[-1].strip("."), said(0.01)) for query in queries]


@pytest.fixture
def of_passages(monkeypatch):
    """Gives every pair the same passages."""

    def make(found):
        monkeypatch.setattr(stances, "passages_of", lambda actor, *rest: found if actor.mentions else [])

    return make


def test_sentences_are_asked_only_where_the_window_may_show_a_stance(of_passages):
    of_passages(passages())
    flat, told = Model(rained=said(0.09, 0.05)), Model(rained=said(0.1))
    (silent,), (telling,) = (judge([(KIM, PLAN)], ARTICLE, SETTINGS, model) for model in (flat, told))
    assert [len(batch) for batch in flat.asked] == [1]
    assert (silent.told, silent.window) == ([], said(0.09, 0.05))
    assert [k for k, _ in telling.told] == [0, 1, 2, 3, 4]
    assert told.asked[0] == [("Kim spoke. Kim left. Putin ran. Kim slept. It rained.", "Kim", "the plan")]
    assert [text for text, *_ in told.asked[1]] == [alone(passages(), k) for k in range(5)]


def test_sentences_are_asked_where_both_sides_may_be_right(of_passages):
    of_passages(passages())
    late = SETTINGS.model_copy(update={"sentences_from": 0.5})
    for window, asks in ((said(0.45, 0.2), False), (said(0.45, 0.3), True), (said(0.5), True)):
        (found,) = judge([(KIM, PLAN)], ARTICLE, late, Model(rained=window))
        assert bool(found.told) == asks


def test_only_sentences_of_the_window_are_asked(of_passages):
    long = [replace(one, prompt=f"{'word ' * 30}{one.prompt}") for one in passages(named=(0, 3))]
    of_passages(long)
    settings = SETTINGS.model_copy(update={"window_words": 35})
    (found,) = judge([(KIM, PLAN)], ARTICLE, settings, Model(spoke=said(0.9), slept=said(0.9), rained=said(0.9)))
    assert [k for k, _ in found.told] == list(window_of(long, 35).chosen)


def test_pairs_keep_their_order_and_their_own_answers(of_passages):
    of_passages(passages())
    li = Actor("Li", "person")
    model = Model(rained=said(0.9), spoke=said(0.8))
    found = judge([(KIM, PLAN), (li, PLAN), (PUTIN, PLAN)], ARTICLE, SETTINGS, model)
    assert [one.actor for one in found] == [KIM, li, PUTIN]
    assert [one.window is None for one in found] == [False, True, False]
    assert len(model.asked) == 2  # one call for all windows, one for all sentences
    assert [holder for _, holder, _ in model.asked[0]] == ["Kim", "Putin"]
    assert found[0].told[0][1] == said(0.8)


class Telling(Model):
    """Says also what each part of a window shows: what is looked up for it."""

    def __call__(self, queries):
        answers = super().__call__(queries)
        ends = [[query.text[:end].split()[-1].strip(".") for _, end in query.parts] for query in queries]
        parts = [tuple(self.told.get(f"part_{end}", said(0.01)) for end in of_one) for of_one in ends]
        return [replace(answer, parts=of_one) for answer, of_one in zip(answers, parts, strict=True)]


def test_a_model_that_tells_of_sentences_is_asked_about_windows_alone(of_passages):
    of_passages(passages())
    model = Telling(rained=said(0.9), part_ran=said(0.6), part_left=said(0.1, 0.2))
    (found,) = judge([(KIM, PLAN)], ARTICLE, SETTINGS, model)
    assert [len(batch) for batch in model.asked] == [1]
    assert found.told == [(0, said(0.01)), (1, said(0.1, 0.2)), (2, said(0.6)), (3, said(0.01)), (4, said(0.01))]
    assert not found.alone
    (silent,) = judge([(KIM, PLAN)], ARTICLE, SETTINGS, Telling(rained=said(0.05), part_ran=said(0.6)))
    assert silent.told == []


def test_what_is_told_of_a_sentence_in_its_window_counts_whomever_it_names():
    by_itself = judged(said(0.9), said(0.4), None, said(0.8))
    in_window = replace(by_itself, alone=False)
    found = [stance_of(one, ARTICLE, SETTINGS).evidence for one in (by_itself, in_window)]
    assert [item.start for item in found[0]] == [0]  # it names Kim
    assert [item.start for item in found[1]] == [21]  # it is surer; the other is not sure enough to stand beside


def test_a_sentence_of_the_window_that_surely_shows_something_shows_what_the_window_says():
    by_itself = judged(said(0.9, 0.05), said(0.1, 0.7), said(0.01))
    found = stance_of(replace(by_itself, alone=False), ARTICLE, SETTINGS)
    assert (found.label, found.is_mixed) == ("favor", False)
    assert [(item.text, item.label, item.probability) for item in found.evidence] == [("Kim spoke.", "favor", 0.8)]
    assert stance_of(by_itself, ARTICLE, SETTINGS).label == "neutral"
    unsure = replace(judged(said(0.9, 0.05), said(0.1, 0.4)), alone=False)
    assert stance_of(unsure, ARTICLE, SETTINGS).label == "neutral"


def test_no_pairs_ask_nothing(of_passages):
    assert judge([], ARTICLE, SETTINGS, Model()) == []
