from __future__ import annotations

import json

import pytest
import yaml

from newstance import configs
from newstance.configs import SettingsError
from newstance.eval.labelled import load_set
from newstance.eval.records import SHIPPED
from newstance.eval.set_config import SetConfig
from newstance.models.errors import ConfigError, InputError

GOOD = {"id": "a", "text": "Kim praised the dam.", "holder": "Kim", "target": "the dam", "label": "favor"}

OWN_CONFIG = """\
name: town-hall
terms: ours
file:
  path: answers.csv
  columns: {text: Satz, target: Thema, label: Haltung}
  constants: {holder: author}
  labels: {pro: favor, contra: against, none: neutral}
"""


def write_config(folder, name="own", **settings):
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"name": name, "terms": "ours", **settings}))
    return path


def test_a_part_of_a_file_is_taken_by_its_order(tmp_path):
    rows = [f"sentence {i},author,the dam,favor" for i in range(10)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,holder,target,label", *rows]))
    taken = load_set(write_config(tmp_path, file={"path": "rows.csv"}, part=[0.7, 1.0]))
    assert [one.input["text"] for one in taken.examples] == [f"sentence {i}" for i in (7, 8, 9)]
    with pytest.raises(SettingsError, match="holds nothing"):
        load_set(write_config(tmp_path, file={"path": "rows.csv"}, part=[0.7, 0.3]))


def test_a_users_own_csv_needs_ten_lines_at_most(tmp_path):
    assert len(OWN_CONFIG.splitlines()) <= 10
    (tmp_path / "own.yaml").write_text(OWN_CONFIG)
    (tmp_path / "answers.csv").write_text(
        'Satz,Thema,Haltung\n"Build it,\nand soon.",the dam,pro\nNo!,the dam,contra\nA dam.,the dam,none\n',
        encoding="utf-8-sig",
    )
    labelled = load_set(tmp_path / "own.yaml")
    assert [e.gold for e in labelled.examples] == ["favor", "against", "neutral"]
    assert labelled.examples[0].input == {
        "text": "Build it,\nand soon.",
        "holder": "author",
        "target": "the dam",
    }
    assert [e.id for e in labelled.examples] == ["line-2", "line-4", "line-5"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({**GOOD, "label": "pro"}, r"line 2, column 'label': unknown label 'pro'; .* 'favor', 'against'"),
        (
            {k: v for k, v in GOOD.items() if k != "target"},
            r"line 2, column 'target': .* target is missing",
        ),
        ({**GOOD, "holder": None}, r"line 2, column 'holder': the field holder is missing"),
        ({**GOOD, "text": "  "}, r"line 2, column 'text': the field text is empty"),
        ({**GOOD, "text": ["x"]}, r"line 2, column 'text': expected text for text, got list"),
        ({**GOOD, "id": ""}, r"line 2, column 'id': the field id is missing or empty"),
        ({**GOOD, "id": "first"}, r"line 2, column 'id': the id 'first' was used before, on line 1"),
        ('{"id": "b", ', r"line 2, column \d+ of the line: no valid JSON"),
        ("[1]", r"line 2, expected a JSON object, got \[1\]"),
    ],
)
def test_each_bad_row_is_named_and_refused(tmp_path, bad, message):
    lines = [json.dumps({**GOOD, "id": "first"}), bad if isinstance(bad, str) else json.dumps(bad)]
    (tmp_path / "rows.jsonl").write_text("\n".join([*lines, json.dumps(GOOD)]) + "\n")
    config = write_config(tmp_path, file={"path": "rows.jsonl"})
    with pytest.raises(InputError, match=r"own has 1 bad row\(s\); .*--skip-invalid") as raised:
        load_set(config, tmp_path)
    raised.match(r"rows\.jsonl, " + message)
    skipped = load_set(config, tmp_path, skip_invalid=True)
    assert [e.id for e in skipped.examples] == ["first", "a"]
    assert len(skipped.skipped) == 1


def test_csv_lines_are_counted_through_quoted_line_breaks(tmp_path):
    (tmp_path / "rows.csv").write_text(
        'id,text,holder,target,label\na,"two\nlines",Kim,dam,favor\nb,x,Kim,dam,maybe\nc,x,Kim,dam,favor,more\n'
    )
    with pytest.raises(InputError, match=r"(?s)line 4, column 'label': unknown label 'maybe'.*line 5, has more cells"):
        load_set(write_config(tmp_path, file={"path": "rows.csv"}))


