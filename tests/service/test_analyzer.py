import threading
import unicodedata
from dataclasses import replace
from types import SimpleNamespace

import pytest
import tiny
from harbour import ARTICLE, TEXT

from newstance.configs.errors import SettingsError
from newstance.models import StanceClassifier
from newstance.models.errors import InputError, WeightsNotFoundError
from newstance.service import Analyzer, Article, Profile, Topic
from newstance.service.judging.stances import NOT_MENTIONED, NOT_NAMED, NOTHING_SHOWN, SAME, judge

TOPIC = Topic(
    name="harbour",
    description="",
    targets=[{"name": "the harbour plan", "aliases": ["the new quay"]}, {"name": "Ingrid Solberg"}],
    actors=[{"name": "Ingrid Solberg", "aliases": ["the mayor"]}],
)


def limited(analyzer, **limits):
    limits = analyzer.profile.limits.model_copy(update=limits)
    profile = analyzer.profile.model_copy(update={"limits": limits})
    return Analyzer(profile, analyzer.annotator, analyzer.classifier)


def labels(stances):
    return {(s.actor.name, s.target): s.label for s in stances}


pytestmark = pytest.mark.embedded


# analyze


def test_who_stands_where(analyzer):
    analysis = analyzer.analyze(ARTICLE, targets=["the harbour plan"])
    found = {s.actor.name: s.label for s in analysis.stances}
    assert found.items() >= {"Ingrid Solberg": "favor", "Peter Miller": "against"}.items()
    by_name = {s.actor.name: s for s in analysis.stances}
    assert by_name["Ingrid Solberg"].evidence[0].text == "Ingrid Solberg praised the harbour plan on Monday."
    assert by_name["Peter Miller"].evidence[0].text == '"The harbour plan is a disaster," Peter Miller said.'
    assert analysis.targets == ("the harbour plan",)
    assert analysis.notes == ()
    for stance in analysis.stances:
        assert stance.label == "neutral" or stance.evidence
        assert sum(stance.probabilities.values()) == pytest.approx(1)
        assert stance.probability == stance.probabilities[stance.label]


def test_furniture_names_no_actor_and_is_no_evidence(analyzer):
    text = (
        "By Karen Holt, Harwick Echo\n\nOSLO, Norway (Reuters) - Ingrid Solberg praised the harbour plan. "
        "Photo: Tim Lowe/PA\n"
        "Norway paid for it.\nRead more: Miller slams the harbour plan"
    )
    analysis = analyzer.analyze(Article.from_text(text), ["the harbour plan"], summarize=False)
    assert {actor.name for actor in analysis.actors} == {"Ingrid Solberg", "Norway"}
    assert {alias for actor in analysis.actors for alias in actor.aliases} == set()
    (evidence,) = analysis.stances[0].evidence
    assert evidence.text == text[evidence.start : evidence.end] == "Ingrid Solberg praised the harbour plan."


def test_language_that_the_models_were_not_trained_on_is_noted(analyzer):
    german = "Bürgermeisterin Solberg lobte am Montag den neuen Hafen. Die Fischer der Stadt lehnen ihn weiter ab. " * 3
    for article, language in (
        (Article.from_text(german), "German"),
        (Article("市长称赞新港口计划，渔民反对，认为费用太高。" * 9), "Chinese"),
        (Article("Solberg.", language="nl"), "Dutch"),
    ):
        (note,) = [note for note in analyzer.analyze(article, ["Hafen"]).notes if "trained on" in note]
        assert note.startswith(f"The text is in {language}, and the models were trained on English")


def test_long_sentence_is_cut_with_a_note_and_stops_nothing(analyzer):
    sentence = "Ingrid Solberg praised the harbour plan" + ", the ferry, the bridge, the old town hall" * 60 + "."
    analysis = analyzer.analyze(Article.from_text(sentence), ["the harbour plan"])
    assert "Sentences of more than 200 words and marks were cut to be read." in analysis.notes
    assert len(analyzer.check(Article.from_text(sentence), [sentence])) == 1


