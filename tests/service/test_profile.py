import pytest
import yaml

from newstance.configs import SettingsError
from newstance.service import Profile, Topic
from newstance.service.profile import AggregationSettings


def write(folder, settings, **changes):
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(settings | changes))
    return file


def test_profile_from_a_path_and_from_a_name(tmp_path, settings):
    assert Profile.load(write(tmp_path, settings)).limits.actors == 12
    assert Profile.load(str(write(tmp_path, settings, name="other"))).name == "other"
    assert Profile.load("embedded").stance.source == "bundled:newstance-mpnet"


def test_unknown_profile_names_those_that_exist():
    with pytest.raises(SettingsError, match=r"named nope; shipped: .*embedded"):
        Profile.load("nope")


@pytest.mark.parametrize(
    ("part", "wrong", "message"),
    [
        ("limits", {"characters": 0, "actors": 1, "targets": 1}, r"limits\.characters: must be more than 0"),
        ("limits", {"characters": 9, "actors": 1, "targets": 1, "speed": 1}, r"limits\.speed: is no key"),
        ("guard", {"min_support": 1.5, "unsupported": "drop"}, r"guard\.min_support: must be at most 1"),
        ("guard", {"min_support": 0.5, "unsupported": "hide"}, r"guard\.unsupported: .*'regenerate', 'drop' or 'keep'"),
        ("guard", None, r"guard: "),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_file_and_key(tmp_path, settings, part, wrong, message):
    with pytest.raises(SettingsError, match=rf"mine\.yaml: {message}"):
        Profile.load(write(tmp_path, settings, **{part: wrong}))


def test_bounds_of_certainty_that_fall_are_refused(settings):
    with pytest.raises(ValueError, match="certainty must rise"):
        AggregationSettings(**settings["aggregation"] | {"certainty": [0.7, 0.9, 0.8]})


def test_evidence_threshold_above_the_threshold_is_refused(settings):
    with pytest.raises(ValueError, match="evidence_threshold must not exceed threshold"):
        AggregationSettings(**settings["aggregation"] | {"threshold": 0.4, "evidence_threshold": 0.5})
    AggregationSettings(**settings["aggregation"] | {"threshold": 0.4, "evidence_threshold": 0.4})


def test_topic_from_a_path(tmp_path):
    file = tmp_path / "topic.yaml"
    file.write_text("name: t\ndescription: d\ntargets: [{name: the plan, aliases: [it]}]")
    topic = Topic.load(file)
    assert list(topic.targets[0].aliases) == ["it"]
    assert not topic.actors


@pytest.mark.parametrize("name", ["ukraine-war", "climate-policy"])
def test_no_alias_of_a_shipped_topic_means_two_actors(name):
    topic = Topic.load(name)
    forms = [form for actor in topic.actors for form in (actor.name, *actor.aliases)]
    assert len(forms) == len(set(forms))
    assert topic.targets
