import hashlib
import json
import sys
from types import SimpleNamespace

import pytest

from newstance.models.errors import InputError
from newstance.models.shortening import Weights, cut, told
from newstance.models.training import cuts as command
from newstance.models.training.cuts import CUTS, Edited, cross_validated, fit, read_cuts

NAMES = ["Anna Berg", "Peter Vik", "Ingrid Solberg", "Tom Hall", "Mary Lund"]
DEEDS = ["opened the new bridge", "closed the old school", "praised the harbour plan", "sold the small island"]
PLACES = ["Oslo", "Leeds", "Bergen"]


@pytest.fixture
def data(tmp_path):
    """Sentences of which the day goes and the place stays, each in an article of its own."""
    folder, rows = tmp_path / "articles", []
    folder.mkdir()
    with (folder / "train.jsonl").open("w") as articles:
        for i in range(60):
            day = f" on {'Monday' if i % 2 else 'Friday'}"
            text = f"{NAMES[i % 5]} {DEEDS[i % 4]}{day} in {PLACES[i % 3]} before a crowd of {i + 20} people."
            article = f"It was cold. {text}"
            articles.write(json.dumps({"id": f"a{i}", "article": article}) + "\n")
            rows.append(
                {
                    "id": f"a{i}",
                    "file": "articles/train.jsonl",
                    "sha256": hashlib.sha256(article.encode()).hexdigest(),
                    "start": 13,
                    "end": len(article),
                    "cuts": [[text.index(day), text.index(day) + len(day)]],
                }
            )
    path = tmp_path / "cuts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return SimpleNamespace(folder=tmp_path, path=path, rows=rows)


@pytest.fixture
def edited(data, annotator):
    return read_cuts(data.folder, annotator, data.path)


def test_what_an_editor_deleted_is_read_as_tokens(edited):
    one = edited[1]
    assert len(edited) == 60
    assert (
        told(one.sentence, set(one.deleted)) == "Peter Vik closed the old school in Leeds before a crowd of 21 people."
    )


def test_an_article_that_is_another_one_is_refused(data, annotator):
    data.rows[3]["sha256"] = "0" * 64
    data.path.write_text("\n".join(map(json.dumps, data.rows)))
    with pytest.raises(InputError, match="a3 is missing, or is not the one that was read"):
        read_cuts(data.folder, annotator, data.path)


def test_phrases_inside_of_one_that_goes_teach_nothing(edited):
    one = edited[1]
    told_apart = {str(one.sentence.doc[p.first : p.end]): goes for p, goes in one.examples()}
    assert told_apart["on Monday"]
    assert "Monday" not in told_apart
    assert not told_apart["in Leeds"]


def test_it_learns_what_goes(edited, annotator):
    weights = fit(edited, 0.5)
    (unseen,) = annotator.annotate(
        "Kate Moe bought the red boat on Sunday in Turku before a crowd of 300 people."
    ).sents
    assert told(unseen, cut(unseen, weights)) == "Kate Moe bought the red boat in Turku before a crowd of 300 people."
    found = cross_validated(edited, 0.5)
    assert (found.sentences, found.cut, found.kept, found.deleted) == (60, 60, 0, 1.0)


def test_what_was_kept_and_goes_is_counted(edited):
    wrong = [
        Edited(one.sentence, frozenset() if i % 7 == 0 else one.deleted, one.article) for i, one in enumerate(edited)
    ]
    found = cross_validated(wrong, 0.5)
    assert found.kept == found.cut - 51 == 9
    assert found.deleted == 1.0


def test_the_command_writes_weights_and_says_how_good_they_are(data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "weights.json"
    monkeypatch.setattr(command, "CUTS", data.path)
    monkeypatch.setattr(sys, "argv", ["cuts", "--data", str(data.folder), "--out", str(out), "--threshold", "0.7"])
    command.main()
    assert Weights.model_validate_json(out.read_text()).threshold == 0.7
    assert "60 of 60 sentences are shortened (1.000), 0 of them" in capsys.readouterr().out


def test_the_rows_that_ship_lie_in_their_sentences():
    rows = [json.loads(line) for line in CUTS.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 3000
    for row in rows:
        places = [place for both in row["cuts"] for place in both]
        assert places == sorted(places), row["id"]
        assert not places or (places[0] >= 0 and places[-1] <= row["end"] - row["start"]), row["id"]