def test_one_stance_for_each_actor_and_target(analyzer):
    analysis = analyzer.analyze(ARTICLE, targets=["the harbour plan", "rain", "the harbour plan"])
    assert analysis.targets == ("the harbour plan", "rain")
    pairs = [(s.actor, s.target) for s in analysis.stances]
    assert pairs == [(actor, target) for actor in analysis.actors for target in analysis.targets]


def test_target_that_is_the_actor_itself(analyzer):
    analysis = analyzer.analyze(ARTICLE, targets=["Ingrid Solberg"])
    by_name = {s.actor.name: s for s in analysis.stances}
    own = by_name["Ingrid Solberg"]
    assert (own.label, own.note, own.evidence) == ("neutral", SAME, ())
    assert by_name["Anna Schmidt"].label == "against"


def test_targets_come_from_the_topic_unless_the_call_names_some(analyzer):
    assert analyzer.analyze(ARTICLE, topic=TOPIC).targets == ("the harbour plan", "Ingrid Solberg")
    assert analyzer.analyze(ARTICLE, ["rain"], topic=TOPIC).targets == ("rain",)
    assert analyzer.analyze(ARTICLE, "rain", topic=TOPIC).targets == ("rain",)  # and not one for each letter
    assert analyzer.analyze(ARTICLE, [], topic=TOPIC).targets == ()


def test_aliases_of_topic_targets_and_actors_count(analyzer):
    article = Article.from_text("The mayor met Ingrid Solberg’s friends. The mayor praised the new quay.")
    analysis = analyzer.analyze(article, topic=TOPIC)
    assert labels(analysis.stances)["Ingrid Solberg", "the harbour plan"] == "favor"
    (stance,) = analyzer.stances_of(article, [("the mayor", "the harbour plan")], topic=TOPIC)
    assert stance.label == "favor"


def test_shipped_topic_by_name_and_unknown_topic(analyzer):
    assert "Russia's war in Ukraine" in analyzer.analyze(ARTICLE, topic="ukraine-war").targets
    with pytest.raises(SettingsError, match=r"named nope; shipped: .*ukraine-war"):
        analyzer.analyze(ARTICLE, topic="nope")


def test_names_match_however_their_accents_are_written(analyzer):
    text = "Andre\u0301 Mu\u0308ller praised the cafe\u0301. Then Mr Mu\u0308ller left."
    andre, cafe = "Andr\u00e9 M\u00fcller", "the caf\u00e9"
    for written in (text, unicodedata.normalize("NFC", text)):
        reading = analyzer.read(Article.from_text(written))
        for form in ("NFC", "NFD"):
            actor, target = (unicodedata.normalize(form, name) for name in (andre, cafe))
            (stance,) = analyzer.stances_of(reading, [(actor, target)])
            assert (stance.actor.name, stance.target, stance.label) == (andre, cafe, "favor")
            assert analyzer.state(reading, [target, cafe]).targets == (cafe,)
            assert analyzer.check(reading, [f"{actor} praised the cafe."])[0].faults == ()


def test_names_of_a_topic_match_however_their_accents_are_written(analyzer):
    topic = Topic(
        name="cafe",
        description="",
        targets=[{"name": "Mu\u0308ller", "aliases": ["the the\u0301"]}],
        actors=[{"name": "Andre\u0301", "aliases": ["the cafe\u0301"]}],
    )
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "The caf\u00e9 praised the th\u00e9.")
        (stance,) = analyzer.analyze(Article.from_text(text), topic=topic, summarize=False).stances
        assert (stance.actor.name, stance.target, stance.label) == ("Andr\u00e9", "M\u00fcller", "favor")