def test_only_the_first_problems_are_shown(tmp_path):
    (tmp_path / "rows.jsonl").write_text("{}\n" * 50)
    with pytest.raises(InputError, match=r"own has 50 bad row\(s\)(?s:.*)and 45 more"):
        load_set(write_config(tmp_path, file={"path": "rows.jsonl"}))


def test_records_with_two_targets_give_two_rows_in_one_group(tmp_path):
    (tmp_path / "tweets.tsv").write_text("Tweet\tTarget 1\tStance 1\tTarget 2\tStance 2\nHi\tA\tpro\tB\tanti\n")
    config = write_config(
        tmp_path,
        file={
            "path": "tweets.tsv",
            "columns": {"text": "Tweet"},
            "constants": {"holder": "author"},
            "labels": {"pro": "favor", "anti": "against"},
            "each": [
                {"target": "Target 1", "label": "Stance 1"},
                {"target": "Target 2", "label": "Stance 2"},
            ],
        },
    )
    first, second = load_set(config).examples
    assert (first.id, first.input["target"], first.gold) == ("line-2-1", "A", "favor")
    assert (second.id, second.input["target"], second.gold) == ("line-2-2", "B", "against")
    assert first.group == second.group


def test_parquet_with_numbers_for_labels(tmp_path, monkeypatch):
    import datasets
    import pyarrow
    import pyarrow.parquet

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    table = pyarrow.table({"sentence": ["x", "y"], "mention": ["Kim", "Lee"], "polarity": [-1, 1]})
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    layout = {
        "columns": {"text": "sentence", "target": "mention", "label": "polarity"},
        "constants": {"holder": "author"},
        "labels": {"-1": "against", "1": "favor"},
    }
    labelled = load_set(write_config(tmp_path, file={"path": "rows.parquet", **layout}))
    assert [e.gold for e in labelled.examples] == ["against", "favor"]


def test_the_hub_is_asked_by_name_revision_and_split_when_there_is_no_data_root(tmp_path, monkeypatch):
    import datasets

    asked = []

    def load_dataset(name, subset, *, revision, split):
        asked.append((name, subset, revision, split))
        return [GOOD]

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    hub = {"name": "someone/set", "revision": "abc", "subset": "rw", "split": "test"}
    labelled = load_set(write_config(tmp_path, hub=hub, file={"path": "rows.jsonl"}))
    assert asked == [("someone/set", "rw", "abc", "test")]
    assert labelled.origin == "someone/set@abc/test"
    with pytest.raises(ConfigError, match=r"there is no file .*rows\.jsonl; --data names the folder"):
        load_set(tmp_path / "own.yaml", tmp_path)


def test_judgements_of_articles(tmp_path):
    judgements = [{"actor": "Kim", "target": "the dam", "label": "favor"}]
    good = {"id": "a", "article": "Kim likes the dam.", "judgements": judgements}
    bad = {"id": "b", "article": "Kim.", "judgements": [{"actor": "Kim", "target": "dam", "label": "x"}]}
    empty = {"id": "c", "article": "Kim.", "judgements": []}
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, (good, bad, empty))))
    config = write_config(tmp_path, kind="articles", file={"path": "a.jsonl"})
    with pytest.raises(
        InputError, match=r"line 2, column 'judgements', judgement 1, column 'label': unknown"
    ) as raised:
        load_set(config)
    raised.match("line 3, column 'judgements': expected a list of judgements")
    (example,) = load_set(config, skip_invalid=True).examples
    assert (example.id, example.gold) == ("a#1", "favor")
    assert example.input == {"text": "Kim likes the dam.", "holder": "Kim", "target": "the dam"}


def judged_article(identity, **more):
    judgement = {"actor": "Kim", "target": "the dam", "label": "favor"}
    return {"id": identity, "article": "Kim likes the dam.", "judgements": [judgement | more.pop("judged", {})]} | more


def load_articles(folder, articles, **settings):
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, articles)))
    return load_set(write_config(folder, kind="articles", file={"path": "a.jsonl"}, **settings))


