import pytest

from newstance.eval.compare import compare
from newstance.eval.evidence import GIVEN, RIGHT, evidence_scores, moved, overlap, places_in
from newstance.eval.report import write_report
from newstance.eval.runs import run_set
from newstance.eval.storage import StoredRun
from newstance.service import Article


def row(prediction, gold="favor", judged=((0, 10),), shown=(), group="g"):
    return {
        "group": group,
        "gold": gold,
        "prediction": prediction,
        "judged": [list(place) for place in judged],
        "shown": [{"start": start, "end": end} for start, end in shown],
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((0, 10), (4, 40), True),
        ((0, 10), (5, 40), False),  # half is not more than half
        ((0, 100), (50, 60), True),
        ((0, 10), (10, 20), False),
        ((0, 10), (30, 40), False),
    ],
)
def test_places_overlap_that_share_more_than_half_of_the_shorter_one(one, other, same):
    assert overlap(one, other) == overlap(other, one) == same


def test_first_sentences_all_shown_and_all_judged_ones_are_counted():
    rows = [
        row("favor", judged=[(0, 10), (20, 30)], shown=[(0, 10), (50, 60), (70, 80)]),
        row("favor", judged=[(0, 10)], shown=[(50, 60), (0, 10)]),
        row("favor", gold="neutral", judged=[], shown=[(0, 10)]),
        row("neutral", gold="favor", shown=[(0, 10)]),  # holds back, and so counts nothing
        row(None),
        {"group": "g", "gold": "favor", "prediction": "favor", "shown": [{"start": 0, "end": 9}]},  # nobody judged it
    ]
    scores = evidence_scores(rows)
    given, right = scores[GIVEN], scores[RIGHT]
    assert (given.stances, given.shown, given.judged) == (3, 6, 3)
    assert [round(score.value, 3) for score in (given.first, given.precision, given.recall)] == [0.333, 0.333, 0.667]
    assert (right.stances, right.shown, right.judged) == (2, 5, 3)
    assert [round(score.value, 3) for score in (right.first, right.precision, right.recall)] == [0.5, 0.4, 0.667]


def test_intervals_resample_whole_articles():
    rows = [row("favor", shown=[(0, 10) if i < 10 else (50, 60)], group=f"g{i // 10}") for i in range(20)]
    first = evidence_scores(rows)[GIVEN].first
    assert (first.value, first.low, first.high) == (0.5, 0, 1)


def test_a_set_without_judged_sentences_has_no_such_scores():
    assert evidence_scores([{"group": "g", "gold": "favor", "prediction": "favor"}]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "One\r\ntwo\x00 three.",
        "\ufeff  One two. ",
        "One two.",
        "One\x85 \ud800two",
        "Andre\u0301 \u1112\u1161\u11ab two.",
    ],
)
def test_places_in_a_cleaned_article_are_found_in_the_text_as_given(text):
    cleaned = Article.from_text(text).text
    start = cleaned.index("two")
    place = moved((start, start + 3), places_in(text, cleaned))
    assert text[slice(*place)] == "two"


@pytest.fixture
def judged(make_set):
    text = "\r\n Kim likes the dam. It rained. Lee does not like it."
    spans = {"Kim": [[3, 21]], "Lee": [[32, 53]]}
    judgements = [
        {"actor": actor, "target": "the dam", "label": label, "evidence": spans[actor]}
        for actor, label in (("Kim", "favor"), ("Lee", "against"))
    ]
    return make_set([{"id": f"a{i}", "article": text, "judgements": judgements} for i in range(3)], kind="articles")


def answering(dummies, labels):
    return dummies.Analyzer(lambda query: labels[query.holder])


def test_a_run_keeps_what_it_showed_and_is_scored_by_it(tmp_path, judged, dummies):
    folder = run_set(judged, answering(dummies, {"Kim": "favor", "Lee": "against"}), tmp_path / "run")
    first = StoredRun(folder).rows[0]
    shown = [first["input"]["text"][one["start"] : one["end"]] for one in first["shown"]]
    assert shown == ["Kim likes the dam.", "Lee does not like it."]
    assert {(one["label"], one["probability"]) for one in first["shown"]} == {("favor", 0.9)}
    evidence = write_report(folder).evidence[GIVEN]
    # The first sentence is shown first for both: right for Kim alone. Each shows one right sentence of two.
    assert [score.value for score in (evidence.first, evidence.precision, evidence.recall)] == [0.5, 0.5, 1.0]
    report = (folder / "report.md").read_text()
    assert "## Evidence" in report
    assert "12 are shown, 6 were judged" in report


def test_evidence_of_two_runs_is_compared_in_pairs(tmp_path, judged, dummies):
    both = run_set(judged, answering(dummies, {"Kim": "favor", "Lee": "against"}), tmp_path / "both")
    one = run_set(judged, answering(dummies, {"Kim": "favor", "Lee": "neutral"}), tmp_path / "one")
    before, after, difference = compare(both, one).scores["evidence, first"]
    assert (before, after, difference.value) == (0.5, 1.0, 0.5)
    assert (difference.low, difference.high) == (0.5, 0.5)
