import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from newstance.service.reading.actors import find_actors
from newstance.service.reading.quotation_marks import quoted_spans
from newstance.service.reading.quotations import find_quotations

pytestmark = pytest.mark.embedded


@pytest.fixture
def found(annotator):
    """[(words, speaker, kind, cue)] of a text."""

    def find(text):
        doc = annotator.annotate(text)
        quotations = find_quotations(doc, find_actors(doc))
        return [(text[q.start : q.end], q.speaker and q.speaker.name, q.kind, q.cue) for q in quotations]

    return find


@pytest.fixture
def quoted(found):
    """[(words, speaker)] of what stands in quotation marks."""
    return lambda text: [(words, speaker) for words, speaker, kind, _ in found(text) if kind != "indirect"]


@pytest.fixture
def reported(found):
    """[(words, speaker)] of what is reported without quotation marks."""
    return lambda text: [(words, speaker) for words, speaker, kind, _ in found(text) if kind == "indirect"]


@pytest.mark.parametrize(
    "text",
    [
        '"We will win," said Anna Schmidt.',
        '"We will win," Anna Schmidt said.',
        '"We will win," the mayor, Anna Schmidt, told reporters.',
        'Anna Schmidt said: "We will win,"',
        "“We will win,” said Anna Schmidt.",
        "«We will win,» said Anna Schmidt.",
        "„We will win,“ said Anna Schmidt.",
        "„We will win,” said Anna Schmidt.",
        '“We will win," said Anna Schmidt. The "old" plan failed.',
        'According to Anna Schmidt, "We will win,"',
        '"We will win," according to Anna Schmidt.',
        'Company spokeswoman Anna Schmidt said: "We will win,"',
        'Anna Schmidt spoke to reporters. "We will win," she said.',
        '"We will win," replied Anna Schmidt, who accused Peter Miller of lying.',
        'Peter Miller left, and Anna Schmidt said "We will win,"',
        'Germany\'s minister Anna Schmidt said: "We will win,"',
    ],
)
def test_speaker_is_whom_the_syntax_names(quoted, text):
    assert quoted(text)[0] == ("We will win,", "Anna Schmidt")


def test_two_speakers_in_one_sentence(quoted):
    text = 'Jens Stoltenberg praised the "brave people" of the town, and Anna Schmidt said "thank you".'
    assert quoted(text) == [("brave people", "Jens Stoltenberg"), ("thank you", "Anna Schmidt")]


def test_country_in_front_of_a_leader_is_not_the_speaker(quoted):
    text = 'North Korea\'s leader Kim Jong Un has promised Vladimir Putin "full support" in the war.'
    assert quoted(text) == [("full support", "Kim Jong Un")]


@pytest.mark.parametrize(
    "text",
    [
        '"The plan is a disaster." The rain fell on the roofs of the town.',
        '"The plan is a disaster," said the chairman of the board.',
        'It was Peter Miller\'s idea. "We will win," somebody said.',
        '"The plan is bad," Anna Schmidt said. Peter Miller laughed. "We must go."',
    ],
)
def test_speaker_who_cannot_be_told_is_none(quoted, text):
    assert quoted(text)[-1][1] is None


def test_quotation_of_several_paragraphs_is_closed_in_its_last(quoted):
    text = "Anna Schmidt said: “The plan is bad.\n\n“It costs too much.\n\n“And it is ugly.” It rained."
    assert quoted(text) == [
        ("The plan is bad.", "Anna Schmidt"),
        ("It costs too much.", "Anna Schmidt"),
        ("And it is ugly.", "Anna Schmidt"),
    ]


def test_speaker_goes_on_behind_the_attribution_and_in_the_next_paragraph(quoted):
    text = '"We will win," Anna Schmidt said. "We must."\n\n"We can."\n\nIt rained.'
    assert [speaker for _, speaker in quoted(text)] == ["Anna Schmidt"] * 3


def test_quoted_word_later_in_the_paragraph_is_not_the_speakers(quoted):
    text = '"We will win," Anna Schmidt said. The "great plan" is old.'
    assert quoted(text) == [("We will win,", "Anna Schmidt")]


