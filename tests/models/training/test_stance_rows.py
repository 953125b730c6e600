import json
import random

import pytest

from newstance.models.errors import ConfigError
from newstance.models.splits import is_held_out
from newstance.models.training.overlap import Excluded
from newstance.models.training.stance_rows import LabelledSet, read, rows_by_set, select

NONE = Excluded()
FRAMES = ['{speaker} said: "{text}"', "{speaker} told {other} that {text}"]


def row(number, text="Wind power is good.", holder="author", target="wind power", label="favor"):
    return {"id": f"r{number}", "text": text, "holder": holder, "target": target, "label": label}


PEOPLE = [row(f"p{i}", f"{name} spoke.", name, "tax") for i, name in enumerate(["Ann Lee", "Bob Ray", "Cy Doe"])]


@pytest.fixture
def made(tmp_path):
    """Writes a set of rows, and makes training rows of it."""

    def make(rows, seed=1, others=(), excluded=NONE, **settings):
        made = rows_by_set([little(rows, **settings), *others], FRAMES, tmp_path, random.Random(seed), excluded)
        return [r for part in made.values() for r in part]

    def little(rows, name="little", **settings):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        return LabelledSet(name=name, file=f"{name}.jsonl", terms="ours", **settings)

    make.set = little
    return make


# Rows


def test_same_seed_same_rows(made):
    rows = [row(i, f"Text {i}.", target=f"plan {i}") for i in range(20)] + PEOPLE
    settings = {"quoted": 0.5, "off_target": 5, "take": 22}
    assert made(rows, 3, **settings) == made(rows, 3, **settings)
    assert made(rows, 3, **settings) != made(rows, 4, **settings)


def test_rows_without_settings_come_as_they_are(made):
    rows = [row(i, f"Text {i}.") for i in range(5)]
    assert sorted(made(rows), key=lambda r: r["id"]) == rows


def test_off_target_rows_are_neutral_and_ask_for_what_the_text_does_not_name(made):
    rows = [
        row(1, "Wind power is good.", target="wind power"),
        row(2, "Zoos are cruel.", target="zoos", label="against"),
        row(3, "Both wind power and zoos.", target="wind power"),
    ]
    result = made(rows, off_target=20)
    added = [r for r in result if r["id"].endswith("off-target")]
    assert len(result) == 23
    assert len(added) == 20
    assert {r["label"] for r in added} == {"neutral"}
    for r in added:
        assert not any(word in r["text"].lower() for word in r["target"].split() if len(word) > 3)
    assert sorted(r["id"] for r in result if r not in added) == ["r1", "r2", "r3"]


def test_quoted_rows_are_the_words_of_a_named_speaker(made):
    others = [made.set(PEOPLE, "people")]
    result = [r for r in made([row(i) for i in range(40)], others=others, quoted=1.0) if r["id"][1] != "p"]
    names = {r["holder"] for r in PEOPLE}
    assert len(result) == 40
    for r in result:
        assert r["holder"] in names
        assert r["holder"] in r["text"]
        assert "ind power is good." in r["text"]
        said_by_holder = r["text"].startswith(r["holder"])
        assert r["label"] == ("favor" if said_by_holder else "neutral")
    assert {r["label"] for r in result} == {"favor", "neutral"}  # some ask for who only listens
    assert {r["text"].count("{") for r in result} == {0}


def test_rows_with_a_holder_are_not_quoted(made):
    result = made(PEOPLE, quoted=1.0)
    assert sorted(result, key=lambda r: r["id"]) == PEOPLE


def test_braces_in_a_text_are_no_fields(made):
    result = made([row(1, "A {other} {speaker} text.")], others=[made.set(PEOPLE, "people")], quoted=1.0)
    (quoted,) = (r for r in result if r["id"] == "r1")
    assert "{other} {speaker} text." in quoted["text"]


