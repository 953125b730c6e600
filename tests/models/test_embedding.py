import numpy as np
import pytest
import tiny

from newstance.models.embedding import SentenceEmbedder
from newstance.models.errors import ModelError
from newstance.models.sources import locate

WORDS = ["mayor", "harbour", "rain", "union", "ban"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.encoder(tmp_path_factory.mktemp("encoder"), WORDS)


@pytest.fixture(scope="module")
def embedder(folder):
    return SentenceEmbedder.load(locate(f"path:{folder}"))


def test_texts_of_the_same_words_are_near(embedder):
    vectors = embedder.embed(["mayor harbour", "harbour mayor", "rain", "mayor rain"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] == pytest.approx(1, abs=1e-5)
    assert cosines[0, 2] < cosines[0, 3] < cosines[0, 1]


def test_order_and_padding_do_not_matter(folder, embedder):
    texts = ["rain", "mayor harbour union ban rain mayor", "ban", "union ban"]
    together = embedder.embed(texts)
    assert together == pytest.approx(np.concatenate([embedder.embed([text]) for text in texts]), abs=1e-5)
    small = SentenceEmbedder(embedder._forward, embedder._tokenizer, tokens_per_batch=8)
    assert small.embed(texts) == pytest.approx(together, abs=1e-5)


def test_no_text_and_long_text(embedder):
    assert len(embedder.embed([])) == 0
    assert embedder.embed(["rain " * 500]) == pytest.approx(embedder.embed(["rain " * 126]), abs=1e-5)


def test_folder_without_an_encoder(tmp_path):
    with pytest.raises(ModelError, match="could not be loaded as a sentence encoder"):
        SentenceEmbedder.load(locate(f"path:{tmp_path}"))