def test_two_of_one_name_stand_toward_each_other(analyzer):
    text = "Mr Solberg praised Mrs Solberg. Mrs Solberg attacked Mr Solberg. Mr Solberg left."
    reading = analyzer.read(Article.from_text(text))
    found = {(s.actor.name, s.target): s.label for s in analyzer.relations(reading)}
    assert found.keys() == {("Mr Solberg", "Mrs Solberg"), ("Mrs Solberg", "Mr Solberg")}
    twins = [replace(actor, name="Solberg") for actor in reading.actors]
    again = analyzer.relations(replace(reading, actors=tuple(twins)))
    assert [(s.actor.mentions, s.target) for s in again] == [(actor.mentions, "Solberg") for actor in twins]


def test_targets_are_proposed_where_none_is_given(analyzer):
    analysis = analyzer.analyze(ARTICLE)
    assert 1 <= len(analysis.targets) <= analyzer.profile.limits.targets
    assert any("harbour plan" in target for target in analysis.targets)


def test_nothing_to_ask_about(analyzer):
    analysis = analyzer.analyze(Article.from_text("It rained. It rained again, and nobody came."))
    assert (analysis.actors, analysis.stances) == ((), ())
    assert "No actors were found in this article." in analysis.notes
    assert "No target was given, and none could be proposed from the article." in analysis.notes
    assert "No actors were found." in analysis.to_markdown()


def test_no_actors_but_a_target(analyzer):
    analysis = analyzer.analyze(Article.from_text("It rained all day."), targets=["rain"])
    assert analysis.stances == ()
    assert analysis.targets == ("rain",)


def test_two_hundred_actors(analyzer):
    first = ["Anna", "Peter", "Maria", "John", "Laura", "David", "Emma", "Paul", "Julia", "Mark"]
    last = ["Adams", "Baker", "Clark", "Davis", "Evans", "Foster", "Gibson", "Hughes", "Irving", "Jenkins"]
    last += ["Keller", "Lawson", "Morgan", "Norris", "Owens", "Parker", "Quincy", "Russell", "Sanders", "Turner"]
    text = "\n".join(f"{a} {b} praised the plan." for b in last for a in first)
    analysis = limited(analyzer, actors=3).analyze(Article.from_text(text), targets=["the plan"])
    assert len(analysis.actors) == 200
    assert [s.label for s in analysis.stances] == ["favor"] * 3
    assert analysis.notes == ("Stances are given for the 3 heaviest of 200 actors.",)


def test_article_that_is_too_long_is_refused_with_numbers(analyzer):
    small = limited(analyzer, characters=1500)
    for call in (small.analyze, small.summarize, small.read, lambda a: small.stances_of(a, [("Kim", "x")])):
        with pytest.raises(InputError, match=r"has 2,000 characters, .* takes at most 1,500"):
            call(Article("x" * 2000))


@pytest.mark.parametrize("target", ["", "  ", "?!", "😀"])
def test_empty_target_is_refused(analyzer, target):
    with pytest.raises(InputError, match=r"the target .* names nothing"):
        analyzer.analyze(ARTICLE, targets=[target])


@pytest.mark.parametrize("word", ["harbour", "zeppelin"])  # in the article, and not
def test_target_that_fills_the_model_is_refused(analyzer, word):
    with pytest.raises(InputError, match="use a shorter target"):
        analyzer.analyze(ARTICLE, targets=[f"{word} " * 300])


def test_an_analysis_comes_in_steps(analyzer):
    steps = {step.name: step for step in analyzer.steps(ARTICLE, ["rain"], threshold=0.999)}
    assert list(steps) == ["reading", "stances", "summary", "done"]
    assert [step.reading is None for step in steps.values()] == [True, False, False, False]
    assert steps["stances"].analysis is None
    stated, whole = steps["summary"].analysis, steps["done"].analysis
    assert (stated.summary, list(stated.seconds)) == (None, ["reading", "stances"])
    assert stated.stances == whole.stances == analyzer.state(steps["done"].reading, ["rain"], 0.999).stances
    assert whole.summary == analyzer.analyze(ARTICLE, ["rain"]).summary


