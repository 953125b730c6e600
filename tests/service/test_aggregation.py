from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.models import StancePrediction
from newstance.service import Actor, Article, Evidence, Mention, Stance
from newstance.service.aggregation import MIXED, NOT_MENTIONED, NOT_NAMED, NOTHING_SHOWN, SAME, aggregate, combine
from newstance.service.passages import Passage, target_of
from newstance.service.profile import AggregationSettings, VoiceWeights

ARTICLE = Article("Kim spoke. Putin listened.")
KIM = Actor("Kim", "person", (), (Mention(0, 3, "Kim"),))
PUTIN = Actor("Putin", "person", (), (Mention(11, 16, "Putin"),))
SETTINGS = AggregationSettings(
    threshold=0.5,
    evidence_threshold=0.3,
    related_similarity=0.35,
    unrelated_weight=0.5,
    context_weight=0.8,
    voices=VoiceWeights(own_words=1.0, reported_act=1.0, claim=0.9, narrator=0.7),
    claim_cap=0.4,
    doubt_weight=0.5,
    mixed_threshold=0.6,
)
shares = st.floats(0, 1)


def scored(favor, against, relation="named", speaker=None, truncated=False, **manner):
    probabilities = {"favor": favor, "against": against, "neutral": 1 - favor - against}
    label = max(probabilities, key=probabilities.get)
    return Passage(0, 10, "Kim spoke.", speaker, relation, **manner), StancePrediction(label, probabilities, truncated)


def stance(*passages, actor=KIM, target="the plan", settings=SETTINGS):
    return aggregate(actor, target_of(target, (), [KIM, PUTIN]), passages, settings, ARTICLE)


def test_strongest_passage_decides():
    result = stance(scored(0.1, 0.58), scored(0.9, 0.05), scored(0.1, 0.55))
    assert result.label == "favor"
    assert result.probability == result.probabilities["favor"]
    assert result.note == ""


def test_many_weak_passages_do_not_add_up():
    alone, together = stance(scored(0.4, 0.1)), stance(*[scored(0.4, 0.1)] * 50)
    assert together.label == "neutral"
    assert together.probabilities == alone.probabilities


def test_evidence_is_strongest_first_with_its_own_label_and_text():
    result = stance(scored(0.4, 0.1), scored(0.1, 0.35), scored(0.9, 0.05), scored(0.1, 0.1))
    assert [(e.label, e.probability) for e in result.evidence] == [
        ("favor", 0.9),
        ("favor", 0.4),
        ("against", 0.35),
    ]
    assert {e.text for e in result.evidence} == {"Kim spoke."}


def test_evidence_carries_speaker_and_truncation():
    (evidence,) = stance(scored(0.9, 0.1, speaker=PUTIN, truncated=True)).evidence
    assert evidence.speaker == "Putin"
    assert evidence.truncated


def test_passage_counts_less_the_less_it_has_to_do_with_the_target():
    strengths = [stance(scored(0.9, 0, relation)).probability for relation in ("named", "context", "unrelated")]
    assert strengths[:2] == pytest.approx([0.9, 0.72])
    unrelated = stance(scored(0.9, 0, "unrelated"))
    assert unrelated.label == "neutral"
    assert unrelated.evidence[0].probability == pytest.approx(0.45)


def test_below_the_threshold_it_is_neutral_and_says_where_it_leans():
    result = stance(scored(0.1, 0.45))
    assert result.label == "neutral"
    assert result.note.startswith("leans against (0.4")
    assert "below the threshold of 0.50" in result.note
    assert result.probability == result.probabilities["neutral"]


def test_threshold_itself_is_enough():
    assert stance(scored(0.5, 0)).label == "favor"


def test_strong_words_on_both_sides_are_neutral_with_evidence_of_both():
    result = stance(scored(0.9, 0.0), scored(0.0, 0.9))
    assert result.label == "neutral"
    assert {e.label for e in result.evidence} == {"favor", "against"}


def test_no_passage_is_neutral_and_says_why():
    nothing, unnamed, same = stance(), stance(actor=Actor("Li", "person")), stance(target="Kim")
    assert (nothing.label, nothing.probability, nothing.note) == ("neutral", 1.0, NOTHING_SHOWN)
    assert (unnamed.label, unnamed.note) == ("neutral", NOT_NAMED)
    assert (same.label, same.note) == ("neutral", SAME)


@given(shares, shares)
def test_combined_probabilities_add_up(favor, against):
    combined = combine(favor, against)
    assert sum(combined.values()) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in combined.values())


