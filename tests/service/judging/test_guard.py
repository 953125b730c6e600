"""Summaries of a small article, with a checker that goes by copied words alone."""

import pytest

from newstance.models.errors import ModelError
from newstance.models.faults import roles_in
from newstance.models.summarizer import GeneratedSummary
from newstance.service.judging.guard import Guard, sources_of
from newstance.service.profile import GuardSettings

TEXT = (
    "Ingrid Solberg praised the harbour plan on Monday. Kim invited Putin to the talks. It rained all day. "
    "The union opposes the plan of the mayor."
)
TRUE = "The union opposes the plan."
INVENTED = "Boris Johnson opposes the plan of the mayor."
STRANGE = "Penguins like a plan they know nothing about."
TURNED = "Putin invited Kim to the talks."


class Writes:
    """A summarizer that writes one list of sentences after the other; the last one again and again."""

    def __init__(self, *samples):
        self.samples = samples
        self.asked = []

    def summarize(self, text, *, sentences=None, words=None, on_text=None, sample=0):
        self.asked.append(sample)
        written = self.samples[min(sample, len(self.samples) - 1)]
        if isinstance(written, Exception):
            raise written
        if on_text:
            on_text(written[0])
        return GeneratedSummary(" ".join(written), tuple(written), False, "writes")


@pytest.fixture
def summary_of(analyzer):
    def make(unsupported, *samples, min_support=0.5, on_text=None, text=TEXT, **settings):
        writer = samples[0] if isinstance(samples[0], Writes) else Writes(*samples)
        doc = analyzer.annotator.annotate(text)
        chosen = GuardSettings(min_support=min_support, unsupported=unsupported, **settings)
        guard = Guard(doc, analyzer.consistency, analyzer.annotator, chosen, sources_of(doc))
        return guard.summary(writer, len(writer.samples[0]), on_text)

    return make


def test_supported_sentence_stands_with_its_source(summary_of):
    (sentence,) = summary_of("replace", [TRUE]).sentences
    assert (sentence.text, sentence.replaced, sentence.unsupported) == (TRUE, None, ())
    assert sentence.sources[0].text == "The union opposes the plan of the mayor."
    assert TEXT[sentence.sources[0].start : sentence.sources[0].end] == sentence.sources[0].text
    assert not sentence.is_quoted


@pytest.mark.parametrize(
    ("bad", "faults"),
    [(INVENTED, ("Boris", "Johnson")), (TURNED, ("Putin invited Kim",)), (STRANGE, ())],
)
def test_what_fails_is_replaced_and_the_faults_are_told(summary_of, bad, faults):
    (sentence,) = summary_of("replace", [bad]).sentences
    assert sentence.replaced == bad
    assert sentence.unsupported == faults
    assert sentence.is_quoted and sentence.support == 1.0


def test_what_fails_is_dropped(summary_of):
    summary = summary_of("drop", [TURNED, TRUE])
    assert summary.text == TRUE
    assert summary.dropped == (TURNED,)
    assert summary.written == f"{TURNED} {TRUE}"


def test_what_fails_is_kept_with_its_flag(summary_of):
    first, second = summary_of("keep", [TURNED, TRUE]).sentences
    assert (first.text, first.replaced, first.unsupported) == (TURNED, None, ("Putin invited Kim",))
    assert second.unsupported == ()


def test_what_fails_is_written_anew(summary_of):
    first, second = summary_of("regenerate", [INVENTED, TRUE], [STRANGE, "Solberg praised the harbour plan."]).sentences
    assert (first.text, first.replaced) == ("Solberg praised the harbour plan.", INVENTED)
    assert first.unsupported == ("Boris", "Johnson")
    assert not first.is_quoted
    assert second.text == TRUE


def test_other_samples_are_drawn_only_when_needed_and_no_more_than_allowed(summary_of):
    fine = Writes([TRUE])
    summary_of("regenerate", fine)
    assert fine.asked == [0]
    hopeless = Writes([INVENTED], [STRANGE])
    (sentence,) = summary_of("regenerate", hopeless, samples=3).sentences
    assert hopeless.asked == [0, 1, 2, 3]
    assert sentence.is_quoted