def test_stances_come_target_by_target_and_each_is_judged_once(analyzer, monkeypatch):
    judged = []
    monkeypatch.setattr(
        "newstance.service.analyzer.judge", lambda asked, *rest: judged.append(asked) or judge(asked, *rest)
    )
    targets = ["rain", "the harbour plan", "Schmidt"]
    steps = [step.analysis for step in analyzer.steps(ARTICLE, targets, summarize=False) if step.analysis]
    assert [analysis.targets for analysis in steps[:-1]] == [tuple(targets[:i]) for i in (1, 2, 3)][: len(steps) - 1]
    assert [[target.name for _, target in asked] for asked in judged] == [
        [target] * len(steps[-1].actors) for target in targets
    ]
    monkeypatch.undo()
    whole = analyzer.state(analyzer.read(ARTICLE), targets)
    assert replace(steps[-1], seconds={}) == replace(whole, seconds={})


@pytest.mark.parametrize("sentences", [0, -1])
def test_a_summary_of_no_sentences_is_refused(analyzer, sentences):
    with pytest.raises(InputError, match="sentence"):
        analyzer.summarize(ARTICLE, sentences)


def test_steps_are_told_and_timed(analyzer):
    told = []
    analysis = analyzer.analyze(ARTICLE, ["rain"], progress=told.append)
    assert told == ["reading", "stances", "summary"] == list(analysis.seconds)
    told = []
    without = analyzer.analyze(ARTICLE, ["rain"], summarize=False, progress=told.append)
    assert without.summary is None
    assert told == ["reading", "stances"]


def test_models_that_ran_are_named(analyzer):
    assert "summarizer" not in analyzer.analyze(ARTICLE, ["rain"], summarize=False).models
    models = analyzer.analyze(ARTICLE, ["rain"]).models
    assert models["stance"].startswith("path:")
    assert models["summarizer"] == "lead"
    assert "3.8" in models["annotator"]


def test_long_sentence_is_cut_for_the_model_and_says_so(analyzer):
    text = "Anna Schmidt praised the plan of " + "1/2/3/4, " * 70 + "and left."
    analysis = analyzer.analyze(Article.from_text(text), targets=["the plan"])
    (stance,) = (s for s in analysis.stances if s.actor.name == "Anna Schmidt")
    assert stance.label == "favor"
    assert stance.evidence[0].truncated


def with_bound(analyzer, bound):
    aggregation = analyzer.profile.aggregation.model_copy(update={"related_similarity": bound})
    profile = analyzer.profile.model_copy(update={"aggregation": aggregation})
    return Analyzer(profile, analyzer.annotator, analyzer.classifier)


def test_a_target_that_the_article_does_not_mention_gets_no_stance(analyzer):
    analysis = analyzer.analyze(ARTICLE, ["Putin talks", "the harbour plan"], summarize=False)
    silent = [s for s in analysis.stances if s.target == "Putin talks"]
    assert {(s.label, s.note, s.evidence) for s in silent} == {("neutral", NOT_MENTIONED, ())}
    assert analysis.notes == ("The article does not mention “Putin talks”.",)


def test_an_article_may_tell_of_a_target_in_other_words(analyzer):
    # Every sentence is near enough at 0, and Peter Miller's "disaster" shows something again.
    related = with_bound(analyzer, 0.0).analyze(ARTICLE, ["Putin talks"], summarize=False)
    assert related.notes == ()
    assert any(stance.evidence for stance in related.stances)


# stances_of


def test_one_stance_for_each_pair_in_their_order(analyzer):
    pairs = [
        ("Peter Miller", "the harbour plan"),
        ("Solberg", "the harbour plan"),
        ("Boris Johnson", "the harbour plan"),
        ("Peter Miller", "the harbour plan"),
        ("Solberg", "Ms Ingrid Solberg"),
        ("Reuters", "the harbour plan"),
    ]
    stances = analyzer.stances_of(ARTICLE, pairs)
    assert [(s.actor.name, s.target) for s in stances] == pairs
    assert [s.label for s in stances] == ["against", "favor", "neutral", "against", "neutral", "neutral"]
    assert stances[4].note == SAME


