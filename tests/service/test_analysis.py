import json

import pytest

from newstance.service import Article

pytestmark = pytest.mark.embedded

TEXT = """Zoë Müller praised the “harbour | plan” 😀 on Monday. It rained.

"The harbour plan is a disaster," Peter Miller said. قال الرئيس لا."""


@pytest.fixture(scope="module")
def analysis(analyzer):
    return analyzer.analyze(Article.from_text(TEXT, title="A | title [/]"), targets=["the harbour plan", "rain"])


def test_dict_survives_json(analysis):
    assert json.loads(analysis.to_json()) == json.loads(json.dumps(analysis.to_dict()))
    assert json.loads(analysis.to_json(indent=None)) == json.loads(analysis.to_json())


def test_dict_holds_all_of_it(analysis):
    found = analysis.to_dict()
    assert set(found) == {"article", "summary", "actors", "targets", "stances", "notes", "models", "seconds"}
    assert found["article"]["text"] == analysis.article.text
    assert found["summary"]["text"] == analysis.summary.text
    assert [a["name"] for a in found["actors"]] == [a.name for a in analysis.actors]
    stance, expected = found["stances"][0], analysis.stances[0]
    assert stance["actor"] == expected.actor.name
    assert stance["target"] == expected.target
    assert stance["label"] == expected.label
    assert set(stance["probabilities"]) == {"favor", "against", "neutral"}
    evidence = next(s["evidence"] for s in found["stances"] if s["evidence"])[0]
    assert found["article"]["text"][evidence["start"] : evidence["end"]] == evidence["text"]


def test_letters_of_all_scripts_stay_as_they_are(analysis):
    for letters in ("Zoë Müller", "😀", "قال الرئيس"):
        assert letters in analysis.to_json()


def test_without_summary(analyzer):
    analysis = analyzer.analyze(Article.from_text("Kim praised it."), ["it all"], summarize=False)
    assert analysis.to_dict()["summary"] is None
    assert "## Summary" not in analysis.to_markdown()
    assert json.loads(analysis.to_json())["summary"] is None


def test_markdown_holds_title_summary_actors_stances_and_evidence(analysis):
    text = analysis.to_markdown()
    assert text.startswith("# A \\| title \\[/\\]\n")
    assert analysis.summary.text.replace("|", "\\|") in text
    for stance in analysis.stances:
        number = f"{stance.probability:.2f}" if stance.was_asked else ""
        assert f"| {stance.target} | {stance.label} | {number} |" in text
        for evidence in stance.evidence if stance.label != "neutral" else ():
            assert " ".join(evidence.text.split()).replace("|", "\\|") in text
    assert f"stance {analysis.models['stance']}" in text


def test_actor_is_hashable_and_stances_are_frozen(analysis):
    assert len(set(analysis.actors)) == len(analysis.actors)
    with pytest.raises(AttributeError):
        analysis.stances[0].label = "favor"
