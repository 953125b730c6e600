import numpy as np
import pytest
import tiny

from newstance.models.consistency import ConsistencyChecker, ConsistencySettings
from newstance.models.embedding import SentenceEmbedder
from newstance.models.errors import ModelError
from newstance.models.retrieval import Retriever
from newstance.models.sources import locate

SOURCES = [
    "Mayor Ingrid Solberg praised the harbour plan on Monday.",
    "The union opposes the ban because 1,200 jobs depend on ships.",
    "It rained.",
    "He was not pleased with the harbour plan.",
]
WORDS = ["solberg", "praised", "harbour", "plan", "union", "opposes", "ban", "jobs", "ships", "rained", "pleased"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return f"path:{tiny.encoder(tmp_path_factory.mktemp('encoder'), WORDS)}"


@pytest.fixture(scope="module")
def retriever(encoder):
    return Retriever(SentenceEmbedder.load(locate(encoder)))


@pytest.fixture(scope="module")
def checker_of(encoder, tmp_path_factory):
    """An NLI model that finds nothing entailed where penguins are spoken of."""
    labels, words = ["not_entailment", "entailment"], {"penguins": [9, 0]}
    folder = tiny.classifier(tmp_path_factory.mktemp("nli"), labels, words, bias=[0, 1], positions=128)

    def load(**settings):
        return ConsistencyChecker.load(ConsistencySettings(source=f"path:{folder}", embeddings=encoder, **settings))

    return load


# Where a claim comes from


def test_passage_holds_the_nearest_sentences_in_their_order(retriever):
    (passage,) = retriever.passages(SOURCES, ["The union opposes the plan that Solberg praised."])
    assert set(passage.sources) == {0, 1}
    assert passage.text == f"{SOURCES[0]} {SOURCES[1]}"


def test_second_sentence_is_the_one_that_holds_what_the_first_lacks(retriever):
    sources = ["Solberg praised the harbour plan.", "Solberg praised the harbour.", "The union spoke of jobs."]
    (passage,) = retriever.passages(sources, ["Solberg praised the harbour plan, and the union spoke of jobs."])
    assert passage.sources == (0, 2)


def test_sentence_before_a_pronoun_comes_along(retriever):
    (passage,) = retriever.passages(SOURCES, ["He was not pleased."])
    assert passage.sources[0] == 3
    assert SOURCES[2] in passage.text


def test_copy_is_nearest_to_itself(retriever):
    for i, passage in enumerate(retriever.passages(SOURCES, SOURCES)):
        assert passage.sources[0] == i


def test_claim_that_has_nothing_in_common_has_no_source(retriever, checker_of):
    assert retriever.passages(SOURCES, ["Elephants sleep."])[0].sources == ()
    (support,) = checker_of().check(["Elephants sleep in Paris."], SOURCES)
    assert (support.sources, support.support) == ((), 0.0)


def test_a_wide_passage_goes_on_with_what_is_near_as_far_as_there_is_room(retriever):
    claim = ["Solberg praised the harbour plan, and the union spoke of jobs."]
    sources = ["Rain fell.", "Solberg praised the harbour plan.", "The union spoke.", "Jobs are what the union wants."]
    narrow, same, wide, whole = (retriever.passages(sources, claim, words)[0] for words in (0, 8, 14, 100))
    assert narrow == same and len(narrow.shown) == 2
    assert wide.shown == (1, 2, 3)
    assert whole.shown == (0, 1, 2, 3) and whole.text == " ".join(sources)
    assert narrow.sources == wide.sources == whole.sources  # the two nearest are what a reader is shown


def test_a_profile_says_how_wide_passages_are(checker_of):
    sources = [f"Solberg praised plan w{i} of the harbour." for i in range(8)] + ["The penguins sleep."]
    claim = ["Solberg praised the plan of the harbour."]

    def odds(words):
        (support,) = checker_of(passage_words=words).check(claim, sources)
        return np.log(support.support / (1 - support.support))

    assert odds({200: 1}) < odds({20: 1})  # what tells of penguins bears nothing out, by this model
    assert odds({20: 2, 200: 1}) == pytest.approx(
        (2 * odds({20: 1}) + odds({200: 1})) / 3, abs=0.1
    )  # of rounded supports


def test_no_sources_and_no_claims(retriever):
    assert retriever.passages([], ["A claim."])[0].sources == ()
    assert retriever.passages(SOURCES, []) == []


# The score


def test_the_pair_model_decides(checker_of):
    good, bad = checker_of().check(["Solberg praised the plan.", "Penguins praised the plan."], SOURCES)
    assert good.support == pytest.approx(0.731, abs=0.01)
    assert bad.support < 0.5


def test_sentence_of_the_source_is_supported_whatever_the_model_says(checker_of):
    copy, like = checker_of().check(["Penguins swim!", "Penguins all swim."], [*SOURCES, "Penguins swim."])
    assert copy.support == 1.0 and like.support < 0.5


def test_only_a_copy_is_sure(encoder, tmp_path):
    folder = tiny.classifier(tmp_path, ["not_entailment", "entailment"], {}, bias=[0, 30], positions=128)
    checker = ConsistencyChecker.load(ConsistencySettings(source=f"path:{folder}", embeddings=encoder))
    copy, written = checker.check([SOURCES[1], "The union opposes the ban."], SOURCES)
    assert (copy.support, written.support) == (1.0, 0.9999)


def test_source_without_sentences_supports_nothing(checker_of):
    (support,) = checker_of().check(["Solberg praised it."], [])
    assert (support.sources, support.support) == ((), 0.0)
    assert checker_of().check([], SOURCES) == []


def test_answers_come_in_the_order_of_the_claims(checker_of):
    claims = ["It rained.", "The union opposes the ban.", "Solberg praised 7 plans."]
    together = checker_of().check(claims, SOURCES)
    assert [s.sources[0] for s in together] == [2, 1, 0]
    assert [checker_of().check([claim], SOURCES)[0].sources for claim in claims] == [s.sources for s in together]


def test_model_without_entailment_is_refused(encoder, tmp_path):
    folder = tiny.classifier(tmp_path, ["good", "bad"], {})
    with pytest.raises(ModelError, match="entailment"):
        ConsistencyChecker.load(ConsistencySettings(source=f"path:{folder}", embeddings=encoder))


def test_sentences_that_are_near_to_what_counts_tell_most(retriever):
    edge, central = "The union and the ships rained on the lot.", "The harbour plan was praised, and all were pleased."
    sources = [edge, central, central]
    told = retriever.telling(sources, np.full(3, 1 / 3))
    assert told[1] == pytest.approx(told[2]) and told[1] > told[0]
    assert retriever.telling(sources, np.array([1.0, 0, 0]))[0] == pytest.approx(1)
    assert list(Retriever(None).telling(sources, np.ones(3))) == [0, 0, 0]


def test_claims_held_each_against_its_own_sentence(checker_of):
    checker = checker_of()
    claims = ["The union opposes the ban.", "It rained.", "Solberg praised the ban."]
    together = checker.check_each(claims, [SOURCES[1], SOURCES[2], SOURCES[0]])
    assert together == [
        checker.check([c], [s])[0] for c, s in zip(claims, (SOURCES[1], SOURCES[2], SOURCES[0]), strict=True)
    ]
    assert [one.sources for one in together] == [(0,)] * 3
    assert checker.check_each([], []) == []
