import pytest

from newstance.eval.marks.actors import count_actors
from newstance.eval.marks.marked import Marked
from newstance.service import Actor

LISTED = [
    {"names": ["Anna Schmidt", "Schmidt", "the mayor"], "kind": "person", "acts": True, "is_named": True},
    {"names": ["Karl Schmidt", "Schmidt"], "kind": "person", "acts": False, "is_named": True},
    {"names": ["Greens"], "kind": "group", "acts": True, "is_named": True},
    {"names": ["prosecutors"], "kind": "group", "acts": True, "is_named": False},
]
NOT_ACTORS = ["Harwick Post", "Schmidt"]


def counted(*actors):
    return count_actors(Marked("one", "", {"actors": LISTED, "not_actors": NOT_ACTORS}), actors)


def shares(missed=(0, 3), acting=(0, 2), doubled=(0, 3), kind=(0, 3), false=(0, 3), denied=(0, 3), merged=(0, 3)):
    return {
        "missed": missed,
        "missed, of those who say or do something": acting,
        "doubled, of those found": doubled,
        "wrong kind, of those found": kind,
        "false, of all entries": false,
        "false and listed as no actor, of all entries": denied,
        "merged, of all entries": merged,
    }


ANNA, KARL = Actor("Anna Schmidt", "person", ("Schmidt",)), Actor("Karl Schmidt", "person")
GREENS = Actor("the Greens", "body")  # of a party, some say group and some body


def test_all_is_right():
    one = counted(ANNA, KARL, GREENS)
    assert one.shares == shares()
    assert one.errors == []


def test_those_without_a_name_are_neither_missed_nor_false():
    assert counted(ANNA, KARL, GREENS, Actor("the prosecutors", "group")).shares == shares(
        false=(0, 4), denied=(0, 4), merged=(0, 4)
    )


def test_missed_and_false():
    one = counted(KARL, Actor("Tofu", "body"), Actor("Harwick Post", "body"))
    assert one.shares == shares((2, 3), (2, 2), (0, 1), (0, 1), (2, 3), (1, 3))
    assert one.errors == [
        "missed, acts, person: Anna Schmidt",
        "missed, acts, group: Greens",
        "false, body: Tofu",
        "false, listed as none, body: Harwick Post",
    ]


def test_doubled_and_wrong_kind():
    one = counted(ANNA, Actor("Mayor", "person"), Actor("Karl Schmidt", "country"), GREENS)
    assert one.shares == shares(doubled=(1, 3), kind=(1, 3), false=(0, 4), denied=(0, 4), merged=(0, 4))
    assert one.errors == ["doubled: Anna Schmidt; Mayor", "country for person: Karl Schmidt"]


def test_merged_finds_both_and_is_of_no_wrong_kind():
    one = counted(Actor("Anna Schmidt", "person", ("Greens", "Schmidt")), KARL)
    assert one.shares == shares(false=(0, 2), denied=(0, 2), merged=(1, 2), kind=(0, 3))
    assert one.errors == ["merged in Anna Schmidt: Anna Schmidt; Greens"]


@pytest.mark.parametrize("others", [[], [ANNA]])
def test_a_name_that_two_have_finds_both_but_doubles_and_merges_none(others):
    entries = [Actor("Schmidt", "person"), *others, GREENS]
    n = (0, len(entries))
    assert counted(*entries).shares == shares(false=n, denied=n, merged=n)


def test_a_surname_of_two_means_whoever_else_is_named_in_the_entry():
    assert counted(ANNA, GREENS).errors == ["missed, person: Karl Schmidt"]
