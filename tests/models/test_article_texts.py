import hashlib
import json

import pytest

from newstance.models.article_texts import ArticleTexts
from newstance.models.errors import ConfigError, InputError

TEXT = "Ann spoke for the dam — twice."
ROW = {"id": "a-1", "file": "texts/some.jsonl", "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}


@pytest.fixture
def data(tmp_path):
    (tmp_path / "texts").mkdir()
    lines = [json.dumps({"article": text}) for text in ("Other.", TEXT)]
    (tmp_path / "texts" / "some.jsonl").write_text("\n".join(lines))
    return tmp_path


def test_rows_get_the_text_that_they_were_made_on(data):
    texts = ArticleTexts(data, "set.jsonl")
    assert texts.of(ROW) == TEXT
    (data / "texts" / "some.jsonl").unlink()
    assert texts.of(ROW) == TEXT  # it was read once
    assert ArticleTexts(None, "set.jsonl").of({"id": "a-2", "article": "Own."}) == "Own."


def test_a_text_that_is_missing_or_another_is_named(data):
    with pytest.raises(InputError, match=r"some\.jsonl: the article a-1 is missing, or is not the one .* set\.jsonl"):
        ArticleTexts(data, "set.jsonl").of({**ROW, "sha256": "0"})
    for folder in (data / "none", None):
        with pytest.raises(ConfigError, match=r"there is no file .*some\.jsonl, which set\.jsonl needs; --data"):
            ArticleTexts(folder, "set.jsonl").of(ROW)