def test_sample_that_fails_is_passed_over(summary_of):
    (sentence,) = summary_of("regenerate", [INVENTED], ModelError("no whole sentence"), [TRUE]).sentences
    assert sentence.text == TRUE


def test_sentence_written_twice_is_not_taken_twice(summary_of):
    summary = summary_of("regenerate", [TRUE, INVENTED], [TRUE], samples=1)
    assert [sentence.text for sentence in summary.sentences].count(TRUE) == 1


PRAISE, INVITED = "Solberg praised the harbour plan.", "Kim invited Putin to the talks."


def texts(summary):
    return [sentence.text for sentence in summary.sentences]


def test_the_version_of_which_most_may_stand_is_the_summary(summary_of):
    summary = summary_of("regenerate", [INVENTED, TRUE], [PRAISE, TRUE])
    assert texts(summary) == [PRAISE, TRUE]
    # The best version has both, so nothing of it was replaced.
    assert [sentence.replaced for sentence in summary.sentences] == [None, None]
    assert summary.written == f"{INVENTED} {TRUE}"


def test_a_pronoun_needs_the_sentence_that_says_who_is_meant(summary_of):
    she = "She praised the harbour plan."
    assert (
        texts(summary_of("drop", ["Ingrid Solberg praised the plan on Monday.", "She praised the talks."]))[0][0] == "I"
    )
    assert texts(summary_of("drop", [she, TRUE])) == [TRUE]
    assert texts(summary_of("drop", [TRUE, INVENTED, she])) == [TRUE]
    assert texts(summary_of("drop", [TRUE, "It opposes the plan of Kim and Putin.", she])) == [TRUE]
    assert she not in texts(summary_of("regenerate", [INVENTED, TRUE], [she]))


def test_what_follows_the_one_it_speaks_of_may_begin_with_a_pronoun(summary_of):
    pair = ["The union opposes the plan.", "It rained all day."]
    assert texts(summary_of("drop", pair)) == pair


def test_what_is_cut_off_may_not_stand(summary_of):
    assert texts(summary_of("drop", ["The union opposes the plan of the", TRUE])) == [TRUE]


def test_words_of_its_own_are_worth_another_sample(summary_of):
    copied, own = "Kim invited Putin to the talks.", "Kim invited Putin."
    assert texts(summary_of("regenerate", [copied], [own], samples=1)) == [own]
    writer = Writes([own, TRUE], [INVENTED])
    summary_of("regenerate", writer, samples=1)
    assert writer.asked == [0]


def test_what_says_nothing_may_not_stand(summary_of):
    summary = summary_of("regenerate", [TRUE, INVENTED, STRANGE], ["By .", "By .", "By ."], min_support=0)
    assert "By ." not in texts(summary)


def test_what_repeats_itself_may_not_stand(summary_of):
    lost = "Kim invited Putin to the talks and Kim invited Putin to the talks."
    summary = summary_of("regenerate", [TRUE, lost], min_support=0)
    assert lost not in texts(summary)


def test_where_nothing_stands_the_article_speaks_for_itself(summary_of):
    nowhere = "Zebras graze quietly."  # like no sentence of the article
    (sentence,) = summary_of("replace", [nowhere]).sentences
    assert (sentence.text in TEXT, sentence.is_quoted, sentence.replaced) == (True, True, nowhere)
    assert summary_of("drop", [nowhere]).dropped == (nowhere,)


def test_what_was_said_is_not_said_again(summary_of):
    summary = summary_of("drop", [TRUE, "The plan of the mayor the union opposes."])
    assert texts(summary) == [TRUE]
    assert summary.dropped == ("The plan of the mayor the union opposes.",)


def test_the_parse_knows_whether_the_first_word_is_a_name(summary_of):
    assert summary_of("keep", ["Johnson opposes the plan of the mayor."]).sentences[0].unsupported == ("Johnson",)
    assert summary_of("keep", ["Yesterday Kim invited Putin to the talks."]).sentences[0].unsupported == ()