def test_articles_tell_kind_outlet_and_the_sentences_that_were_judged(tmp_path):
    articles = [
        judged_article("bbc-1", kind="turned", judged={"evidence": [[0, 18]]}),
        judged_article("cnn-2", source="The Post"),
        judged_article("other-3"),
    ]
    examples = load_articles(tmp_path, articles, outlets={"bbc": "the BBC", "cnn": "CNN"}).examples
    assert [e.parts for e in examples] == [{"kind": "turned", "outlet": "the BBC"}, {"outlet": "The Post"}, {}]
    assert [e.evidence for e in examples] == [((0, 18),), None, None]


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ([[0, 19]], r"judgement 1, evidence: \[0, 19\] is no place in an article of 18 characters"),
        ([[4, 4]], r"\[4, 4\] is no place"),
        ([[-1, 4]], r"\[-1, 4\] is no place"),
        (["Kim likes"], r"expected a list of \[start, end\], got \['Kim likes'\]"),
        (7, r"expected a list of \[start, end\], got 7"),
    ],
)
def test_evidence_outside_the_article_is_refused(tmp_path, evidence, message):
    with pytest.raises(InputError, match=message):
        load_articles(tmp_path, [judged_article("a", judged={"evidence": evidence})])


def test_other_evidence_is_another_set(tmp_path):
    hashes = [
        load_articles(tmp_path, [judged_article("a", judged=judged)]).sha256
        for judged in ({}, {"evidence": []}, {"evidence": [[0, 18]]}, {"evidence": [[0, 3]]})
    ]
    assert len(set(hashes)) == 4


def test_of_a_set_with_a_held_out_part_only_that_is_read_twins_together(tmp_path):
    articles = [judged_article(f"case-{number:04d}{twin}") for number in range(40) for twin in ("", "b")]
    labelled = load_articles(tmp_path, articles, held_out=0.15)
    assert [e.id for e in labelled.examples] == ["case-0012#1", "case-0012b#1", "case-0013#1", "case-0013b#1"]
    assert {e.group for e in labelled.examples} == {"case-0012", "case-0013"}
    assert len(load_articles(tmp_path, articles).examples) == 80


def test_what_was_trained_on_is_left_out(tmp_path):
    (tmp_path / "rows.csv").write_text(
        "text,holder,target,label\nIt  rained.,author,rain,favor\nSnow fell.,author,snow,favor\n"
    )
    (tmp_path / "trained.csv").write_text("text,holder,target,label\nIt rained.,nobody,wind,against\n,,,\n")
    labelled = load_set(write_config(tmp_path, file={"path": "rows.csv", "apart_from": ["trained.csv"]}))
    assert [e.input["text"] for e in labelled.examples] == ["Snow fell."]
    with pytest.raises(ConfigError, match=r"there is no file .*gone\.csv"):
        load_set(write_config(tmp_path, file={"path": "rows.csv", "apart_from": ["gone.csv"]}))
    articles = [judged_article(f"{source}-{i}") for source in ("a", "ab", "b") for i in range(2)]
    assert [e.id for e in load_articles(tmp_path, articles, without=["a", "b"]).examples] == ["ab-0#1", "ab-1#1"]


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
def test_what_stands_between_cells_is_recognized(tmp_path, mark):
    rows = [("text", "holder", "target", "label"), ("Yes, build it", "Kim", "the dam", "Pro"), ("No", "Lee", "it", "1")]
    quoted = [[f'"{cell}"' for cell in row] for row in rows]
    (tmp_path / "rows.csv").write_text("".join(mark.join(row) + "\n" for row in quoted))
    labels = {"pro": "favor", 1: "against"}  # as YAML reads a label that is a number
    path = write_config(tmp_path, file={"path": "rows.csv", "labels": labels})
    assert [example.gold for example in load_set(path).examples] == ["favor", "against"]


def test_what_stands_between_cells_can_be_said(tmp_path):
    (tmp_path / "rows.csv").write_text("text:holder:target:label\nYes, yes:Kim:the dam:favor\n")
    path = write_config(tmp_path, file={"path": "rows.csv", "delimiter": ":"})
    assert load_set(path).examples[0].input["text"] == "Yes, yes"


