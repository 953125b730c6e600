from newstance.models.content import content_words, word_overlap

SOURCES = [
    "Mayor Ingrid Solberg praised the harbour plan on Monday.",
    "The union opposes the ban because 1,200 jobs depend on ships.",
]


def test_word_overlap_is_the_best_single_sentences():
    assert word_overlap("The union opposes the ban.", SOURCES) == 1.0
    assert word_overlap("Solberg praised the plan, but the union opposes the ban.", SOURCES) == 0.5
    assert word_overlap("Penguins swim.", SOURCES) == word_overlap("And so it is.", SOURCES) == 0.0
    assert word_overlap("Solberg.", []) == 0.0


def test_content_words_fold_case_plural_and_possessive():
    assert content_words("The Mayors' plan") == content_words("a mayor’s plans")
    assert content_words("classes") != content_words("class of")
    assert content_words("said the") == frozenset()