def test_source_is_quoted_once(summary_of):
    summary = summary_of("replace", [f"{INVENTED} {'Boris. ' * i}".strip() for i in range(6)])
    quoted = [sentence.text for sentence in summary.sentences]
    assert len(set(quoted)) == len(quoted) == 3  # of four, one of which says too little
    assert len(summary.dropped) == 6 - len(quoted)


def test_only_the_first_summary_is_shown_but_who_wants_to_stop_is_heard(summary_of):
    pieces = []
    summary_of("regenerate", [INVENTED], [TRUE], on_text=pieces.append)
    assert pieces == [INVENTED, ""]

    def stop(piece):
        if not piece:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        summary_of("regenerate", [INVENTED], [TRUE], on_text=stop)


LONG = "Clarke, who came in spring, opposes the sale of the old club. A rainy day in the north of the country."
BRIEF = "Clarke opposes the sale of the old club."


def test_the_articles_own_sentences_are_told_briefly(summary_of):
    copied = LONG.split(". ")[0] + "."
    for written in (copied, "Clarke opposes the sale of the club to Boris Johnson."):
        (sentence,) = summary_of("replace", [written], text=LONG, shorten=True).sentences
        assert (sentence.text, sentence.is_shortened, sentence.is_quoted) == (BRIEF, True, False)
        assert [source.text for source in sentence.sources] == [copied]
        assert 0.5 <= sentence.support < 1
    (whole,) = summary_of("replace", [copied], text=LONG).sentences
    assert (whole.text, whole.is_quoted, whole.is_shortened) == (copied, True, False)


def test_what_the_article_does_not_bear_out_is_not_shortened(summary_of):
    copied = LONG.split(". ")[0] + "."
    (sentence,) = summary_of("replace", [copied], text=LONG, shorten=True, min_support=1).sentences
    assert (sentence.text, sentence.support) == (copied, 1)


def test_own_words_of_the_summarizer_may_need_more_support(summary_of):
    (stands,) = summary_of("replace", [TRUE], min_written=0.5).sentences
    (gives_way,) = summary_of("replace", [TRUE], min_written=1).sentences
    assert (stands.text, stands.replaced) == (TRUE, None)
    assert (gives_way.is_quoted, gives_way.replaced) == (True, TRUE)
    (copied,) = summary_of("replace", [INVITED], min_written=1).sentences
    assert (copied.text, copied.replaced) == (INVITED, None)


def test_a_copied_sentence_rests_on_itself_alone(summary_of):
    (sentence,) = summary_of("replace", [INVITED]).sentences
    assert [source.text for source in sentence.sources] == [INVITED]


HARBOUR = (
    "The council of Norrland will close the harbour in May. Rain fell on the town all day. "
    "Ships by the old quay of the town. The union of the dockers opposes the plan of the council."
)
BESIDE = "Rain fell on the town all day."
CLOSES = "The council of Norrland will close the harbour in May."


def test_the_articles_own_sentences_may_compete_with_what_stands(summary_of):
    written = [BESIDE, "Penguins close the harbour in June."]
    assert BESIDE in texts(summary_of("replace", written, text=HARBOUR))
    summary = summary_of("replace", written, text=HARBOUR, prefer="coverage")
    assert (len(summary.sentences), texts(summary)[0]) == (2, CLOSES)
    # One was not borne out, and something stands in its place; the other is borne out, whether it is taken or not.
    assert [one.replaced for one in summary.sentences if one.replaced] == [written[1]]
    assert summary.dropped == ()


def test_what_has_no_verb_is_no_sentence_of_a_summary(summary_of):
    written = [f"Penguins {word} a plan." for word in ("like", "want", "see", "know")]
    summary = summary_of("replace", written, text=HARBOUR)
    assert len(summary.sentences) == 3
    assert "Ships by the old quay of the town." not in texts(summary)


