import json
import random

import pytest
from sentence_reader import split_reader

from newstance.models.errors import ConfigError
from newstance.models.splits import is_held_out
from newstance.models.training.judged import JudgedSet, judged_rows, read_articles
from newstance.models.training.overlap import Excluded

SENTENCES = [f"Ann spoke for dam{i} at her meeting{i}. It rained{i} on the way home{i} in town." for i in range(40)]


NONE = Excluded()


@pytest.fixture
def made(tmp_path):
    def make(label="favor", excluded=NONE, processes=1, **settings):
        judgement = {"actor": "Ann", "target": "the dam", "label": label, "evidence": [[0, 20]]}
        records = [{"id": f"a-{i}", "article": text, "judgements": [judgement]} for i, text in enumerate(SENTENCES)]
        (tmp_path / "set.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        judged = JudgedSet(name="little", **{"file": "set.jsonl", "terms": "ours", "windows": (9,)} | settings)
        return judged_rows(judged, tmp_path, split_reader, excluded, random.Random(1), processes)

    return make


def test_each_judgement_gives_the_rows_of_the_maker_in_the_order_of_the_file(made):
    rows = made(windows=(9, 5))
    assert [row.form for row in rows[:2]] == ["window of 9 words", "window of 5 words"]
    assert [row.query.text for row in rows[::2]] == SENTENCES
    assert {(row.query.holder, row.query.target, row.label) for row in rows} == {("Ann", "the dam", "favor")}


def test_rows_of_one_article_and_of_its_twin_are_a_group(tmp_path):
    judgements = [{"actor": "Ann", "target": target, "label": "favor"} for target in ("the dam", "bread")]
    records = [
        {"id": identity, "article": text, "judgements": judgements}
        for identity, text in zip(["k1-001", "k1-001b", "k1-002"], SENTENCES, strict=False)
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    judged = JudgedSet(name="little", file="set.jsonl", terms="ours", windows=(9, 5))
    rows = judged_rows(judged, tmp_path, split_reader, NONE, random.Random(1))
    assert [row.group for row in rows] == ["k1-001"] * 8 + ["k1-002"] * 4


def test_several_processes_give_the_same_rows(made):
    assert made(sentences=True, processes=2) == made(sentences=True)


def test_of_the_sentences_without_evidence_a_share_stays_and_of_the_others_all(made):
    rows = made(windows=(), sentences=True, other_sentences=0.5)
    assert sum(row.is_evidence for row in rows) == 40
    assert 10 < sum(not row.is_evidence for row in rows) < 30
    assert rows == made(windows=(), sentences=True, other_sentences=0.5)


def test_of_the_neutral_judgements_a_share_stays_and_of_the_others_all(made):
    assert len(made(neutral=0.5)) == 40
    assert 10 < len(made("neutral", neutral=0.5)) < 30


def test_held_out_articles_are_for_development_alone(made):
    trained, held = made(held_out=0.3), made(held_out=0.3, only_held_out=True)
    assert sorted(row.query.text for row in trained + held) == sorted(SENTENCES)
    assert [row.query.text for row in held] == [text for i, text in enumerate(SENTENCES) if is_held_out(f"a-{i}", 0.3)]
    assert 0 < len(held) < 30


def test_questions_about_what_an_article_does_not_tell_of_are_neutral(tmp_path):
    def of_two_kinds(**settings):
        texts = {"The dam leaked. Ann said so.": "the dam", "Ann liked bread. It rained.": "bread"}
        judged = JudgedSet(name="two", file="two.jsonl", terms="ours", windows=(9,), **settings)
        records = [
            {"id": f"b-{i}", "article": text, "judgements": [{"actor": "Ann", "target": target, "label": "favor"}]}
            for i, (text, target) in enumerate(texts.items())
        ]
        (tmp_path / "two.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        return judged_rows(judged, tmp_path, split_reader, NONE, random.Random(1))

    assert [(row.query.target, row.label) for row in of_two_kinds(absent=1)] == [
        ("the dam", "favor"),
        ("bread", "neutral"),
        ("bread", "favor"),
        ("the dam", "neutral"),
    ]


def test_articles_that_something_is_measured_on_are_left_out(made):
    rows = made(excluded=Excluded([f"Dateline. {SENTENCES[3]}"]))
    assert [row.query.text for row in rows] == [text for text in SENTENCES if text != SENTENCES[3]]


def test_wrong_sets_and_labels_are_named(made):
    with pytest.raises(ConfigError, match=r"little: there is no file .*none\.jsonl; --data names the folder"):
        made(file="none.jsonl")
    with pytest.raises(ConfigError, match="a judgement of a-0 has the label 'pro'; expected favor, against, neutral"):
        made(label="pro")
    with pytest.raises(ValueError, match="little: without windows and sentences no rows are made"):
        made(windows=())
    with pytest.raises(ValueError, match="only_held_out needs the share"):
        made(only_held_out=True)


def test_passages_shipped_with_newstance_need_no_folder_of_data(tmp_path):
    shipped = JudgedSet(name="ours", file="hard-passages.jsonl", shipped=True, terms="ours")
    records = read_articles(shipped, tmp_path)
    assert len(records) > 400
    for record in records:
        pairs = [(judgement["actor"], judgement["target"]) for judgement in record["judgements"]]
        assert len(set(pairs)) == len(pairs) >= 3
        assert all(actor.lower() in record["article"].lower() for actor, _ in pairs), record["id"]
        assert {judgement["label"] for judgement in record["judgements"]} <= {"favor", "against", "neutral"}
