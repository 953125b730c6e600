import random

import pytest

from newstance.models.training.false_edits import CORRUPTIONS, corruptions
from newstance.models.training.true_edits import faithful

ARTICLE = (
    "Ingrid Solberg praised the harbour plan in Bergen on Monday. The union, which has 1,200 members, may oppose it. "
    "Peter Vik has visited Oslo and met three ministers. He was not pleased. The council rejected the offer of the "
    'company. "It will cost 40 jobs," said Peter Vik. The firm sold seven ships to Norway last year.'
)


@pytest.fixture(scope="module")
def article(annotator):
    return annotator.annotate(ARTICLE)


def false_versions(annotator, article, claim, seeds=20):
    """Every text that some seed gives, by kind."""
    found = {}
    for seed in range(seeds):
        for edit in corruptions(annotator.annotate(claim), article, random.Random(seed)):
            found.setdefault(edit.kind, set()).add(edit.text)
    return found


@pytest.mark.parametrize(
    ("claim", "kind", "expected"),
    [
        ("Ingrid Solberg praised the plan.", "name", {"Peter Vik praised the plan."}),
        ("Peter Vik met three ministers.", "negation", {"Peter Vik did not meet three ministers."}),
        ("He was not pleased.", "negation", {"He was pleased."}),
        ("He can't go there.", "negation", {"He can go there."}),
        ("Ingrid Solberg praised it on Monday.", "date", {"Ingrid Solberg praised it on Friday."}),
        ("The union may oppose it.", "certainty", {"The union will oppose it."}),
        ("The council rejected the offer.", "role", {"The offer rejected the council."}),
        ("The council was praised by the union.", "role", {"The union was praised by the council."}),
        ("Prices rose in May.", "opposite", {"Prices fell in May."}),
        ("Ingrid Solberg praised the harbour plan.", "splice", {"Ingrid Solberg praised the offer of the company."}),
    ],
)
def test_each_kind_changes_one_thing(annotator, article, claim, kind, expected):
    assert expected <= false_versions(annotator, article, claim)[kind]


def test_numbers_change_and_stay_numbers(annotator, article):
    for text in false_versions(annotator, article, "The union has 1,200 members.")["number"]:
        changed = text.removeprefix("The union has ").removesuffix(" members.")
        assert changed != "1,200" and changed.replace(",", "").isdigit()
    assert (
        "Peter Vik met four ministers."
        in false_versions(annotator, article, "Peter Vik met three ministers.")["number"]
    )


def test_nothing_is_put_in_the_place_of_itself(annotator, article):
    # One person of the article only: nobody to swap with. "Solberg" is the same person.
    assert "name" not in false_versions(annotator, annotator.annotate("Ingrid Solberg spoke."), "Solberg spoke.")


def test_false_versions_are_false_at_most_once_of_a_kind_and_the_seed_decides(annotator, article):
    claim = annotator.annotate("Peter Vik did not praise the 40 jobs on Monday.")
    made = corruptions(claim, article, random.Random(3))
    assert made == corruptions(claim, article, random.Random(3))
    kinds = [edit.kind for edit in made]
    assert len(kinds) == len(set(kinds)) and set(kinds) <= set(CORRUPTIONS)
    assert claim.text not in [edit.text for edit in made]


@pytest.mark.parametrize(
    ("start", "kind", "expected"),
    [
        ("The union", "shortened", "The union may oppose it."),
        ("Peter Vik has visited", "one clause", "Peter Vik has visited Oslo."),
        ("Ingrid", "renamed", "Solberg praised the harbour plan in Bergen on Monday."),
        ("The council", "turned", "The offer of the company was rejected by the council."),
        ('"It will', "told", "Peter Vik said it will cost 40 jobs."),
    ],
)
def test_true_versions(article, start, kind, expected):
    sentence = next(s for s in article.sents if s.text.startswith(start))
    found = {(e.kind, e.text) for seed in range(20) for e in faithful(sentence, random.Random(seed))}
    assert (kind, expected) in found


def test_pronoun_is_named_only_where_one_person_can_be_meant(annotator):
    sentences = list(annotator.annotate("Peter Vik met Ingrid Solberg. He was pleased with that.").sents)
    assert "renamed" not in [edit.kind for edit in faithful(sentences[1], random.Random(1))]
    sentences = list(annotator.annotate("Peter Vik went home. He was pleased with that.").sents)
    assert [e.text for e in faithful(sentences[1], random.Random(1)) if e.kind == "renamed"] == [
        "Peter Vik was pleased with that."
    ]
