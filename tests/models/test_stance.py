import json

import pytest
import tiny

from newstance.models.errors import InputError, ModelError
from newstance.models.pairs import softmax
from newstance.models.stance import (
    AUTHOR,
    LABELS,
    StanceClassifier,
    StanceQuery,
    StanceSettings,
    Templates,
    direct_pair,
)

DIRECT = {"praised": [0, 4, 0], "attacked": [4, 0, 0]}


def load(folder):
    return StanceClassifier.load(StanceSettings(source=f"path:{folder}"))


def entailing(folder, labels, kind="Bert", **words):
    """An NLI model that holds hypotheses with these words for entailed, the more the higher the number."""
    column = labels.index("entailment")
    weights = {word: [n if i == column else 0 for i in range(len(labels))] for word, n in words.items()}
    return load(tiny.classifier(folder, labels, weights, kind=kind))


@pytest.fixture(scope="module")
def direct(tmp_path_factory):
    folder = tiny.classifier(
        tmp_path_factory.mktemp("direct"), ["against", "favor", "neutral"], DIRECT, bias=[0, 0, 0.5]
    )
    return load(folder)


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("Bert", ["neutral", "contradiction", "entailment"]),
        ("Bert", ["entailment", "neutral", "contradiction"]),
        ("DebertaV2", ["entailment", "not_entailment"]),
        ("DebertaV2", ["not_entailment", "entailment"]),
    ],
)
def test_right_stance_whatever_the_order_of_the_labels(tmp_path, kind, labels):
    query = [StanceQuery("Kim spoke of the tax.", "Kim", "the tax")]
    for_it = entailing(tmp_path / "for", labels, kind, supports=6, opposes=-6)
    against_it = entailing(tmp_path / "against", labels, kind, supports=-6, opposes=6)
    assert not for_it.is_direct
    assert for_it.classify(query)[0].label == "favor"
    assert against_it.classify(query)[0].label == "against"


def test_nothing_entailed_is_neutral(tmp_path):
    classifier = entailing(tmp_path, ["entailment", "not_entailment"], supports=-9, opposes=-9, favor=-9, against=-9)
    assert classifier.classify([StanceQuery("Kim spoke.", "Kim", "the tax")])[0].label == "neutral"


def test_model_without_entailment_label_fails_when_loaded(tmp_path):
    folder = tiny.classifier(tmp_path, ["LABEL_0", "LABEL_1"], {"good": [0, 1]})
    with pytest.raises(ModelError, match=r"LABEL_0.*'entailment' label"):
        load(folder)


def test_direct_road_in_the_order_of_the_queries(direct):
    assert direct.is_direct
    queries = [
        StanceQuery("Kim attacked the plan.", "Kim", "the plan"),
        StanceQuery("word " * 40 + "praised the plan.", "Kim", "the plan"),
        StanceQuery("Kim saw the plan.", "Kim", "the plan"),
        StanceQuery("Kim praised it.", "Kim", "the plan"),
    ]
    together = direct.classify(queries)
    assert [p.label for p in together] == ["against", "favor", "neutral", "favor"]
    for query, prediction in zip(queries, together, strict=True):
        (alone,) = direct.classify([query])
        assert alone.label == prediction.label
        assert alone.probabilities == pytest.approx(prediction.probabilities, abs=1e-5)


def test_probabilities_add_up(direct):
    (prediction,) = direct.classify([StanceQuery("Kim praised it.", "Kim", "the plan")])
    assert tuple(prediction.probabilities) == LABELS
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.probability == max(prediction.probabilities.values())


def test_no_queries(direct, tmp_path):
    assert direct.classify([]) == []
    assert entailing(tmp_path, ["entailment", "not_entailment"], supports=1).classify([]) == []


def test_truncation_is_reported(direct, tmp_path):
    long = StanceQuery("word " * 100, "Kim", "the plan")
    short = StanceQuery("word", "Kim", "the plan")
    assert [p.truncated for p in direct.classify([long, short])] == [True, False]
    by_entailment = entailing(tmp_path, ["entailment", "not_entailment"], supports=1)
    assert [p.truncated for p in by_entailment.classify([long, short])] == [True, False]


