import hashlib
import json

import pytest
import tiny

from newstance import configs
from newstance.eval.adapter_card import write_adapter_card
from newstance.models.adapters import CONFIG_FILE, WEIGHTS_FILE
from newstance.models.errors import ConfigError, InputError, ModelError
from newstance.models.summarizer import SummarizerSettings, load_summarizer
from newstance.models.training import set_files
from newstance.models.training.adapter import Collator, Plan, SummaryRow, encode, end_of_turn, held_out_loss
from newstance.models.training.overlap import Excluded
from newstance.models.training.summarizer import SummarizerTrainingSettings, summary_rows, train_summarizer

SCRIPT = "Senators passed this bill. Governors rejected that plan!"
ARTICLES = [f"{tiny.article(12)}\nArticle {i} ends here." for i in range(4)]
PLAN = Plan(
    rank=2,
    alpha=4,
    dropout=0.0,
    epochs=30,
    batch_size=2,
    learning_rate=0.1,
    warmup=0.0,
    max_length=200,
    bf16=False,
    seed=1,
)


@pytest.fixture
def chat(tmp_path):
    return tiny.chat(tmp_path / "chat", SCRIPT)


@pytest.fixture
def tokenizer(chat):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(chat)


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    written = [
        {"id": str(i), "article": text, "summary": "One is. Two is. Three is.", "one": "All is."}
        for i, text in enumerate(ARTICLES)
    ]
    ours = [
        {
            "id": "2",
            "file": "written.jsonl",
            "sha256": hashlib.sha256(ARTICLES[2].encode()).hexdigest(),
            "one": "Short.",
            "sentences": ["A is.", "B is.", "C is.", "D is.", "E is."],
            "three": [0, 2, 4],
        }
    ]
    for path, rows in ((folder / "written.jsonl", written), (tmp_path / "ours.jsonl", ours)):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr(set_files, "SHIPPED", tmp_path)
    return folder


def recipe(**changes):
    return SummarizerTrainingSettings.model_validate(
        {
            "task": "summarizer",
            "name": "little",
            "source": "path:nowhere",
            "licence": "ours",
            "prompt": "Write {length}: {text}",
            "words": 60,
            "train": [{"name": "written", "file": "written.jsonl", "terms": "ours", "part": [0.0, 0.5]}],
            "dev": [{"name": "held out", "file": "written.jsonl", "terms": "ours", "part": [0.75, 1.0]}],
            "excluded": [],
            **{name: getattr(PLAN, name) for name in Plan.__dataclass_fields__ if name != "bf16"},
        }
        | changes
    )


def test_each_length_of_a_summary_is_a_row_with_its_prompt(data):
    settings = recipe()
    rows = summary_rows(settings.train[0], settings, data, Excluded())
    assert [row.summary for row in rows[:3]] == ["One is. Two is. Three is.", "One is. Two is.", "All is."]
    assert [row.sentences for row in rows] == [3, 2, 1] * 2
    assert rows[0].prompt.startswith("Write 3 sentences: N0 ")
    assert rows[2].prompt.startswith("Write 1 sentence: N0 ")
    # Whole sentences of eight words, as many as fit into 60.
    assert rows[0].prompt.endswith("end6.")
    assert "\n" not in rows[0].prompt


def test_our_own_summaries_are_taken_with_the_articles_of_a_set(data):
    settings = recipe(train=[{"name": "ours", "file": "ours.jsonl", "shipped": True, "terms": "ours"}])
    rows = summary_rows(settings.train[0], settings, data, Excluded())
    assert [row.summary for row in rows] == [
        "A is. B is. C is. D is. E is.",
        "A is. C is. E is.",
        "A is. C is.",
        "Short.",
    ]
    assert rows[0].prompt.startswith("Write 5 sentences: ")


def test_a_summary_of_another_article_is_refused(data):
    (data / "written.jsonl").write_text(json.dumps({"id": "2", "article": "Another text."}) + "\n")
    settings = recipe(train=[{"name": "ours", "file": "ours.jsonl", "shipped": True, "terms": "ours"}])
    with pytest.raises(InputError, match=r"written\.jsonl: the article 2 is missing, or is not the one that was read"):
        summary_rows(settings.train[0], settings, data, Excluded())
    settings = recipe(train=[{"name": "gone", "file": "gone.jsonl", "terms": "ours"}])
    with pytest.raises(ConfigError, match=r"gone: there is no file .*gone\.jsonl"):
        summary_rows(settings.train[0], settings, data, Excluded())


def test_articles_that_something_is_measured_on_are_left_out(data):
    settings = recipe()
    assert summary_rows(settings.train[0], settings, data, Excluded([ARTICLES[0]])) == []


