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
            "Ingrid Solberg, 48, was found guilty of fraud by a court in Oslo.",
            "Ingrid Solberg was found guilty of fraud by a court in Oslo.",
        ),
        (
            "The mayor met the union leaders on Monday and praised them in a speech on Friday.",
            "The mayor met the union leaders and praised them in a speech.",
        ),
        (
            "Late on Thursday the leader of the party called for a vote on the plan.",
            "The leader of the party called for a vote on the plan.",
        ),
        (
            "Investigators found more than 1,400 works in his flat - though they said so later - and 60 elsewhere.",
            "Investigators found more than 1,400 works in his flat and 60 elsewhere.",
        ),
        (
            "Nick Berg, head of the homes trust, which runs 40 houses, was chosen from four candidates.",
            "Nick Berg, head of the homes trust, was chosen from four candidates.",
        ),
        (
            "The firm showed off the W800 - its recently unveiled Walkman branded phone - and sold none of them.",
            "The firm showed off the W800 and sold none of them.",
        ),
        (
            "Two boats sank in the bay, which lies north of the port, the coastguard said.",
            "Two boats sank in the bay, the coastguard said.",
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
        "It is a disaster for the town, which we saw coming for years, and they knew it,” he said.",
        "The mayor said ‘the port, which feeds the whole town, will have to close its gates’ in her speech.",
        "'The port, which feeds the whole town, will have to close its gates by the summer,' she said.",
        "The guests were Anna Berg, the finance minister, and a group of farmers from the north.",
        "Berg, who resigned, left early.",  # too little would be left
        "The verdict of the court in Oslo will be read out on Monday in public.",  # the day tells when to come
        "Only those who had paid were allowed to vote, the chairman of the union said.",
        "The firm could sell its stake in the bank unless the court forbids it, an official said.",
        "The league will not play on Saturday because of the frost in the north.",
        "On the table in the hall lay a list of all who had voted for the strike.",
        "A six-month inquiry into the sale of the land found no fault with the council.",
        "It rained all day in the north of the country.",
        "The damage has made the port useless to rebels, says Norrland Research, and will cost a year.",
        "As the police said, the boat of the coastguard sank in the bay near the port.",
        "The visit by Anna Berg, a member of the council, the body that runs the port, was the first one.",
    ],
)
def test_what_tells_which_or_how_stays(short, whole):
    assert short(whole) == whole


def test_a_line_break_behind_a_sentence_changes_nothing(annotator):
    text = "Clarke, who replaced Ward as manager last spring, said he had not been told of the sale."
    first, _ = annotator.annotate(f"{text}\n\nThe town was quiet.").sents
    assert first[-1].is_space
    assert shortened(first) == "Clarke said he had not been told of the sale."


@pytest.mark.parametrize(
    ("whole", "rest"),
    [
        (
            "iFixit announced on Monday that it had received 6,818 signatures.",
            "iFixit announced that it had received 6,818 signatures.",
        ),
        (
            "On Tuesday, nine in ten shareholders voted to back the sale to a rival.",
            "Nine in ten shareholders voted to back the sale to a rival.",
        ),
    ],
)
def test_a_capital_is_put_only_where_the_beginning_is_cut(short, whole, rest):
    assert short(whole) == rest
