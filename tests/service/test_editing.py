import itertools

import pytest

from newstance.models.errors import InputError
from newstance.service import Actor, Analyzer, Article, Mention
from newstance.service.analyzer import NO_SUMMARY
from newstance.service.editing import Session, merge, split
from newstance.service.reading.answers import Answers


def actor(name, weight, *mentions, aliases=(), kind="person"):
    made = [Mention(start, start + len(text), text, text in ("he", "his")) for start, text in mentions]
    return Actor(name, kind, aliases, tuple(made), weight)


PUTIN = actor("Vladimir Putin", 0.4, (0, "Vladimir Putin"), (50, "Putin"), (60, "he"), aliases=("Putin",))
KREMLIN = actor("Kremlin", 0.25, (30, "Kremlin"), (90, "the Kremlin"), aliases=("the Kremlin",), kind="body")
KIM = actor("Kim", 0.35, (20, "Kim"), (70, "Kim"), (80, "he"))
FOUND = (PUTIN, KIM, KREMLIN)


# Merge and split


def test_a_merged_actor_has_all_mentions_once_in_order():
    shared = actor("Leaders", 0.1, (20, "Kim"), (100, "leaders"))
    merged = merge((*FOUND, shared), ["Kim", "Leaders", "Kim"])
    (kim,) = (a for a in merged if a.name == "Kim")
    assert [m.start for m in kim.mentions] == [20, 70, 80, 100]
    assert kim.aliases == ("Leaders",)
    assert kim.weight == 0.45
    assert [a.name for a in merged] == ["Kim", "Vladimir Putin", "Kremlin"]  # the heaviest first


def test_the_name_of_the_heaviest_stays_unless_another_is_kept():
    assert merge(FOUND, ["Kremlin", "Vladimir Putin"])[0].name == "Vladimir Putin"
    kept = merge(FOUND, ["Vladimir Putin", "Kremlin"], keep="Kremlin")[0]
    assert (kept.name, kept.aliases) == ("Kremlin", ("Putin", "Vladimir Putin", "the Kremlin"))


@pytest.mark.parametrize("pair", list(itertools.combinations(FOUND, 2)))
@pytest.mark.parametrize("moved", [0, 1])
def test_splitting_undoes_merging(pair, moved):
    merged = merge(FOUND, [a.name for a in pair])
    name = max(pair, key=lambda a: a.weight).name
    forms = {m.text for m in pair[moved].mentions if not m.is_pronoun}
    assert split(merged, name, forms, FOUND) == FOUND


def test_a_part_takes_its_share_and_the_pronouns_that_follow_it():
    first, second = (a for a in split(FOUND, "Vladimir Putin", ["Putin"], FOUND) if "Putin" in a.name)
    assert (first.name, [m.start for m in first.mentions]) == ("Putin", [50, 60])
    assert (second.name, [m.start for m in second.mentions]) == ("Vladimir Putin", [0])
    assert first.weight + second.weight == pytest.approx(0.4, abs=0.001)
    assert first.weight == pytest.approx(2 * second.weight, abs=0.001)


def test_an_alias_that_the_text_does_not_hold_comes_back_with_its_actor():
    united = actor("United States", 0.2, (40, "Washington"), aliases=("Washington",), kind="country")
    found = (PUTIN, united)
    merged = merge(found, ["Vladimir Putin", "United States"])
    assert split(merged, "Vladimir Putin", ["Washington"], found) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: merge(FOUND, ["Kim"]), "at least two"),
        (lambda: merge(FOUND, ["Kim", "Kim"]), "at least two"),
        (lambda: merge(FOUND, ["Kim", "Nobody"]), "no actor is named 'Nobody'; there are Vladimir Putin, Kim"),
        (lambda: merge(FOUND, ["Kim", "Kremlin"], keep="Vladimir Putin"), "no actor is named"),
        (lambda: split(FOUND, "Kim", ["Kim"], FOUND), "not all of them"),
        (lambda: split(FOUND, "Kremlin", [], FOUND), "not none"),
        (lambda: split(FOUND, "Kremlin", ["Moscow"], FOUND), "does not call 'Kremlin' 'Moscow'; choose from 'Kremlin'"),
        (lambda: split(FOUND, "Nobody", ["x"], FOUND), "no actor is named"),
    ],
)
def test_what_cannot_be_done_is_said(change, message):
    with pytest.raises(InputError, match=message):
        change()