@pytest.mark.parametrize(
    ("claim", "label", "topic", "expected"),
    [
        ("We should ban zoos", "favor", "zoos", "against"),
        ("We should ban zoos", "against", "zoos", "favor"),
        ("We should subsidize wind power", "favor", "wind power", "favor"),
        ("We should fight for peace", "favor", "peace", "favor"),
        ("We should fight urban noise", "favor", "urban noise", "against"),
        ("Smoking should be banned", "favor", "smoking", "against"),
        ("Cannabis should be legalized", "against", "cannabis", "against"),
        ("Fracking brings more harm than good", "favor", "fracking", "against"),
        ("We should ban zoos", "neutral", "zoos", "neutral"),
        ("Zoos", "favor", "Zoos", "favor"),
    ],
)
def test_claims_become_topics_with_the_right_label(made, claim, label, topic, expected):
    (result,) = made([row(1, target=claim, label=label)], as_topic=1.0)
    assert (result["target"], result["label"]) == (topic, expected)


def test_long_texts_and_size(made, tmp_path):
    rows = [row(i, "word " * i) for i in range(10)]
    rng = random.Random(1)
    assert [len(r["text"].split()) for r in select(made.set(rows, max_words=4), tmp_path, rng, NONE)] == [0, 1, 2, 3, 4]
    assert len(select(made.set(rows, take=4), tmp_path, rng, NONE)) == 4
    assert len(select(made.set(rows, take=40), tmp_path, rng, NONE)) == 10


def test_a_share_of_texts_is_held_out_with_all_their_rows_wherever_they_stand(made, tmp_path):
    rows = [row(f"{label}{i}", f"Text {i}.", label=label) for label in ("favor", "neutral") for i in range(40)]
    trained, held = (read(made.set(rows, held_out=0.3, only_held_out=only), tmp_path) for only in (False, True))
    assert held == [r for r in rows if is_held_out(r["text"], 0.3)] and trained == [r for r in rows if r not in held]
    assert 0 < len(held) < 40 and {r["label"] for r in held} == {"favor", "neutral"}
    with pytest.raises(ValueError, match="little: only_held_out needs the share that is held_out"):
        made.set(rows, only_held_out=True)


def test_texts_that_something_is_measured_on_are_left_out_before_anything_is_made_of_them(made):
    rows = [row(i, f"Text {i}.") for i in range(5)] + PEOPLE
    excluded = Excluded(["text 3", "TEXT 4!"])
    assert [r["id"] for r in made(rows, excluded=excluded)] == ["r0", "r1", "r2", *(r["id"] for r in PEOPLE)]
    quoted = made(rows, excluded=excluded, quoted=1.0, take=6)
    assert len(quoted) == 6 and not any("ext 3" in r["text"] or "ext 4" in r["text"] for r in quoted)


def test_directed_sentences_stay_with_both_directions_and_some_of_the_others(made, tmp_path):
    rows = [row("a-pq"), row("a-qp", label="neutral")]
    rows += [row(f"{i}-{way}", label="neutral") for i in range(10) for way in ("pq", "qp")]
    chosen = select(made.set(rows, undirected=4), tmp_path, random.Random(1), NONE)
    assert [r["id"] for r in chosen[:2]] == ["ra-pq", "ra-qp"]
    assert len(chosen) == 6


def test_missing_file_and_foreign_label_are_errors(made, tmp_path):
    with pytest.raises(ConfigError, match=r"little: there is no file .*none\.jsonl; --data names the folder"):
        read(LabelledSet(name="little", file="none.jsonl", terms="ours"), tmp_path)
    with pytest.raises(ConfigError, match=r"row r7 has the label 'pro'; expected favor, against, neutral"):
        made([row(1), row(7, label="pro")])


def test_off_target_rows_where_all_ask_for_the_same_are_an_error_and_no_endless_search(made):
    with pytest.raises(ConfigError, match="off_target: found 0 of 3 rows"):
        made([row(1), row(2)], off_target=3)


def test_quoted_rows_without_anybody_to_speak_are_an_error(made):
    with pytest.raises(ConfigError, match="quoted: the sets name fewer than two holders"):
        made([row(1)], quoted=1.0)