def test_words_quoted_within_a_quotation_are_part_of_it(quoted):
    text = 'Anna Schmidt said: “They call it ‘progress’ and "reform" here.”'
    assert quoted(text) == [('They call it ‘progress’ and "reform" here.', "Anna Schmidt")]


def test_verb_within_the_quotation_names_no_speaker(quoted):
    text = 'Anna Schmidt left. "Peter Miller said no, and Germany said no."'
    assert quoted(text) == [("Peter Miller said no, and Germany said no.", None)]


@pytest.mark.parametrize("text", ['5" pipes', "rock'n'roll", "“ ”", '""', "“", "” and »", '"', "don't"])
def test_odd_marks_are_no_quotations(quoted, text):
    assert quoted(f"{text}") == []


def test_quotation_left_open_ends_with_its_paragraph(quoted):
    assert quoted('Anna Schmidt said: "We will win.\n\nIt rained.') == [("We will win.", "Anna Schmidt")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("‘We don’t back it,’ said Anna Schmidt.", "We don’t back it,"),
        ("'We don't back it,' said Anna Schmidt.", "We don't back it,"),
        ("‘We back the workers’ rights,’ said Anna Schmidt.", "We back the workers’ rights,"),
        ("The workers' hall was full in the '90s. 'We won,' said Anna Schmidt.", "We won,"),
        ("« We will win, » said Anna Schmidt.", "We will win,"),
        ("»We will win,« said Anna Schmidt.", "We will win,"),
        ("„We will win,“ said Anna Schmidt.", "We will win,"),
        ("“They say ‘no’ to us,” said Anna Schmidt.", "They say ‘no’ to us,"),
        ("'They say \"no\" to us,' said Anna Schmidt.", 'They say "no" to us,'),
        ("“A “bad” plan,” said Anna Schmidt.", "A “bad” plan,"),
    ],
)
def test_marks_of_all_kinds(quoted, text, words):
    assert quoted(text) == [(words, "Anna Schmidt")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna Schmidt said that the plan would fail.", ["the plan would fail"]),
        ("The plan would fail, Anna Schmidt said.", ["The plan would fail"]),
        ("The plan, Anna Schmidt said, would fail.", ["The plan", "would fail"]),
        ("According to Anna Schmidt, the plan will fail.", ["the plan will fail"]),
        ("The plan will fail, according to Anna Schmidt.", ["The plan will fail"]),
        ("Anna Schmidt accused Peter Miller of backing the war.", ["Peter Miller of backing the war"]),
        ("Anna Schmidt called Peter Miller a friend of the war.", ["Peter Miller a friend of the war"]),
        ("Anna Schmidt, who said that the war was over, left.", ["the war was over"]),
        ("Anna Schmidt left and said that the war was over.", ["the war was over"]),
        ("Anna Schmidt spoke. She said that she would leave.", ["she would leave"]),
        ("A spokesman for Anna Schmidt said the plan was bad.", ["the plan was bad"]),
        ("Anna Schmidt: we will win the war\nAnna Schmidt left.", ["we will win the war"]),
        ("The war is lost: Anna Schmidt\nAnna Schmidt left.", ["The war is lost"]),
    ],
)
def test_reported_speech(reported, text, words):
    assert reported(text) == [(part, "Anna Schmidt") for part in words]


@pytest.mark.parametrize(
    "text",
    [
        "Prices rose according to plan.",
        "Anna Schmidt praised the plan.",
        "Anna Schmidt called for an end of the war.",
        "Football: three goals in ten minutes\nAnna Schmidt left.",
        "Anna Schmidt built a house and sold it.",
    ],
)
def test_what_is_no_reported_speech(reported, text):
    assert reported(text) == []


def test_reporter_who_is_no_actor_is_none_but_has_a_name(annotator):
    doc = annotator.annotate("Critics say that Anna Schmidt hates dogs.")
    (quotation,) = find_quotations(doc, find_actors(doc))
    assert (quotation.speaker, quotation.source) == (None, "Critics")


