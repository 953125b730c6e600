"""The sample articles against judgements made by hand, cell by cell."""

import pytest

from newstance.eval.records import shipped_rows
from newstance.service import Analyzer, Article
from newstance.service.article import SAMPLES

JUDGED = {row["id"].removeprefix("sample-"): row for row in shipped_rows("samples.jsonl")}
TOPICS = {"summit": "ukraine-war"}


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


@pytest.fixture(scope="module")
def answered():
    """Every judged cell of the samples with what the analyzer says of it."""
    analyzer = Analyzer.from_profile("embedded")
    cells = []
    for name, row in JUDGED.items():
        pairs = [(judgement["actor"], judgement["target"]) for judgement in row["judgements"]]
        stances = analyzer.stances_of(sample(name), pairs, topic=TOPICS.get(name))
        cells += [(name, judgement, stance) for judgement, stance in zip(row["judgements"], stances, strict=True)]
    return cells


def said(cells):
    return "\n".join(
        f"{name}: {judgement['actor']} toward {judgement['target']} is {judgement['label']}, not {stance.label}"
        for name, judgement, stance in cells
    )


# What the embedded profile reaches, of 78; on processors with VNNI one more is right. They go up, never down.
RIGHT, WRONG_SIDE = 66, 1


@pytest.mark.embedded
def test_hardly_a_cell_of_the_samples_is_on_the_wrong_side(answered):
    wrong = [cell for cell in answered if {cell[1]["label"], cell[2].label} == {"favor", "against"}]
    assert len(wrong) <= WRONG_SIDE, said(wrong)


@pytest.mark.embedded
def test_most_cells_of_the_samples_are_right(answered):
    wrong = [cell for cell in answered if cell[1]["label"] != cell[2].label]
    assert len(answered) - len(wrong) >= RIGHT, said(wrong)


@pytest.mark.embedded
def test_first_sentence_shown_is_a_judged_one_where_the_stance_is_right(answered):
    shown = [
        (judgement, stance.evidence[0])
        for _, judgement, stance in answered
        if stance.label == judgement["label"] != "neutral"
    ]
    judged = [any(first.start < end and start < first.end for start, end in j["evidence"]) for j, first in shown]
    assert sum(judged) >= 0.8 * len(judged) > 0
