import pytest

from newstance.eval.marks.marked import Marked
from newstance.eval.marks.quotations import count_quotations
from newstance.service import Actor
from newstance.service.reading.quotations import Quotation

ANNA = Actor("Anna Schmidt", "person", ("Schmidt",))
PETER = Actor("Peter Orlov", "person")
ACTORS = [ANNA, PETER]
TEXT = "Anna Schmidt said the wind park was a gift. “We will build it,” she said. Residents say it is “a curse”."


def mark(words, kind, *speakers):
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "kind": kind, "speakers": list(speakers)}


def quotation(words, kind="direct", speaker=None):
    return Quotation(TEXT.index(words), TEXT.index(words) + len(words), speaker, kind)


GIFT = mark("the wind park was a gift", "indirect", "Anna Schmidt")
BUILD = mark("We will build it,", "direct", "Anna Schmidt")
CURSE = mark("a curse", "mixed")


def counted(marks, found, start=0):
    passage = {"start": start, "end": len(TEXT), "quotations": marks}
    return count_quotations(Marked("one", TEXT, {"passages": [passage]}), found, ACTORS)


def test_all_is_right():
    found = [
        quotation("the wind park was a gift", "indirect", ANNA),
        quotation("We will build it,", "direct", ANNA),
        quotation("a curse", "mixed"),
    ]
    one = counted([GIFT, BUILD, CURSE], found)
    assert one.shares == {
        "found": (3, 3),
        "found, direct": (1, 1),
        "found, indirect": (1, 1),
        "found, mixed": (1, 1),
        "found, each character": (3, 3),
        "false, of those given": (0, 3),
        "speaker right, of those found": (3, 3),
        "speaker wrong, of those found": (0, 3),
        "speaker left open, of those found": (0, 3),
        "kind right, of those found": (3, 3),
    }
    assert one.errors == []


def test_each_error_has_its_count_and_its_line():
    found = [
        quotation("was a gift", "direct", PETER),  # a part of the mark, by somebody else
        quotation("We will build", "direct"),  # nobody's
        quotation("Residents say", "indirect", ANNA),  # where there is none
    ]
    one = counted([GIFT, BUILD, CURSE], found)
    assert one.shares == {
        "found": (2, 3),
        "found, direct": (1, 1),
        "found, indirect": (1, 1),
        "found, mixed": (0, 1),
        "found, each character": (0, 3),
        "false, of those given": (1, 3),
        "speaker right, of those found": (0, 2),
        "speaker wrong, of those found": (1, 2),
        "speaker left open, of those found": (1, 2),
        "kind right, of those found": (1, 2),
    }
    assert one.errors == [
        "missed, mixed, nobody named: a curse",
        "speaker wrong, indirect, Peter Orlov for Anna Schmidt: the wind park was a gift",
        "speaker left open, direct, nobody for Anna Schmidt: We will build it,",
        "false, indirect, Anna Schmidt: Residents say",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [("a gift. “We will", 0), ("build it,” she said", 1), ("it,” she said. Residents", 0)],
)
def test_found_is_what_shares_more_than_half_of_either(words, found):
    assert counted([BUILD], [quotation(words)]).shares["found"] == (found, 1)


def test_words_within_a_reported_clause_are_found_by_it_and_best_by_their_own():
    whole, words = quotation("it is “a curse”", "indirect", ANNA), quotation("a curse", "mixed")
    assert counted([CURSE], [whole]).shares["found"] == (1, 1)
    assert counted([CURSE], [whole]).shares["kind right, of those found"] == (0, 1)
    for found in ([whole, words], [words, whole]):
        shares = counted([CURSE], found).shares
        assert shares["kind right, of those found"] == shares["found, each character"] == (1, 1)
        assert shares["speaker right, of those found"] == (1, 1)
        assert shares["false, of those given"] == (0, 2)


@pytest.mark.parametrize(
    ("speakers", "speaker", "answer"),
    [
        (["Schmidt"], ANNA, "right"),
        (["Ms Schmidt"], ANNA, "right"),
        (["Orlov"], PETER, "right"),  # no alias of his, but it means him in this article
        (["Peter Orlov", "Anna Schmidt"], ANNA, "right"),  # they speak as one
        (["Peter Orlov"], ANNA, "wrong"),
        (["Anna Schmidt"], None, "left open"),
        ([], None, "right"),
        ([], ANNA, "wrong"),
    ],
)
def test_a_speaker_is_right_by_name_or_alias_and_nobody_where_nobody_is_named(speakers, speaker, answer):
    shares = counted([BUILD | {"speakers": speakers}], [quotation("We will build it,", "direct", speaker)]).shares
    for name in ("right", "wrong", "left open"):
        assert shares[f"speaker {name}, of those found"] == (int(name == answer), 1)


def test_what_stands_outside_of_the_passages_counts_nothing():
    start = TEXT.index("“We will")
    found = [quotation("the wind park was a gift", "indirect"), quotation("We will build it,", "direct", ANNA)]
    assert counted([BUILD], found, start).shares["false, of those given"] == (0, 1)
    assert counted([BUILD], found).shares["false, of those given"] == (1, 2)