@pytest.mark.parametrize(
    "text",
    [
        'Anna Schmidt offered Peter Miller "full support" on Monday.',
        'Anna Schmidt said the offer was "full support".',
        'Anna Schmidt promised "full support".',
        'Anna Schmidt called the offer "full support".',
    ],
)
def test_words_quoted_within_a_sentence_are_mixed(found, text):
    assert ("full support", "Anna Schmidt", "mixed") in [one[:3] for one in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        'The so-called "experts" left town.',
        '"Experts" say the plan is bad.',
        'The plan is "a disaster".',
        'Anna Schmidt sang "Let It Be" in the church.',
        'Anna Schmidt announced the "Green Future" programme.',
        'Peter Miller, known as "the fox", left with Anna Schmidt.',
        "Anna Schmidt's 'old' car broke down.",
    ],
)
def test_scare_quotes_and_names_are_no_quotations(quoted, text):
    assert quoted(text) == []


def test_cue_is_the_verb_that_brings_the_words(found):
    text = '"We will win," Anna Schmidt insisted. According to Anna Schmidt, it rained.'
    assert [(kind, cue) for *_, kind, cue in found(text)] == [("direct", "insist"), ("indirect", "according to")]


def test_words_left_open_get_the_speaker_named_later(quoted):
    text = "“The plan is bad.\n\n“It costs too much,” said Anna Schmidt."
    assert [speaker for _, speaker in quoted(text)] == ["Anna Schmidt"] * 2


def test_paragraph_of_quotation_goes_on_with_who_was_reported_before(quoted):
    text = "Anna Schmidt said that the plan was bad.\n“It costs too much.”\nIt rained.\n“Let us go.”"
    assert quoted(text) == [("It costs too much.", "Anna Schmidt"), ("Let us go.", None)]


def test_who_announces_something_after_a_closed_quotation_is_not_its_speaker(quoted):
    assert quoted('"We will win." Anna Schmidt announced a plan.') == [("We will win.", None)]


ODD = st.lists(
    st.sampled_from(
        [*"aZ é😀\u200b\u0301٣中\n\t .,:;!?-—'\"’‘“”„«»‹›‚「」()", "said", " Anna Schmidt ", " that ", " of "]
    ),
    max_size=60,
).map("".join)


@given(ODD)
def test_marks_enclose_words_of_the_text_in_order(text):
    last = 0
    for start, end, *_ in quoted_spans(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        last = end


@given(ODD)
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_quotations_slice_out_of_odd_texts(annotator, text):
    text = f"Anna Schmidt said: {text} Peter Miller accused her of it."
    doc = annotator.annotate(text)
    for quotation in find_quotations(doc, find_actors(doc)):
        assert 0 <= quotation.start < quotation.end <= len(text)
        assert text[quotation.start : quotation.end].strip()


# Semicolons, and verbs that no list has


@pytest.mark.parametrize(
    "text",
    ["Inga Holt rejected the levy; Peter Lowe said he was tired.", "Norway signed it; Spain later praised it."],
)
def test_nobody_says_what_stands_before_a_semicolon(annotator, text):
    doc = annotator.annotate(text)
    found = find_quotations(doc, find_actors(doc))
    assert not [q for q in found if q.start < text.index(";")]


@pytest.mark.parametrize(
    "verb", ["stated", "affirmed", "countered", "hinted", "advised", "ruled", "conceded", "retorted"]
)
def test_verbs_of_saying_are_known_by_their_clause(annotator, verb):
    text = f"Inga Holt {verb} that the levy was unfair."
    doc = annotator.annotate(text)
    (found,) = find_quotations(doc, find_actors(doc))
    assert (found.speaker.name, text[found.start : found.end]) == ("Inga Holt", "the levy was unfair")


@pytest.mark.parametrize("verb", ["knew", "heard", "saw"])
def test_what_somebody_perceives_is_not_said(annotator, verb):
    doc = annotator.annotate(f"Inga Holt {verb} that the levy was unfair.")
    assert find_quotations(doc, find_actors(doc)) == []