def test_combine_knows_that_both_cannot_hold():
    assert combine(1, 1) == {"favor": 0, "against": 0, "neutral": 1}
    assert combine(0.8, 0)["favor"] == pytest.approx(0.8)
    assert combine(0.8, 0.8)["favor"] == combine(0.8, 0.8)["against"] < 0.5


@given(
    st.lists(
        st.tuples(shares, shares, st.sampled_from(["named", "context", "unrelated"])).map(
            lambda t: scored(t[0] * 0.5, t[1] * 0.5, t[2]) if t[0] < t[1] else scored(t[0], 0, t[2])
        ),
        max_size=5,
    ),
    shares,
    shares,
)
def test_a_side_is_never_taken_without_evidence_for_it(passages, one, other):
    low, high = sorted((one, other))
    settings = SETTINGS.model_copy(update={"threshold": max(high, 0.01), "evidence_threshold": low})
    result = stance(*passages, settings=settings)
    assert result.label == "neutral" or result.label in {e.label for e in result.evidence}
    assert result.label != "neutral" or result.note or result.evidence


def test_stance_without_evidence_cannot_be_made():
    half = {"favor": 0.9, "against": 0.05, "neutral": 0.05}
    with pytest.raises(ValueError, match="a stance without evidence: Kim favor the plan"):
        Stance(KIM, "the plan", "favor", 0.9, half)
    Stance(KIM, "the plan", "favor", 0.9, half, (Evidence(0, 3, "Kim", "favor", 0.9),))
    Stance(KIM, "the plan", "neutral", 0.05, half)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=6), shares)
def test_claims_by_others_never_exceed_the_cap(claims, cap):
    passages = [scored(f * (1 - a), a, voice="claim", claimed_by="Li") for f, a in claims]
    result = stance(*passages, settings=SETTINGS.model_copy(update={"claim_cap": cap}))
    assert max(result.probabilities["favor"], result.probabilities["against"]) <= cap + 1e-9


def test_claims_alone_are_said_to_be_claims():
    claim = scored(0.95, 0, voice="claim", claimed_by="Li")
    alone, confirmed = stance(claim), stance(claim, scored(0.6, 0, voice="own words"))
    assert (alone.label, alone.evidence[0].claimed_by, alone.evidence[0].voice) == ("neutral", "Li", "claim")
    assert alone.note.endswith("; only others say so")
    assert confirmed.label == "favor"
    assert confirmed.note == ""


def test_voices_count_as_the_profile_says():
    strengths = {
        voice: stance(scored(0.4, 0, voice=voice)).evidence[0].probability
        for voice in ("own words", "reported act", "claim")
    }
    assert strengths == pytest.approx({"own words": 0.4, "reported act": 0.4, "claim": 0.36})
    assert stance(scored(0.8, 0, voice="narrator")).evidence[0].probability == pytest.approx(0.56)


def test_doubt_counts_less_and_is_carried_to_the_evidence():
    (evidence,) = stance(scored(0.9, 0, doubt="hedge")).evidence
    assert (evidence.probability, evidence.doubt) == (pytest.approx(0.45), "hedge")


def test_doubtful_passage_does_not_silence_those_that_do_not_name_the_target():
    hedged, other = scored(0.5, 0, doubt="hedge"), scored(0, 0.9, "context")
    assert stance(hedged, other).label == "against"


def test_strong_evidence_on_both_sides_is_mixed_whatever_the_label():
    even, uneven = stance(scored(0.7, 0), scored(0, 0.7)), stance(scored(0.95, 0), scored(0, 0.6))
    assert (even.label, even.display, even.is_mixed) == ("neutral", "mixed", True)
    assert (uneven.label, uneven.display) == ("favor", "mixed")
    assert even.note.startswith(MIXED)
    assert uneven.note == MIXED
    one_sided = stance(scored(0.95, 0), scored(0, 0.5))
    assert (one_sided.label, one_sided.display, one_sided.is_mixed) == ("favor", "favor", False)


def test_note_says_that_the_article_does_not_mention_the_target():
    silent = replace(target_of("the plan", (), [KIM, PUTIN]), is_mentioned=False)
    result = aggregate(KIM, silent, [], SETTINGS, ARTICLE)
    assert (result.label, result.note) == ("neutral", NOT_MENTIONED)
    unnamed = Actor("Kim", "person", (), ())
    assert aggregate(unnamed, silent, [], SETTINGS, ARTICLE).note == NOT_NAMED
