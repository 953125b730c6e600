"""What a sentence can be told without, by the embedded annotator's parses."""

import pytest

from newstance.models.shortening import shortened


@pytest.fixture
def short(annotator):
    def short(text):
        (sentence,) = annotator.annotate(text).sents
        return shortened(sentence)

    return short


@pytest.mark.parametrize(
    ("whole", "rest"),
    [
        (
            "Clarke, who replaced Ward as manager last spring, said he had not been told of the sale.",
            "Clarke said he had not been told of the sale.",
        ),
        (
            "The league will be split into two conferences, which would cut the number of matches.",
            "The league will be split into two conferences.",
        ),
        (
            "The regulator (ORN) told the operators to pay passengers without delay.",
            "The regulator told the operators to pay passengers without delay.",
        ),
        (
            "The car was on its way to the prince, who has not been named, according to the court.",
            "The car was on its way to the prince, according to the court.",
        ),
        (
            "However, the move was put on hold when the plans were turned down.",
            "The move was put on hold when the plans were turned down.",
        ),
        (
            "The council announced on Monday that it had received 6,818 signatures.",
            "The council announced that it had received 6,818 signatures.",
        ),
        (
            "On Tuesday, nine in ten shareholders voted to back the sale to a rival.",
            "Nine in ten shareholders voted to back the sale to a rival.",
        ),
        (
            "Prosecutors said Friday night they had found the money in a garage.",
            "Prosecutors said they had found the money in a garage.",
        ),
        (
            "Ingrid Solberg, 48, of Bergen, was found guilty of fraud by a court in Oslo.",
            "Ingrid Solberg, of Bergen, was found guilty of fraud by a court in Oslo.",
        ),
        (
            "Ingrid Solberg, 48, was found guilty of fraud by a court in Oslo.",
            "Ingrid Solberg was found guilty of fraud by a court in Oslo.",
        ),
        (
            "Both Daniel and his sister Becky, 17, were taken into care after the fire.",
            "Both Daniel and his sister Becky were taken into care after the fire.",
        ),
        (
            "Six people died when the driver, Harry Clarke, 58, lost his way in the fog.",
            "Six people died when the driver, Harry Clarke, lost his way in the fog.",
        ),
        (
            "(CNN) -- With a sweep of his hand the president opened a new bridge over the river.",
            "With a sweep of his hand the president opened a new bridge over the river.",
        ),
        (
            "Investigators found more than 1,400 works in his flat - though they said so later - and 60 elsewhere.",
            "Investigators found more than 1,400 works in his flat and 60 elsewhere.",
        ),
    ],
)
def test_what_stands_beside_may_go(short, whole, rest):
    assert short(whole) == rest


@pytest.mark.parametrize(
    "whole",
    [
        "People who smoke in the old town will be fined by the city.",  # it says which people
        "The mayor did not agree to the plan unless the council paid for half of it.",
        '"We asked the mayor, who lives in the house, to leave it by Monday," the owner said.',
        "The guests were Anna Berg, the finance minister, and a group of farmers from the north.",
        "Berg, who resigned, left early.",  # too little would be left
        "The verdict of the court in Oslo will be read out on Monday in public.",  # the day tells when to come
        "The mayor met the union leaders on Monday and praised them in a speech on Friday.",
        "The boy was found in the park at about 12:40 on Monday by a walker.",
        "The northern club won its match against Dundee on Saturday at noon.",
        "Late on Thursday the leader of the party called for a vote on the plan.",
        "It rained all day in the north of the country.",
    ],
)
def test_what_tells_which_or_how_stays(short, whole):
    assert short(whole) == whole
