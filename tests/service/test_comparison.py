import pytest

from newstance.models.errors import InputError
from newstance.service import Actor, Analysis, Article, Evidence, Mention, Stance
from newstance.service.comparison import compare, shared_targets

TEXT = "x" * 100


def actor(name, weight=0.5, kind="person", aliases=()):
    return Actor(name, kind, aliases, (Mention(0, len(name), name),), weight)


def stance(who, target, label, shown=True):
    probabilities = dict.fromkeys(("favor", "against", "neutral"), 0.1) | {label: 0.8}
    evidence = (Evidence(0, 9, TEXT[:9], "favor" if label == "neutral" else label, 0.8),) if shown else ()
    return Stance(who, target, label, 0.8, probabilities, evidence)


def analysis(*stances, targets=("the plan",)):
    return Analysis(Article(TEXT), None, tuple(dict.fromkeys(s.actor for s in stances)), tuple(targets), stances)


def one(label, name="Kim Jong Un", target="the plan", shown=True):
    return analysis(stance(actor(name), target, label, shown), targets=(target,))


def names(comparison):
    return {a.name: [x.name if x else None for x in a.actors] for a in comparison.actors}


@pytest.mark.parametrize(
    ("labels", "difference"),
    [
        (["favor", "against"], "contrary"),
        (["favor", "neutral", "against"], "contrary"),
        (["favor", "neutral"], "partly"),
        (["against", "against"], "alike"),
        (["favor"], "alone"),
    ],
)
def test_what_differs_is_marked(labels, difference):
    (row,) = compare([one(label) for label in labels]).rows
    assert row.difference == difference
    assert row.cells == (0,) * len(labels)


def test_an_article_without_the_actor_has_no_cell_and_counts_for_no_difference():
    found = compare([one("favor"), one("favor", "Reuters"), one("favor")])
    rows = {row.actor.name: (row.cells, row.difference) for row in found.rows}
    assert rows == {"Kim Jong Un": ((0, None, 0), "alike"), "Reuters": ((None, 0, None), "alone")}
    assert [a.name for a in found.actors] == ["Kim Jong Un", "Reuters"]  # who is in more articles comes first


def test_rows_need_a_passage_somewhere():
    assert compare([one("neutral", shown=False), one("neutral", shown=False)]).rows == ()
    assert len(compare([one("neutral", shown=False), one("against")]).rows) == 1


def test_names_of_one_actor_are_matched_and_the_fullest_is_shown():
    assert names(compare([one("favor", "Kim"), one("favor", "Kim Jong Un")])) == {"Kim Jong Un": ["Kim", "Kim Jong Un"]}
    by_alias = analysis(stance(actor("United States", kind="country", aliases=("Washington",)), "the plan", "favor"))
    washington = analysis(stance(actor("Washington", kind="country"), "the plan", "against"))
    assert names(compare([by_alias, washington])) == {"United States": ["United States", "Washington"]}


def test_a_name_that_fits_several_stands_alone():
    two = analysis(stance(actor("Kim Jong Un"), "the plan", "favor"), stance(actor("Kim Yo Jong"), "the plan", "favor"))
    assert len(names(compare([two, one("favor", "Kim")]))) == 3
    assert len(names(compare([one("favor", "Kim"), two]))) == 2  # the first of the two takes it, never both


def test_a_person_is_no_country():
    country = analysis(stance(actor("Jordan", kind="country"), "the plan", "favor"))
    assert len(names(compare([country, one("favor", "Michael Jordan")]))) == 2


def test_two_actors_of_one_article_are_never_one():
    kims = analysis(stance(actor("Kim Jong Un"), "the plan", "favor"), stance(actor("Kim"), "the plan", "against"))
    assert all(sum(x is not None for x in a.actors) == 1 for a in compare([kims]).actors)


def test_targets_are_united_and_not_asked_is_no_cell():
    found = compare([one("favor"), one("against", target="the war")])
    assert found.targets == ("the plan", "the war")
    assert {(row.target, row.cells) for row in found.rows} == {("the plan", (0, None)), ("the war", (None, 0))}


def test_five_articles_are_the_most():
    assert len(compare([one("favor")] * 5).analyses) == 5
    with pytest.raises(InputError, match="6 articles do not fit"):
        compare([one("favor")] * 6)


def test_targets_are_taken_in_turn_without_doubles():
    proposed = [["the war in Ukraine", "the summit"], ["the war", "sanctions"], ["a harbour"]]
    assert shared_targets(proposed, 3) == ["the war in Ukraine", "a harbour", "the summit"]
    assert shared_targets(proposed, 9)[-1] == "sanctions"
    assert shared_targets([[], []], 3) == []