def test_the_shipped_summaries_are_whole():
    settings = configs.load("training", "smollm2-news", SummarizerTrainingSettings)
    (ours,) = (part.file for part in settings.train if part.shipped)
    records = [json.loads(line) for line in (set_files.SHIPPED / ours).read_text(encoding="utf-8").splitlines()]
    assert len({record["id"] for record in records}) == len(records) > 450
    for record in records:
        assert len(record["sentences"]) in (3, 5)
        assert record["three"] == sorted(set(record["three"]) & set(range(len(record["sentences"]))))
        assert len(record["three"]) == 3
        for sentence in [record["one"], *record["sentences"]]:
            assert sentence.rstrip("\"”’'").endswith((".", "?", "!"))


def test_rows_are_cut_at_the_end_of_the_article(tokenizer):
    row = SummaryRow(f"Write 3 sentences: {tiny.article(40)}", SCRIPT, 3)
    whole = encode(tokenizer, row, 1000)
    cut = encode(tokenizer, row, 100)
    assert whole["length"] > 100 >= cut["length"] > 60
    assert cut["input_ids"][-whole["answer"] - 2 :] == whole["input_ids"][-whole["answer"] - 2 :]
    assert cut["input_ids"][-1] == end_of_turn(tokenizer) == tokenizer.convert_tokens_to_ids("<|im_end|>")
    with pytest.raises(ValueError, match="leaves no room"):
        encode(tokenizer, row, 12)


def test_a_batch_is_filled_up_on_the_left_and_only_summaries_are_learned(tokenizer):
    rows = [encode(tokenizer, SummaryRow("the senate", words, 1), 100) for words in ("Senators passed", SCRIPT)]
    batch = Collator(tokenizer)(rows)
    assert batch["input_ids"].shape[1] == rows[1]["length"]
    assert batch["attention_mask"].sum(1).tolist() == [row["length"] for row in rows]
    assert batch["attention_mask"][0, 0] == 0
    assert batch["logits_to_keep"] == batch["labels"].shape[1] == rows[1]["answer"] + 1
    assert (batch["labels"] != -100).sum(1).tolist() == [3, 9]
    assert batch["labels"][0, -3:].tolist() == rows[0]["input_ids"][-3:]


def test_the_loss_is_that_of_the_summary(chat, tokenizer):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(chat)
    right, wrong = SCRIPT, "Governors passed that bill. Senators rejected this plan!"
    losses = held_out_loss(
        model, tokenizer, [SummaryRow("the senate", right, 2), SummaryRow("the mayor", wrong, 1)], PLAN
    )
    assert losses[2] < 0.1 < 1 < losses[1]


def test_training_makes_an_adapter_that_a_profile_can_name(chat, data, tmp_path):
    settings = recipe(source=f"path:{chat}", epochs=60, train=[{**recipe().train[0].model_dump(), "part": [0.0, 0.25]}])
    (data / "written.jsonl").write_text(
        "".join(
            json.dumps({"id": str(i), "article": text, "summary": "Governors rejected that plan!", "one": "bill."})
            + "\n"
            for i, text in enumerate(ARTICLES)
        )
    )
    plain = load_summarizer(SummarizerSettings(kind="chat", source=f"path:{chat}"))
    assert plain.summarize(ARTICLES[0], sentences=1).text == "Senators passed this bill."
    trained = train_summarizer(settings, data, tmp_path / "out")
    assert trained.rows == {"written": 2}
    assert set(trained.losses) == {"held out"}
    from safetensors.torch import load_file

    weights = load_file(trained.folder / WEIGHTS_FILE)
    assert {str(value.dtype) for value in weights.values()} == {"torch.bfloat16"}
    assert json.loads((trained.folder / CONFIG_FILE).read_text())["base_model_name_or_path"] == f"path:{chat}"
    load_summarizer(SummarizerSettings(kind="chat", source=f"path:{chat}", adapter=f"path:{trained.folder}"))
    for change, other in (
        ({"learning_rate": 0.2}, "learning_rate"),
        ({"excluded": ["written.jsonl"], "epochs": 9}, "epochs, rows"),
        ({"source": f"path:{tiny.chat(tmp_path / 'other', SCRIPT + ' So.')}"}, "base"),
    ):
        with pytest.raises(ConfigError, match=f"checkpoints is of a training with other {other}; choose another --out"):
            train_summarizer(settings.model_copy(update=change), data, tmp_path / "out")
    card = write_adapter_card(settings, trained).read_text()
    assert "| written | 2 | ours |" in card
    assert f"| held out | {trained.losses['held out'][1]:.3f} |" in card


def test_a_model_without_a_chat_template_is_not_trained(data, tmp_path):
    folder = tiny.bart(tmp_path / "bart", SCRIPT)
    with pytest.raises(ModelError, match="has no chat template"):
        train_summarizer(recipe(source=f"path:{folder}"), data, tmp_path / "out")