def test_an_article_that_shows_no_stance(analyzer):
    article = Article.from_text("Reuters reported on the harbour plan. It rained all day.")
    (stance,) = analyzer.stances_of(article, [("Reuters", "the harbour plan")])
    assert (stance.label, stance.evidence, stance.note) == ("neutral", (), NOTHING_SHOWN)


def test_actor_that_the_article_does_not_name(analyzer):
    (stance,) = analyzer.stances_of(ARTICLE, [("Boris Johnson", "the harbour plan")])
    assert (stance.label, stance.evidence, stance.note) == ("neutral", (), NOT_NAMED)
    assert stance.probabilities == {"favor": 0, "against": 0, "neutral": 1}


def test_name_that_the_recognizer_missed(analyzer):
    article = Article.from_text("Then green coast praised the harbour plan.")
    assert analyzer.read(article).actors == ()
    assert analyzer.stances_of(article, [("green coast", "the harbour plan")])[0].label == "favor"


def test_no_pairs(analyzer):
    assert analyzer.stances_of(ARTICLE, []) == []


@pytest.mark.parametrize("pair", [("", "the plan"), (" ", "the plan"), ("Kim", ""), ("Kim", "...")])
def test_empty_actor_and_target_are_refused(analyzer, pair):
    with pytest.raises(InputError, match="names nothing; give a word or phrase"):
        analyzer.stances_of(ARTICLE, [pair])


# The parts, and loading


def test_parts_are_usable_alone(analyzer):
    from newstance.models import StanceQuery

    (prediction,) = analyzer.classifier.classify([StanceQuery("Kim praised it.", "Kim", "the plan")])
    assert prediction.label == "favor"
    assert analyzer.summarizer.summarize(TEXT, sentences=1).sentences == (
        "Ingrid Solberg praised the harbour plan on Monday.",
    )
    assert analyzer.annotator.annotate("One. Two.").text == "One. Two."


def test_summarizer_is_loaded_once_when_first_needed(analyzer, monkeypatch):
    loaded = []
    monkeypatch.setattr(
        "newstance.service.parts.load_summarizer",
        lambda settings, device: loaded.append(settings) or SimpleNamespace(),
    )
    fresh = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier)
    assert loaded == []
    threads = [threading.Thread(target=lambda: fresh.summarizer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1


def test_from_profile_takes_a_path_or_a_profile(profile_file):
    by_path = Analyzer.from_profile(profile_file)
    by_object = Analyzer.from_profile(Profile.load(profile_file))
    assert by_path.profile == by_object.profile
    assert by_path.classifier.is_direct


def test_missing_weights_are_an_error_and_no_fallback(settings):
    profile = Profile.model_validate(settings | {"annotator": {"source": "package:no_such_package/x"}})
    with pytest.raises(WeightsNotFoundError, match="newstance setup"):
        Analyzer.from_profile(profile)


def test_same_article_from_many_threads(analyzer):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: analyzer.analyze(ARTICLE, ["the harbour plan"]).stances, range(6)))
    assert all(stances == found[0] for stances in found)


def test_one_model_for_stance_and_support_is_held_once(settings, annotator, tmp_path):
    labels = ["favor", "against", "neutral", "entailment", "not_entailment"]
    weights = {"praised": [6, 0, 0, 0, 0], "condemned": [0, 6, 0, 0, 0]}
    source = f"path:{tiny.classifier(tmp_path, labels, weights, bias=[0, 0, 2, 0, 0])}"
    own = {"stance": {"source": source}, "consistency": settings["consistency"] | {"source": source}}
    profile = Profile.model_validate(settings | own)
    both = Analyzer(profile, annotator, StanceClassifier.load(profile.stance))
    assert both.consistency._scorer._pairs is both.classifier.pairs
    (stance,) = both.stances_of(ARTICLE, [("Solberg", "the harbour plan")])
    assert stance.label == "favor"
    assert both.check(ARTICLE, ["It rained all day."])[0].support > 0.5
