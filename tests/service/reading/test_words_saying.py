"""Every word of the lists of ``saying`` in a sentence that it decides."""

import pytest
from lists_of_words import decides, each, past

from newstance.service.judging.passages import target_of
from newstance.service.judging.voice import voice_of
from newstance.service.reading.actors import find_actors, match_actor
from newstance.service.reading.quotations import find_quotations
from newstance.service.reading.sentences import sentences_of

pytestmark = pytest.mark.embedded

# Cues behind which no clause stands.
_WITH_AN_OBJECT = "call criticise criticize denounce describe dismiss hail praise quote urge welcome"


@pytest.fixture
def cues(annotator):
    def find(text):
        doc = annotator.annotate(text)
        return [(q.cue, q.speaker.name if q.speaker else None) for q in find_quotations(doc, find_actors(doc))]

    return find


@pytest.fixture
def voice(annotator):
    """Whose word the last sentence of a text is on Anna Schmidt and the plan."""

    def find(text):
        doc = annotator.annotate(text)
        actors = find_actors(doc)
        quotations = find_quotations(doc, actors)
        actor, target = match_actor("Anna Schmidt", actors), target_of("the plan", (), actors)
        return voice_of(sentences_of(doc, quotations)[-1], actor, target, doc, quotations)

    return find


@each("saying", "cues")
def test_a_cue_brings_somebodys_words(word, cues):
    text = f"Anna Schmidt {past(word)} the plan would fail."
    if word in _WITH_AN_OBJECT.split():
        text = f"Anna Schmidt {past(word)} the “utter failure” of the council."
    found = [(word, "Anna Schmidt")]
    if word == "accuse":  # all that she says, and what of it is in her own words
        text, found = "Anna Schmidt accused the council of “utter failure”.", found * 2
    decides(word, "CUES", lambda: cues(text), found)


@each("saying", "perceiving")
def test_what_somebody_perceives_is_not_said(word, cues):
    text = f"Anna Schmidt {past(word)} that the plan had failed."
    decides(word, "PERCEIVING", lambda: cues(text), [])


@each("saying", "naming")
def test_who_calls_somebody_something_says_so(word, cues):
    text = f"Anna Schmidt {past(word)} Peter Miller as a liar."
    decides(word, "NAMING", lambda: cues(text), [(word, "Anna Schmidt")])


@each("saying", "accusing")
def test_who_accuses_somebody_of_something_says_so(word, cues):
    text = f"Anna Schmidt {past(word)} Peter Miller of lying."
    decides(word, "_ACCUSING", lambda: cues(text), [(word, "Anna Schmidt")])


@each("saying", "factive")
def test_what_is_confirmed_is_no_claim(word, voice):
    text = f"Peter Miller {past(word)} that Anna Schmidt backs the plan."
    decides(word, "_FACTIVE", lambda: voice(text)[0] != "claim", True)


@each("saying", "hearsay")
def test_hearsay_is_a_claim(word, voice):
    text = f"Anna Schmidt is {past(word)} to back the plan."
    if word == "accuse":
        text = "Anna Schmidt was accused by Peter Miller of backing the plan."
    decides(word, "_HEARSAY", lambda: voice(text)[0], "claim")


@each("saying", "partly")
def test_the_object_of_a_verb_may_be_in_somebodys_own_words(word, cues):
    text = f"Anna Schmidt {past(word)} the “utter failure” of the council."
    decides(word, "_PARTLY", lambda: (word, "Anna Schmidt") in cues(text), True)


@each("saying", "gives_a_name")
def test_what_is_called_so_is_nobodys_words(word, cues):
    text = f"Anna Schmidt said that the {word} “iron wall” had failed."
    decides(word, "_GIVES_A_NAME", lambda: len(cues(text)), 1)


@each("small_words", "possessives")
def test_somebodys_own_spokesman_speaks_for_them(word, voice):
    text = f"Anna Schmidt met Maria Weber. {word.title()} spokesman said that Anna Schmidt backs the plan."
    decides(word, "_POSSESSIVES", lambda: voice(text), ("own words", None))