# What is known is not asked again


def test_answers_are_asked_for_once_and_kept_in_order():
    asked = []

    def classify(queries):
        asked.extend(queries)
        return [query.upper() for query in queries]

    answers = Answers()
    assert answers.to(["a", "b", "a"], classify) == ["A", "B", "A"]
    assert answers.to(["c", "b"], classify) == ["C", "B"]
    assert asked == ["a", "b", "c"]


def test_answers_are_bounded_and_still_complete():
    answers = Answers(most=2)
    assert answers.to(list("abcd"), lambda queries: [q.upper() for q in queries]) == list("ABCD")
    assert len(answers) == 2
    assert answers.to(list("ad"), lambda queries: [q + q for q in queries]) == ["aa", "D"]


# The analysis that follows; words decide its stances

TEXT = """Ingrid Solberg praised the harbour plan on Monday. Peter Miller condemned the harbour plan.

"The harbour plan is a disaster," Miller said. Ms Solberg attacked Peter Miller in the council. Anna Schmidt spoke."""


class Counting:
    """A classifier that tells what it was asked."""

    def __init__(self, classifier):
        self._classifier = classifier
        self.refuse_long = classifier.refuse_long
        self.asked = []

    def classify(self, queries, *others):
        self.asked += queries
        return self._classifier.classify(queries, *others)


@pytest.fixture
def counting(analyzer):
    return Analyzer(analyzer.profile, analyzer.annotator, Counting(analyzer.classifier))


@pytest.fixture
def session(counting):
    reading = counting.read(Article.from_text(TEXT))
    session = Session.of(reading, counting.state(reading, ["the harbour plan"]))
    assert counting.classifier.asked
    counting.classifier.asked.clear()
    return session


def labels(analysis):
    return {(stance.actor.name, stance.target): stance.label for stance in analysis.stances}


needs_parser = pytest.mark.embedded


@needs_parser
def test_another_threshold_runs_no_model(session, counting):
    surest = max(stance.probability for stance in session.analysis.stances if stance.label != "neutral")
    strict = session.decide(counting, min(1, surest + 0.01))
    assert {stance.label for stance in strict.analysis.stances} == {"neutral"}
    assert any("below the threshold" in stance.note for stance in strict.analysis.stances)
    assert strict.decide(counting, counting.profile.aggregation.threshold).analysis.stances == session.analysis.stances
    assert counting.classifier.asked == []


@needs_parser
def test_a_lower_threshold_never_makes_a_stance_without_evidence(session, counting):
    assert all(s.evidence or s.label == "neutral" for s in session.decide(counting, 0.01).analysis.stances)
    for threshold in (0, -1, 1.5, float("nan")):
        with pytest.raises(InputError, match="out of range"):
            session.decide(counting, threshold)


@needs_parser
def test_merging_asks_only_what_reads_otherwise(session, counting):
    merged = session.merge(counting, ["Anna Schmidt", "Peter Miller"])
    assert [a.name for a in merged.analysis.actors] == ["Peter Miller", "Ingrid Solberg"]
    assert 0 < len(counting.classifier.asked) <= 2  # the sentence on Schmidt, now with Miller's name in it
    assert all(query.holder == "Peter Miller" for query in counting.classifier.asked)
    assert labels(merged.analysis)["Peter Miller", "the harbour plan"] == "against"
    counting.classifier.asked.clear()
    back = merged.split(counting, "Peter Miller", ["Anna Schmidt"])
    assert back.analysis.actors == session.analysis.actors
    assert back.analysis.stances == session.analysis.stances
    assert counting.classifier.asked == []


@needs_parser
def test_a_quotation_is_the_merged_actors_own(session, counting):
    merged = session.merge(counting, ["Ingrid Solberg", "Peter Miller"], keep="Ingrid Solberg")
    spoken = [e for s in merged.analysis.stances for e in s.evidence if "disaster" in e.text]
    assert [e.speaker for e in spoken] == ["Ingrid Solberg"]


