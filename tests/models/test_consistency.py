import pytest

from newstance.models.consistency import content_words, ground, invented

SOURCES = [
    "Mayor Ingrid Solberg praised the harbour plan on Monday.",
    "The union opposes the ban because 1,200 jobs depend on ships.",
    "It rained.",
]


def test_best_source_comes_first_and_support_is_the_share_of_words():
    grounding = ground("The union opposes the ban.", SOURCES)
    assert grounding.sources == (1,)
    assert grounding.support == 1.0
    half = ground("The union opposes new taxes.", SOURCES)
    assert half.support == pytest.approx(0.5)


def test_two_sources_are_named_but_do_not_add_up():
    grounding = ground("Solberg praised the plan, but the union opposes the ban.", SOURCES)
    assert set(grounding.sources) == {0, 1}
    assert grounding.support == 0.5


def test_sentence_with_nothing_of_the_source_has_no_sources():
    assert ground("Penguins swim.", SOURCES) == ground("Penguins swim.", SOURCES[:1])
    assert ground("Penguins swim.", SOURCES).sources == ()
    assert ground("Penguins swim.", SOURCES).support == 0.0


def test_sentence_without_content_words_and_text_without_sentences():
    assert ground("And so it is.", SOURCES).support == 0.0
    assert ground("Solberg praised it.", []).sources == ()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The Eiffel Tower opened.", ("Eiffel", "Tower")),  # an invented name
        ("Ingrid Solberg praised it.", ()),
        ("Boris Johnson praised it.", ("Boris", "Johnson")),
        ("Yesterday it rained.", ()),  # the first word is capitalized anyhow
        ("1200 jobs depend on it.", ()),
        ("1,300 jobs depend on it.", ("1,300",)),
        ("Solberg's plan depends on 12 ships.", ("12",)),
        ("SOLBERG praised Solberg’s plan.", ()),
        ("Mayor Peter Peter Peter spoke.", ("Peter",)),
    ],
)
def test_names_and_numbers_that_the_source_lacks(sentence, expected):
    assert invented(sentence, " ".join(SOURCES)) == expected


def test_content_words_fold_case_plural_and_possessive():
    assert content_words("The Mayors' plan") == content_words("a mayor’s plans")
    assert content_words("classes") != content_words("class of")
    assert content_words("said the") == frozenset()
