import pytest

from newstance.models import faults
from newstance.models.faults import (
    Wording,
    begins_with_name,
    found_nowhere,
    invented,
    misquoted,
    roles_in,
    torn_names,
    turned_roles,
)

SOURCES = [
    "Mayor Ingrid Solberg praised the harbour plan on Monday.",
    "The union opposes the ban because 1,200 jobs depend on ships.",
    "It rained.",
    "He was not pleased with the harbour plan.",
]


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
        ("Solberg praised it on Tuesday.", ("Tuesday",)),  # a date
        ("Three unions oppose it.", ("Three",)),  # a number in words
    ],
)
def test_names_and_numbers_that_the_source_lacks(sentence, expected):
    assert invented(sentence, " ".join(SOURCES)) == expected


def test_names_are_the_same_with_either_apostrophe_and_titles_in_full():
    assert invented("Then Danny O'Connor spoke.", "Danny O’Connor spoke.") == ()
    assert invented("Then Senator Smith and Dr Vik spoke.", "Sen. Smith and Doctor Vik spoke.") == ()
    assert invented("Then Senator Smith spoke.", "Smith spoke.") == ("Senator",)


def test_the_first_word_is_a_name_if_the_parse_says_so(annotator):
    source = "The mayor spoke."
    assert invented("Solberg spoke.", source) == ()
    for sentence, expected in (
        ("Solberg spoke.", ("Solberg",)),
        ("“Solberg spoke.”", ("Solberg",)),
        ("Later she spoke.", ()),
    ):
        assert invented(sentence, source, begins_with_name(annotator.annotate(sentence))) == expected
    assert not begins_with_name(annotator.annotate("..."))


def test_numbers_are_the_same_in_words_and_digits():
    assert invented("Three men met 4 women.", "The 3 men met four women.") == ()
    assert invented("One of them spoke.", "Somebody spoke.") == ()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ('He was "not pleased".', ()),
        ('He was "pleased with the harbour".', ()),
        ('He was "not amused".', ("not amused",)),
        ("He was “not amused” and «pleased».", ("not amused",)),
        ('He was "Not Pleased," they say.', ()),
        ('An empty "" quotation.', ()),
        ('He was "please".', ("please",)),  # half a word is no quotation
    ],
)
def test_quotations_that_the_source_lacks(sentence, expected):
    assert misquoted(sentence, " ".join(SOURCES)) == expected


def test_found_nowhere_names_both():
    assert found_nowhere('Boris was "not amused".', SOURCES[3]) == ("not amused",)
    assert found_nowhere('Mayor Boris was "not amused".', SOURCES[3]) == ("Mayor", "Boris", "not amused")


def test_a_source_is_looked_through_once_for_all_sentences(monkeypatch):
    looked_at = []

    def counted(text):
        looked_at.append(text)
        return plain(text)

    plain = faults.bare
    monkeypatch.setattr(faults, "bare", counted)
    source = Wording(SOURCES[3])
    for _ in range(3):
        assert found_nowhere('Mayor Boris was "not amused".', source) == ("Mayor", "Boris", "not amused")
        assert torn_names("Boris Johnson spoke.", source) == ("Boris Johnson",)
    assert looked_at.count(SOURCES[3]) == 1
    assert source.words is source.words
    assert source.neighbours is source.neighbours


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Putin invited Kim.", ("Putin invited Kim",)),
        ("Kim invited Putin.", ()),
        ("Kim was invited by Putin.", ("Putin invited Kim",)),
        ("Putin was invited by Kim.", ()),
        ("Putin praised Kim.", ()),  # nothing of the kind is said, so nothing is turned
        ("The union thanked the mayor.", ()),  # the article has it both ways
    ],
)
def test_roles_turned_around(annotator, claim, expected):
    article = annotator.annotate("Kim invited Putin. The mayor thanked the union. The union thanked the mayor.")
    assert turned_roles(annotator.annotate(claim), roles_in(article)) == expected


def test_numbers_that_were_cut_apart_are_known():
    source = "It was seen 235, 000 times, 122. 5 a day, by 3 of 7, 8 or 9 people."
    assert invented("It was seen 235,000 times, 122.5 a day, by 3 of 7, 8 or 9 people.", source) == ()
    assert invented("It was seen 235,001 times.", source) == ("235,001",)


@pytest.mark.parametrize(
    ("sentence", "torn"),
    [
        ("He broke the Health and Safety Act.", ("Safety Act",)),
        ("He broke the Health and Safety at Work Act 1974.", ()),
        ("Gordon Brown met Tony Blair.", ()),
        ("Tony Brown left.", ("Tony Brown",)),
        ("Tony Blair, Gordon Brown left.", ()),
        ("When Tony left, it rained.", ()),
        ("blair brown", ()),
    ],
)
def test_names_that_are_torn(sentence, torn):
    source = "He broke the Health and Safety at Work Act 1974. Tony Blair met Gordon Brown. Tony left."
    assert torn_names(sentence, source) == torn