@needs_parser
def test_renaming_changes_the_name_alone_and_lasts(session, counting):
    new = session.rename("Peter Miller", "  The critic ")
    expected = {
        (a.replace("Peter Miller", "The critic"), t): label for (a, t), label in labels(session.analysis).items()
    }
    assert labels(new.analysis) == expected
    assert {e.speaker for s in new.analysis.stances for e in s.evidence} == {None, "The critic"}
    assert [s.probabilities for s in new.analysis.stances] == [s.probabilities for s in session.analysis.stances]
    merged = new.merge(counting, ["The critic", "Anna Schmidt"])
    assert "The critic" in {a.name for a in merged.analysis.actors}
    assert {query.holder for query in counting.classifier.asked} == {"Peter Miller"}
    assert new.rename("The critic", "Peter Miller").analysis == session.analysis
    assert new.forms("The critic") == ["Miller", "Peter Miller"]


@needs_parser
def test_a_name_goes_with_its_actor(session, counting):
    named = session.rename("Anna Schmidt", "Peter H. Miller")
    merged = named.merge(counting, ["Peter Miller", "Peter H. Miller"], keep="Peter Miller")
    again = merged.rename("Peter Miller", "Peter H. Miller")
    assert [a.name for a in again.analysis.actors] == ["Peter H. Miller", "Ingrid Solberg"]
    assert again.forms("Peter H. Miller") == ["Anna Schmidt", "Miller", "Peter Miller"]
    assert again.decide(counting, 0.9).analysis.actors == again.analysis.actors


@needs_parser
def test_a_given_name_gives_way_to_one_of_the_article(session, counting):
    named = session.rename("Peter Miller", "Miller").rename("Anna Schmidt", "Peter Miller")
    assert {a.name for a in named.decide(counting, 0.9).analysis.actors} == {
        "Miller",
        "Ingrid Solberg",
        "Peter Miller",
    }
    parted = named.split(counting, "Miller", ["Miller"])
    assert {a.name for a in parted.analysis.actors} == {"Miller", "Peter Miller", "Ingrid Solberg", "Anna Schmidt"}


@needs_parser
def test_a_given_name_has_its_accents_in_its_letters(session):
    named = session.rename("Peter Miller", "Andre\u0301")
    assert named.rename("Andre\u0301", "Miller").analysis == session.rename("Peter Miller", "Miller").analysis
    assert "Andr\u00e9" in {a.name for a in named.analysis.actors}


@needs_parser
@pytest.mark.parametrize(
    ("name", "new", "message"),
    [
        ("Peter Miller", " ", "is empty"),
        ("Peter Miller", "x" * 200, "200 characters"),
        ("Peter Miller", "Ingrid Solberg", "another actor"),
        ("Nobody", "Somebody", "no actor is named"),
    ],
)
def test_names_that_cannot_be(session, name, new, message):
    with pytest.raises(InputError, match=message):
        session.rename(name, new)


@needs_parser
def test_other_targets_keep_the_actors(session, counting):
    new = session.rename("Peter Miller", "M").retarget(counting, ["Ingrid Solberg"])
    assert labels(new.analysis)["Ingrid Solberg", "Ingrid Solberg"] == "neutral"
    assert new.analysis.targets == ("Ingrid Solberg",)
    assert "M" in {a.name for a in new.analysis.actors}


@needs_parser
def test_summary_and_its_note_stay(counting):
    article = Article.from_text(TEXT)
    analysis = counting.analyze(article, ["the harbour plan"])
    session = Session.of(counting.read(article), analysis).decide(counting, 0.9)
    assert session.analysis.summary == analysis.summary
    assert set(session.analysis.seconds) == {"reading", "stances", "summary"}
    noted = Session.of(counting.read(article), Analyzer.analyze(counting, article, [], summarize=False))
    noted.stated.__dict__["notes"] = (f"{NO_SUMMARY}: it failed",)
    assert f"{NO_SUMMARY}: it failed" in noted.decide(counting, 0.9).analysis.notes


@needs_parser
def test_actors_toward_each_other(session, counting):
    found = {(s.actor.name, s.target): s.label for s in counting.relations(session.reading)}
    assert found == {("Ingrid Solberg", "Peter Miller"): "favor", ("Peter Miller", "Ingrid Solberg"): "against"}
    counting.classifier.asked.clear()
    counting.relations(session.reading)
    assert counting.classifier.asked == []
