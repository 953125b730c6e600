import pytest

from newstance.configs import Settings
from newstance.eval.variants import Variant, load_variants, parse_variant, refuse_same_names, varied
from newstance.models.errors import InputError


class Weights(Settings):
    claim: float = 1.0


class Rules(Settings):
    cap: float = 0.3
    weights: Weights = Weights()


class Profile(Settings):
    name: str = "mine"
    rules: Rules = Rules()


def test_settings_are_changed_at_any_depth_and_the_profile_stays():
    profile = Profile()
    changed = varied(profile, Variant(name="x", settings={"rules.cap": 1, "rules.weights.claim": 0.5, "name": "other"}))
    assert changed == Profile(name="other", rules=Rules(cap=1, weights=Weights(claim=0.5)))
    assert profile == Profile()


def test_what_was_not_set_stays_unset():
    # Some sections refuse settings, even with their default values, that do not go with others.
    changed = varied(Profile(rules=Rules(weights=Weights())), Variant(name="x", settings={"rules.weights.claim": 1}))
    assert changed.model_dump(exclude_unset=True) == {"rules": {"weights": {"claim": 1}}}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rules.cpa": 1}, "no setting rules.cpa; rules has cap, weights"),
        ({"rule.cap": 1}, "no setting rule.cap; it has name, rules"),
        ({"rules.cap.x": 1}, "no setting rules.cap.x; rules.cap has no settings of its own"),
        ({"rules.cap": "much"}, "'x' makes no valid profile: rules.cap: "),
    ],
)
def test_what_the_profile_does_not_have_or_take_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        varied(Profile(), Variant(name="x", settings=settings))


@pytest.mark.parametrize(
    ("text", "settings"),
    [("a.b=0.5", {"a.b": 0.5}), ("a = null", {"a": None}), ("a={b: 1}", {"a": {"b": 1}}), ("a=b=c", {"a": "b=c"})],
)
def test_a_variant_of_one_setting(text, settings):
    assert parse_variant(text) == Variant(name=text, settings=settings)


@pytest.mark.parametrize(
    ("text", "message"), [("a.b", "varies nothing"), ("=1", "varies nothing"), ("a=[", "no valid YAML")]
)
def test_a_slip_in_a_variant_is_named(text, message):
    with pytest.raises(InputError, match=message):
        parse_variant(text)


def test_a_list_of_variants(tmp_path):
    file = tmp_path / "variants.yaml"
    file.write_text(
        "- name: no cap\n  settings: {rules.cap: 1, rules.weights.claim: 0}\n- name: b\n  settings: {c: 2}\n"
    )
    assert [variant.name for variant in load_variants(file)] == ["no cap", "b"]
    assert load_variants(file)[0].settings == {"rules.cap": 1, "rules.weights.claim": 0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- name: [", "no valid YAML"),
        ("name: x\n", "no list of variants"),
        ("- name: x\n  setings: {a: 1}\n", "(?s)no list of variants.*setings"),
        ("- name: x\n  settings: {}\n", "no list of variants"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_wrong_list_is_refused(tmp_path, content, message):
    file = tmp_path / "variants.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match=message):
        load_variants(file)


def test_two_variants_of_one_name_are_refused():
    refuse_same_names(["a", "b"])
    with pytest.raises(InputError, match="more than one variant is called a;"):
        refuse_same_names(["a", "b", "a"])