def test_as_many_sentences_as_are_asked_for(analyzer):
    doc = analyzer.annotator.annotate(HARBOUR)
    settings = GuardSettings(min_support=0.5, unsupported="replace", prefer="coverage")
    guard = Guard(doc, analyzer.consistency, analyzer.annotator, settings, sources_of(doc))
    assert [len(guard.summary(Writes([BESIDE]), length).sentences) for length in (1, 2, 3)] == [1, 2, 3]


def test_what_is_shown_is_not_told_as_dropped(summary_of):
    short = "Clarke opposes the sale of the old club."
    summary = summary_of("replace", [short], text=LONG, shorten=True, min_written=1, prefer="coverage")
    assert texts(summary) == [short]
    assert summary.dropped == ()


def test_a_sentence_written_twice_stands_once(summary_of):
    assert texts(summary_of("replace", [TRUE, TRUE])).count(TRUE) == 1


def test_a_long_article_has_few_sentences_asked_about(summary_of, analyzer, monkeypatch):
    asked = []
    checker = type(analyzer.consistency)
    check_each = checker.check_each

    def noted(self, claims, sources):
        asked.append(len(claims))
        return check_each(self, claims, sources)

    monkeypatch.setattr(checker, "check_each", noted)
    words = [f"{a}{b}" for a in "abcdefgh" for b in ("ort", "ink", "ust", "and", "olm", "erg", "ulk")]
    sentence = "Clarke, who lost, opposes the {0}ing of {0}ville and the {0}ness of {0}land."
    text = " ".join(sentence.format(word) for word in words)
    summary_of("replace", [TRUE], text=text, shorten=True, prefer="coverage")
    assert asked == [0, 16]


def test_a_text_that_says_the_same_again_and_again_has_its_other_sentences_told(summary_of):
    again = " ".join(f"Clarke opposes the sale of the old club in the year {i}." for i in range(30))
    summary = summary_of(
        "replace", ["Penguins swim.", INVENTED], text=f"{again} Rain fell on the town all day.", prefer="coverage"
    )
    assert "Rain fell on the town all day." in texts(summary)


def test_what_is_in_place_of_what_is_told_where_a_copy_was_shortened(summary_of):
    copied = LONG.split(". ")[0] + "."
    text = f"{LONG} The union of the dockers praised the council."
    summary = summary_of("replace", [copied, INVENTED], text=text, shorten=True, prefer="coverage")
    assert {one.text: one.replaced for one in summary.sentences} == {
        BRIEF: None,
        "The union of the dockers praised the council.": INVENTED,
    }


def test_what_is_copied_stands_where_nothing_else_does(summary_of):
    assert texts(summary_of("drop", [CLOSES], text=HARBOUR, prefer="coverage")) == [CLOSES]
    assert texts(summary_of("replace", ["Rain fell."], text="Rain fell. Snow. Wind.", prefer="coverage")) == [
        "Rain fell."
    ]


def test_what_goes_on_from_before_does_not_compete(summary_of):
    goes_on = "But the union of the dockers opposes the plan of the council."
    summary = summary_of("replace", [goes_on], text=HARBOUR, min_support=0.1, prefer="coverage")
    assert goes_on not in texts(summary)


def test_what_goes_on_is_told_with_the_sentence_before(summary_of):
    text = "The council will close the harbour. But the dockers oppose the plan. " + " ".join(
        f"Snow lay in the {word} part of the town." for word in ("old", "new", "low", "high")
    )
    summary = summary_of("replace", ["Penguins swim.", INVENTED], text=text, prefer="coverage")
    both = "The council will close the harbour, but the dockers oppose the plan."
    (sentence,) = (one for one in summary.sentences if one.text == both)
    assert [text[source.start : source.end] for source in sentence.sources] == [
        "The council will close the harbour.",
        "But the dockers oppose the plan.",
    ]
    assert not sentence.is_quoted and not sentence.is_shortened


