import hashlib
import json

import pytest

from newstance.eval.marks import marked
from newstance.eval.marks.marked import Counted, marked_articles, shares_table
from newstance.eval.marks.reading import PARTS, count
from newstance.eval.read_articles import ARTICLES
from newstance.eval.records import SHIPPED, shipped_rows
from newstance.models.errors import ConfigError, InputError
from newstance.service.cli import main

TEXT = (
    "Mayor Anna Schmidt said the wind park was a gift to the town. She promised to build it. "
    "“We will build it next year,” Schmidt said."
)


def place(words):
    return {"start": TEXT.index(words), "end": TEXT.index(words) + len(words)}


MARKS = {
    "quotations": {
        "passages": [
            {
                "start": 0,
                "end": len(TEXT),
                "quotations": [
                    place("the wind park was a gift to the town") | {"kind": "indirect", "speakers": ["Anna Schmidt"]},
                    place("We will build it next year,") | {"kind": "direct", "speakers": ["Anna Schmidt"]},
                ],
            }
        ]
    },
    "pronouns": {"pronouns": [place("She") | {"referents": ["Anna Schmidt"]}]},
    "actors": {
        "actors": [{"names": ["Anna Schmidt", "Schmidt"], "kind": "person", "acts": True, "is_named": True}],
        "not_actors": [],
    },
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    (tmp_path / "articles").mkdir()
    articles = [{"id": "one", "article": TEXT}, {"id": "two", "article": TEXT}]
    (tmp_path / ARTICLES).write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()

    def rows(name):
        marks = MARKS[name.removeprefix("marks/").removesuffix(".jsonl")]
        return [
            {"id": identity, "sha256": sha256, "half": half} | marks
            for identity, half in (("one", "first"), ("two", "second"))
        ]

    monkeypatch.setattr(marked, "shipped_rows", rows)
    return tmp_path


def test_marks_come_with_their_article_by_half(data):
    assert [article.id for article in marked_articles("pronouns", data)] == ["one", "two"]
    [article] = marked_articles("pronouns", data, "second")
    assert (article.id, article.text, article.marks["half"]) == ("two", TEXT, "second")


@pytest.mark.parametrize("part", PARTS)
def test_missing_or_changed_articles_are_refused(data, part):
    path = data / ARTICLES
    path.write_text(path.read_text().replace("gift", "gist"))
    with pytest.raises(InputError, match=rf"the article one .* not the one that was read; .*marks/{part}.jsonl"):
        marked_articles(part, data)
    path.write_text("")
    with pytest.raises(InputError, match="the article one is missing"):
        marked_articles(part, data)
    path.unlink()
    with pytest.raises(ConfigError, match="--data names the folder"):
        marked_articles(part, data)


def test_shares_are_of_all_articles_and_resample_them():
    [line] = shares_table([Counted({"found": (1, 2)}), Counted({"found": (2, 2)}), Counted({"found": (0, 0)})]).rows
    assert line[:3] == ["found", "3", "4"]
    assert line[3].startswith("0.750 (")
    [even] = shares_table([Counted({"found": (1, 2)})] * 3).rows
    assert even[3] == "0.500 (0.500 to 0.500)"


def test_a_text_that_an_article_shortens_is_refused():
    article = marked.Marked("one", f" {TEXT}", {})
    with pytest.raises(ValueError, match="one: as an article, the text has other offsets"):
        count("actors", article, lambda article: type("Reading", (), {"article": article}))


@pytest.mark.parametrize("part", PARTS)
def test_shipped_marks_lie_in_order_and_hold_no_article(part):
    rows = shipped_rows(f"marks/{part}.jsonl")
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(set(row) == {"id", "sha256", "half", *MARKS[part]} for row in rows)
    places = []
    for row in rows:
        for passage in row.get("passages", []):
            assert set(passage) == {"start", "end", "quotations"}
            assert all(passage["start"] <= q["start"] and q["end"] <= passage["end"] for q in passage["quotations"])
            assert all(set(q) == {"start", "end", "kind", "speakers"} for q in passage["quotations"])
            places += passage["quotations"]
        for pronoun in row.get("pronouns", []):
            assert set(pronoun) == {"start", "end", "referents"}
            places.append(pronoun)
    assert all(one["start"] < one["end"] for one in places)
    named = sum(actor["is_named"] for row in rows for actor in row.get("actors", []))
    assert (len(rows), len(places), named) == {
        "quotations": (50, 225, 0),
        "pronouns": (36, 60, 0),
        "actors": (30, 0, 305),
    }[part]
    assert (SHIPPED / "marks" / "README.md").is_file()


@pytest.mark.embedded
def test_the_command_prints_each_part_and_what_is_wrong(data, capsys):
    assert main(["marks", "--data", str(data), "--half", "second", "--show"]) == 0
    told = capsys.readouterr().out
    for line in (
        "Quotations, 1 articles",
        "| found | 2 | 2 | 1.000 (1.000 to 1.000) |",
        "| speaker right, of those found | 2 | 2 | 1.000 (1.000 to 1.000) |",
        "| right | 1 | 1 | 1.000 (1.000 to 1.000) |",
        "| missed | 0 | 1 | 0.000 (0.000 to 0.000) |",
    ):
        assert line in told
    assert "one: " not in told
