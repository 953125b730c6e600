"""The sample articles against judgements made by hand, cell by cell."""

import pytest

from newstance.eval.records import shipped_rows
from newstance.service import Article
from newstance.service.article import SAMPLES

JUDGED = {row["id"].removeprefix("sample-"): row for row in shipped_rows("samples.jsonl")}


def sample(name):
    return Article.from_file(SAMPLES / f"{name}.md")


def test_every_sample_is_judged_as_it_is_shipped():
    assert {path.stem: sample(path.stem).text for path in SAMPLES.glob("*.md")} == {
        name: row["article"] for name, row in JUDGED.items()
    }


@pytest.mark.parametrize("name", sorted(JUDGED))
def test_judgements_are_of_different_cells_and_their_evidence_is_whole_sentences(name):
    text, judgements = JUDGED[name]["article"], JUDGED[name]["judgements"]
    assert len({(j["actor"], j["target"]) for j in judgements}) == len(judgements)
    for judgement in judgements:
        assert judgement["label"] == "neutral" or judgement["evidence"]
        for start, end in judgement["evidence"]:
            assert text[start].isupper() or text[start] == '"'
            assert text[start:end].rstrip('"')[-1] in ".?!"