def test_who_is_called_by_the_surname_is_named_in_full_once(summary_of):
    text = (
        "A visit of President Ingrid Solberg to the tower. Mr Solberg opposes the old harbour of the town. "
        "Mr Solberg praised all dockers of the north."
    )
    summary = summary_of("replace", ["Penguins swim.", INVENTED], text=text, prefer="coverage")
    assert texts(summary) == [
        "President Ingrid Solberg opposes the old harbour of the town.",
        "Mr Solberg praised all dockers of the north.",
    ]
    assert not summary.sentences[0].is_quoted
    assert summary.sentences[1].is_quoted


def test_a_caption_is_no_sentence_of_a_summary(summary_of):
    caption = "Ingrid Solberg speaks to the dockers of the town, May 3, 2016."
    text = f"{caption} The dockers of the north oppose the harbour plan."
    assert texts(summary_of("replace", ["Penguins swim."], text=text, prefer="coverage")) == [
        "The dockers of the north oppose the harbour plan."
    ]


def test_what_goes_on_fills_no_gap(summary_of):
    text = "The council will close the old harbour of the town in May! But the dockers of the town oppose the plan."
    summary = summary_of("replace", ["Penguins swim.", INVENTED], text=text)
    assert texts(summary) == ["The council will close the old harbour of the town in May!"]
    assert summary.dropped == (INVENTED,)


def test_own_words_must_have_the_names_of_the_article(summary_of):
    text = "The court fined Berg under the Health and Safety at Work Act. It rained all day."
    whole, torn = (f"The court fined Berg under the Health and Safety {act}." for act in ("at Work Act", "Act"))
    for written, stands in ((whole, True), (torn, False)):
        (sentence,) = summary_of("replace", [written], text=text, min_written=0.5).sentences
        assert (sentence.replaced is None) == stands


def test_what_is_told_behind_what_somebody_says_is_not_joined(summary_of):
    text = "The mayor of the town said that the harbour will close. But the dockers of the town own the old quay."
    summary = summary_of("replace", ["Penguins swim.", INVENTED], text=text, prefer="coverage")
    assert all(", but" not in told for told in texts(summary))


@pytest.mark.parametrize(
    ("begins", "is_told"),
    [
        ('"The mayor of the town has a plan. ', False),
        ("“The mayor of the town has a plan. ", False),
        ('"The mayor of the town has a plan." ', True),
        ('The "mayor" of the town has a plan. ', True),
        ('"The mayor of the town has a plan.\n', True),  # a paragraph without its closing mark
    ],
)
def test_what_stands_within_a_quotation_is_told_by_nobody(summary_of, begins, is_told):
    inside = "The harbour of the town is a disaster."
    text = f"{begins}{inside} Rain fell on the old quay of the north all day."
    summary = summary_of("replace", ["Penguins swim.", INVENTED, STRANGE], text=text, prefer="coverage")
    assert (inside in texts(summary)) == is_told


class Counted:
    """A Doc that counts how often its text is put together."""

    def __init__(self, doc):
        self._doc = doc
        self.texts = 0

    def __getattr__(self, name):
        return getattr(self._doc, name)

    def __iter__(self):
        return iter(self._doc)

    @property
    def text(self):
        self.texts += 1
        return self._doc.text


def test_an_article_is_gone_through_once_for_all_sentences(analyzer, monkeypatch):
    looked_at = []

    def counted(doc):
        looked_at.append(doc)
        return roles_in(doc)

    monkeypatch.setattr("newstance.service.judging.guard.roles_in", counted)
    doc = Counted(analyzer.annotator.annotate(f'The mayor said: "{TEXT}\n"{TEXT}'))
    chosen = GuardSettings(min_support=0.5, unsupported="replace", prefer="coverage", min_written=0.5)
    guard = Guard(doc, analyzer.consistency, analyzer.annotator, chosen, sources_of(doc))
    assert guard.summary(Writes([TURNED, TRUE, INVENTED]), 3).sentences
    assert guard.check([TURNED])[0].faults == ("Putin invited Kim",)
    assert (doc.texts, looked_at) == (1, [doc])