def test_target_that_fills_the_model_is_refused(direct):
    with pytest.raises(InputError, match="use a shorter target"):
        direct.classify([StanceQuery("Kim spoke.", "Kim", "tax " * 80)])


def test_target_that_fills_the_model_is_refused_before_there_is_a_text(direct, tmp_path):
    for classifier in (direct, entailing(tmp_path, ["entailment", "not_entailment"], supports=1)):
        classifier.refuse_long("tax")
        with pytest.raises(InputError, match="use a shorter target"):
            classifier.refuse_long("tax " * 80)


@pytest.mark.parametrize("field", ["text", "holder", "target"])
def test_blank_fields_are_refused(direct, field):
    query = StanceQuery(**({"text": "Kim spoke.", "holder": "Kim", "target": "tax"} | {field: " "}))
    with pytest.raises(InputError, match=f"needs a {field}"):
        direct.classify([query])


def test_temperature_of_the_caller_wins(direct):
    query = [StanceQuery("Kim praised it.", "Kim", "the plan")]
    flat = StanceClassifier(direct.pairs, temperature=10.0).classify(query)[0]
    assert flat.label == "favor"
    assert flat.probability < direct.classify(query)[0].probability


def test_hypotheses_name_holder_and_target():
    favor, against = Templates().hypotheses(StanceQuery("text", "Kim", "the tax"))
    assert "Kim supports the tax." in favor
    assert "Kim opposes the tax." in against
    assert len(favor) == len(against) == 2


def test_author_has_templates_of_its_own():
    favor, against = Templates().hypotheses(StanceQuery("text", AUTHOR, "the tax"))
    assert favor == ["The author of this text supports the tax."]
    assert against == ["The author of this text opposes the tax."]


def test_braces_in_names_are_no_fields():
    favor, _ = Templates().hypotheses(StanceQuery("text", "{target}", "{holder}{x}"))
    assert favor[0].endswith(".")
    assert "{x}" in favor[0]


def test_direct_pair_marks_holder_and_target():
    text, question = direct_pair(StanceQuery("Kim praised Putin.", "Kim", "Putin"))
    assert text == "{ Kim } praised [ Putin ]."
    assert question.endswith("Kim toward Putin")


def test_direct_pair_of_the_author_and_of_regex_characters():
    text, question = direct_pair(StanceQuery("I like C++ (really).", AUTHOR, "C++ (really"))
    assert text == "I like [ C++ (really ])."
    assert question.endswith("the author toward C++ (really")


def test_a_model_for_stance_and_support_is_asked_for_stance_alone(tmp_path):
    labels = ["entailment", "favor", "against", "neutral", "not_entailment"]
    words = {"praised": [9, 4, 0, 0, 0], "attacked": [0, 0, 4, 0, 9]}
    folder = tiny.classifier(tmp_path, labels, words, bias=[5, 0, 0, 0.5, 5])
    config = json.loads((folder / "config.json").read_text())
    config["newstance"] = {"temperatures": {"stance": 3.0, "support": 0.5}}
    (folder / "config.json").write_text(json.dumps(config))
    classifier = load(folder)
    assert (classifier.is_direct, classifier.temperature) == (True, 3.0)
    queries = [StanceQuery(f"Kim {word} it.", "Kim", "the plan") for word in ("praised", "attacked", "saw")]
    predictions = classifier.classify(queries)
    assert [p.label for p in predictions] == ["favor", "against", "neutral"]
    logits = classifier.pairs.score([direct_pair(query) for query in queries]).logits
    expected = softmax(logits[:, 1:4] / 3.0)
    for prediction, row in zip(predictions, expected, strict=True):
        assert list(prediction.probabilities.values()) == pytest.approx(list(map(float, row)), abs=1e-6)


def test_an_entailment_model_takes_the_temperature_of_support(tmp_path):
    folder = tiny.classifier(tmp_path, ["entailment", "not_entailment"], {"supports": [3, 0]})
    config = json.loads((folder / "config.json").read_text())
    config["newstance"] = {"temperatures": {"stance": 3.0, "support": 0.5}}
    (folder / "config.json").write_text(json.dumps(config))
    assert load(folder).temperature == 0.5