def test_capitals_count_where_labels_differ_in_nothing_else(tmp_path):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(GOOD | {"label": w, "id": w}) + "\n" for w in ("F", "f")))
    path = write_config(tmp_path, file={"path": "rows.jsonl", "labels": {"F": "favor", "f": "against"}})
    assert [example.gold for example in load_set(path).examples] == ["favor", "against"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "needs file or hub"),
        ({"file": {"path": "x"}, "held_out": 15}, "held_out: must be less than 1"),
        ({"file": {"path": "x"}, "metric": "bleu"}, "metric 'bleu' does not fit stance"),
        ({"file": {"path": "x", "columns": {"texts": "y"}}}, r"unknown fields \['texts'\]"),
        ({"file": {"path": "x", "each": [{"tweet": "y"}]}}, r"unknown fields \['tweet'\]"),
        ({"hub": {"name": "a/b", "revision": "1", "split": "x", "constants": {"texts": "y"}}}, r"fields \['texts'\]"),
        (
            {"file": {"path": "x"}, "kind": "consistency", "metric": "accuracy"},
            "does not fit consistency; expected auc",
        ),
        ({"file": {"path": "x"}, "colums": {}}, "colums: is no key"),
        ({"file": {"path": "x", "labels": {"pro": "yes"}}}, "file.labels.pro"),
    ],
)
def test_a_wrong_config_is_refused(tmp_path, settings, message):
    with pytest.raises(SettingsError, match=message):
        load_set(write_config(tmp_path, **settings))


@pytest.mark.parametrize(
    ("kind", "score"),
    [("stance", "macro_f1"), ("articles", "macro_f1"), ("summaries", "rougeL"), ("consistency", "auc")],
)
def test_every_kind_has_a_score_of_its_own(kind, score):
    config = {"name": "own", "terms": "ours", "kind": kind, "file": {"path": "x"}}
    assert SetConfig.model_validate(config).headline == score


@pytest.mark.parametrize("name", sorted(set(configs.names("eval")) - {"floors"}))
def test_every_shipped_config_is_valid_and_named_as_its_file(name):
    config = configs.load("eval", name, SetConfig)
    assert config.name == name
    assert config.terms
    assert config.source


def test_shipped_sets_are_large_and_mixed_enough():
    rows = [json.loads(line) for line in (SHIPPED / "floor-stance.jsonl").read_text().splitlines()]
    assert len(rows) >= 60
    assert len({row["kind"] for row in rows}) >= 6
    assert len(load_set("floor-stance").examples) == len(rows)
    articles = load_set("floor-articles").examples
    assert len({e.group for e in articles}) == 5
    for example in articles:  # an actor that the article does not name could not be judged
        assert example.input["holder"] in example.input["text"]


def test_a_limit_keeps_groups_whole_and_is_the_same_every_time(make_set):
    rows = [{**GOOD, "id": f"{i}-{d}", "text": f"text {i}"} for i in range(20) for d in ("pq", "qp")]
    labelled = make_set(rows)
    part = labelled.limited(7)
    assert len(part.examples) == 8
    assert {e.id.split("-")[0] for e in part.examples} == {e.id[:-3] for e in part.examples if e.id.endswith("-pq")}
    assert part.sha256 == labelled.limited(7).sha256 != labelled.sha256


def test_a_limit_is_reached_exactly_where_groups_are_single_rows(make_set, rows):
    labelled = make_set(rows(20))
    assert [len(labelled.limited(limit).examples) for limit in (1, 7, 20, 30)] == [1, 7, 20, 20]


def test_a_set_is_the_same_in_any_order_and_another_with_another_label(make_set, rows):
    known = make_set(rows(5)).sha256
    assert make_set(rows(5)[::-1]).sha256 == known
    first, *others = rows(5)
    assert make_set([{**first, "label": "neutral"}, *others]).sha256 != known
    assert make_set([{**first, "target": "the dam"}, *others]).sha256 != known


def test_ids_come_from_the_column_that_the_config_names(make_set):
    row = {key: value for key, value in GOOD.items() if key != "id"}
    file = {"path": "little.jsonl", "columns": {"id": "nr"}}
    assert [e.id for e in make_set([{**row, "nr": 7}], file=file).examples] == ["7"]
    with pytest.raises(InputError, match="line 1, column 'nr': the field id is missing or empty"):
        make_set([row], file=file)


def test_blanks_around_a_label_do_not_count(make_set):
    assert make_set([{**GOOD, "label": " favor "}]).examples[0].gold == "favor"
