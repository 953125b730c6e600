"""The page's own HTML: board, evidence, summary, and that nothing from outside becomes markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jinja2 import UndefinedError

from newstance.service import Actor, Article, Evidence, Mention, Stance
from newstance.service.analysis import Analysis, Source, Summary, SummarySentence
from newstance.service.comparison import compare
from newstance.service.present import html as fragments
from newstance.service.present.board import board, pending
from newstance.service.present.compare import chosen_articles, evidence_in, summaries, table
from newstance.service.present.evidence import Passage, article, drawer, instead, segments, sources
from newstance.service.present.exports import to_html
from newstance.service.present.fragments import fragment
from newstance.service.present.summary import summary
from newstance.service.present.wording import percent

TEXT = "The mayor praised the plan. Unions condemned it.\n\nNobody else spoke."
MAYOR = Actor("the mayor", "person", ("she",), (Mention(4, 9, "mayor"),))
UNIONS = Actor("Unions", "group", (), (Mention(28, 34, "Unions"),))
EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def evidence(start, end, label="favor", probability=0.9, text=TEXT, **named):
    return Evidence(start, end, text[start:end], label, probability, **named)


def stance(actor, target="the plan", label="favor", found=(), note=""):
    rest = 0.1 if label != "neutral" else 0.3
    probabilities = {"favor": rest, "against": rest / 2, "neutral": rest / 2}
    probabilities[label] = 1 - sum(p for other, p in probabilities.items() if other != label)
    return Stance(actor, target, label, probabilities[label], probabilities, tuple(found), note)


def analysis(*stances, text=TEXT, title="A plan", summary=None, **named):
    actors = tuple(dict.fromkeys(s.actor for s in stances))
    targets = tuple(dict.fromkeys(s.target for s in stances))
    return Analysis(Article(text, title), summary, actors, targets, stances, **named)


BOTH = analysis(
    stance(MAYOR, found=[evidence(0, 27)]),
    stance(UNIONS, label="against", found=[evidence(28, 48, "against", 0.8, speaker="Unions")]),
)


# The board


def test_board_tells_stances_by_sign_and_word_and_counts_evidence():
    html = board(BOTH)
    assert "+ in favor" in html
    assert "− against" in html
    assert html.count("<span>1 passage</span>") == 2
    assert 'aria-label="the mayor on the plan: in favor, 90%, 1 passage; show the evidence"' in html


def test_cells_without_evidence_say_so_and_cannot_be_clicked():
    html = board(analysis(stance(MAYOR, label="neutral", note="no stance found: nothing shows one")))
    assert "no stance found</span>" in html
    assert "data-cell" not in html
    assert "no actor taking a side" in html


def test_other_reasons_for_neutral_are_given():
    html = board(analysis(stance(MAYOR, label="neutral", note="actor and target are the same")))
    assert "actor and target are the same</span>" in html


def test_neutral_with_evidence_says_where_it_leans():
    html = board(analysis(stance(MAYOR, label="neutral", found=[evidence(0, 27, probability=0.4)])))
    assert "· neutral</span>" in html
    assert "<span>leans in favor</span> <span>1 passage</span>" in html
    assert '<span class="ns-exact">30%</span>' in html
    assert "neutral, leans in favor, 30%" in html


def test_board_has_a_column_for_each_target_and_marks_the_chosen_cell():
    three = analysis(
        *(stance(MAYOR, target, found=[evidence(0, 27)]) for target in ("the plan", "Rome", "the law")),
        stance(UNIONS, "the plan", "neutral"),
    )
    html = board(three, chosen=1)
    assert [html.count(f'scope="col">{head}<') for head in ("Actor", "the plan", "Rome", "the law")] == [1] * 4
    assert html.count('aria-pressed="true"') == 1
    (pressed,) = [cell for cell in html.split("<button")[1:] if 'aria-pressed="true"' in cell]
    assert 'data-cell="1"' in pressed.split(">")[0]
    assert html.count("not asked") == 2


def test_board_of_an_empty_analysis_shows_its_notes():
    html = board(analysis(notes=("No actors were found in this article.",)))
    assert "No actors were found" in html
    assert "<table" not in html


def test_long_boards_fold_what_tells_nothing():
    actors = [Actor(f"Actor {i}", "person", (), (Mention(4, 9, "mayor"),)) for i in range(12)]
    told = {0, 3, 11}
    twelve = analysis(
        *(
            stance(actor, found=[evidence(0, 27)]) if i in told else stance(actor, label="neutral")
            for i, actor in enumerate(actors)
        )
    )
    html = board(twelve)
    assert html.count("ns-folded") == 9
    assert "Show all 12 actors (9 actors without a stance)" in html
    for i, actor in enumerate(actors):
        row = html.split(f"<b>{actor.name}</b>")[0].rsplit("<tr", 1)[1]
        assert ("ns-folded" in row) == (i not in told)
    eight = analysis(*(stance(actor, label="neutral") for actor in actors[:8]))
    assert "ns-folded" not in board(eight)
    assert "ns-unfold" not in board(eight)


def test_a_place_is_kept_for_the_board():
    html = pending(4)
    assert html.count("<tr>") == 8
    assert html.count("<td>") == 8 * 5
    assert 'aria-hidden="true"' in html


# The evidence


def test_drawer_shows_passages_with_speaker_and_the_article_with_them_highlighted():
    html = drawer(BOTH, 1)
    assert "Unions on the plan" in html
    assert "− Against" in html
    assert "+ In favor" not in html
    assert "Unions’s words</span> · 80% against" in html
    assert '<sup id="ns-passage-1">−1</sup>Unions condemned it.</mark>' in html
    assert "The mayor praised the plan. <mark" in html
    assert "Nobody else spoke." in html


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "reported act"),
        ({"voice": "own words"}, "own words"),
        ({"voice": "own words", "speaker": "Kim"}, "Kim’s words"),
        ({"voice": "claim", "claimed_by": "critics", "speaker": "Kim"}, "claim by critics"),
        ({"voice": "claim"}, "claim by somebody else"),
        ({"voice": "narrator"}, "the article’s own words"),
    ],
)
def test_whose_word_a_passage_is(told, words):
    found = stance(MAYOR, found=[evidence(0, 27, **told)])
    assert f'<span class="ns-voice">{words}</span>' in drawer(analysis(found), 0)


def test_the_board_says_when_there_are_only_claims_by_others():
    claim = evidence(0, 27, voice="claim", claimed_by="critics")
    assert "1 claim by others</span>" in board(analysis(stance(MAYOR, found=[claim])))
    both = board(analysis(stance(MAYOR, found=[claim, evidence(0, 20)])))
    assert "2 passages</span>" in both
    assert "claim" not in both


def test_mixed_evidence_is_shown_as_such():
    both = [evidence(0, 27), evidence(28, 48, "against", 0.8)]
    found = analysis(replace(stance(MAYOR, found=both), is_mixed=True))
    html = board(found)
    assert "ns-cell ns-mixed" in html
    assert "± mixed</span>" in html
    assert "the mayor on the plan: mixed, leans in favor, 90%, 2 passages" in html
    assert "strong evidence on both sides" in html
    assert "± mixed" in drawer(found, 0)
    assert "ns-mixed" not in board(BOTH)


def test_drawer_says_what_was_cut_off_and_why_it_is_neutral():
    found = stance(MAYOR, label="neutral", found=[evidence(0, 27, truncated=True)], note="leans favor (0.40)")
    html = drawer(analysis(found), 0)
    assert "the model read only its beginning" in html
    assert "Leans favor (0.40)." in html


@pytest.mark.parametrize("index", [None, -1, 2])
def test_drawer_without_a_stance_shows_the_article(index):
    html = drawer(BOTH, index)
    assert "Nobody else spoke." in html
    assert "<mark" not in html


def test_overlapping_passages_both_show():
    both = [Passage(0, 20, "favor", "+", "in favor 90%"), Passage(10, 27, "against", "−", "against 70%")]
    html = article(Article(TEXT), both)
    assert html.count("<mark") == 3
    first = '<mark class="ns-favor" title="passage 1: in favor 90%"><sup id="ns-passage-1">+1</sup>The mayor</mark>'
    assert first in html.replace(" </mark>", "</mark>")
    assert 'class="ns-against ns-favor ns-many" title="passage 1: in favor 90%; passage 2: against 70%"' in html
    assert [html.count(f'id="ns-passage-{n}"') for n in (1, 2)] == [1, 1]


def test_a_quotation_is_copied_with_its_source():
    found = analysis(stance(UNIONS, label="against", found=[evidence(28, 48, "against", 0.8, speaker="Unions")]))
    named = replace(found, article=Article(TEXT, "A plan", "https://daily.example/1", "2024-05-01"))
    html = drawer(named, 0)
    assert "“Unions condemned it.”\n— Unions, in “A plan”, https://daily.example/1, 2024-05-01 [" in html
    assert "[Unions on the plan: against, 80%, by newstance]" in html


def test_sources_of_a_summary_sentence_are_shown_in_the_article():
    told = Summary((SummarySentence("Unions are cross.", (Source(28, 48, TEXT[28:48]),), 0.9),), "tiny")
    found = replace(BOTH, summary=told)
    html = sources(found, 0)
    assert "Sources of sentence 1" in html
    assert '<mark class="ns-source" title="passage 1: supports this sentence">' in html
    assert "Unions condemned it.</mark>" in html
    for number in (-1, 1):
        assert "<mark" not in sources(found, number)
    assert "<mark" not in sources(BOTH, 0)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [(0, 10, ())]),
        ([(2, 4)], [(0, 2, ()), (2, 4, (0,)), (4, 10, ())]),
        ([(0, 10), (3, 5)], [(0, 3, (0,)), (3, 5, (0, 1)), (5, 10, (0,))]),
        ([(2, 6), (4, 8)], [(0, 2, ()), (2, 4, (0,)), (4, 6, (0, 1)), (6, 8, (1,)), (8, 10, ())]),
        ([(5, 5)], [(0, 10, ())]),
        ([(-3, 2), (8, 99)], [(0, 2, (0,)), (2, 8, ()), (8, 10, (1,))]),
    ],
)
def test_segments(spans, expected):
    assert segments(10, spans) == expected


def test_segments_of_an_empty_text():
    assert segments(0, [(0, 3)]) == []


# The summary


def test_summary_shows_support_sources_and_replacements():
    sentences = (
        SummarySentence("The mayor likes it.", (Source(0, 27, TEXT[:27]),), 0.75),
        SummarySentence(TEXT[28:48], (Source(28, 48, TEXT[28:48]),), 1.0, "Unions paid 7 dollars.", ("7",)),
        SummarySentence("Paris fell.", (), 0.5, None, ("Paris",)),
    )
    html = summary(
        Summary(sentences, "tiny", dropped=("Rome fell.",)), Article(TEXT, "A plan", "daily.example", "2024-05-01")
    )
    assert "The article bears it out, 75%:" in html
    assert html.count("bears it out") == 1
    assert html.count("ns-mark") == 2  # what is borne out needs none
    assert "<blockquote>The mayor praised the plan.</blockquote>" in html
    assert "the article’s own words" in html
    assert "(not in the article: 7): <s>Unions paid 7 dollars.</s>" in html
    assert "! not in the article: Paris" in html
    assert "daily.example · 2024-05-01" in html
    assert html.count("data-sentence=") == 2  # the third has no source to show
    assert "— A plan · daily.example · 2024-05-01" in html  # what the copy button copies
    assert "1 sentence was left out: the article does not support it" in html


def test_summary_states():
    assert "The summary follows" in summary(None, pending=True)
    assert "Draft, not yet held against the article" in summary(None, draft="So", pending=True)
    assert "No summary was made" in summary(None)
    short = (SummarySentence(TEXT[:27], (), 1.0),)
    assert "as short as its summary" in summary(Summary(short, "tiny", unchanged=True))
    own = (SummarySentence(TEXT[:27], (Source(0, 27, TEXT[:27]),), 1.0),)
    assert "own words" in summary(Summary(own, "tiny"))
    assert "own words" not in summary(Summary(own, "tiny", unchanged=True))
    assert "Nothing that the model wrote" in summary(Summary((), "tiny"))


# Nothing from outside is HTML


def test_everything_from_outside_is_escaped():
    text = f"{EVIL} spoke."
    actor = Actor(EVIL, "person", (EVIL,), (Mention(0, 3, "<sc"),))
    item = evidence(0, len(text), text=text, speaker=EVIL)
    sentence = SummarySentence(EVIL, (Source(0, len(text), text),), 0.5, EVIL, (EVIL,))
    weak = SummarySentence(EVIL, (), 0.5, None, (EVIL,))
    found = analysis(
        stance(actor, EVIL, found=[item], note=EVIL),
        stance(actor, f"2{EVIL}", "neutral", note=EVIL),
        text=text,
        title=EVIL,
        summary=Summary((sentence, weak), EVIL, dropped=(EVIL,)),
        notes=(EVIL,),
    )
    where = Article(text, EVIL, EVIL, EVIL)
    parts = [
        board(found),
        board(found, static=True),
        drawer(found, 0),
        drawer(found, None),
        sources(found, 0),
        chosen_articles([where], 5),
        evidence_in(found, 0, "a-"),
        summaries([where, where, where], {0: found}, {1: EVIL}, {2: EVIL}),
        table(compare([found, found]), ["A", "B"]),
        to_html(found),
        summary(found.summary, where),
        summary(None, where, EVIL, pending=True),
        summary(None, where, why_none=EVIL),
        fragments.problem(EVIL),
        fragments.field_problem(EVIL),
        fragments.hint(EVIL),
        fragments.said(EVIL),
        instead(EVIL),
        fragments.models({EVIL: EVIL}, {EVIL: 1.0}),
        fragments.status("done", {EVIL: 1.0}),
        fragments.status(EVIL),
    ]
    for html in parts:
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        assert "<img" not in html
        # No quotation mark of the text ends an attribute.
        assert "alert(1)>" not in html
        assert '</script>"' not in html


def test_templates_break_lines_for_their_readers_alone():
    assert "\n" not in board(BOTH) + summary(None) + fragments.welcome() + fragments.footer()
    assert "Otherwise they are taken" in fragments.welcome()


def test_what_a_template_lacks_is_an_error():
    with pytest.raises(UndefinedError):
        fragment("parts", "problem")


def test_status_names_the_step_and_the_end():
    html = fragments.status("stances")
    assert "✓ Read the article" in html
    assert 'aria-current="step">Judge stances…' in html
    assert "Judge stances… 64/200" in fragments.status("stances", done=(64, 200))
    assert "Loading tiny" in fragments.status("Loading tiny")
    assert "Done in 3 s (reading 1.0 s, stances 2.0 s)." in fragments.status("done", {"reading": 1, "stances": 2})


def test_what_is_read_out_changes_with_the_step_and_not_with_each_batch():
    batches = [fragments.status("stances", done=(done, 200)) for done in (0, 64, 128)]
    read_out = [html.partition("<ol")[0] for html in batches]
    assert set(read_out) == {'<p class="ns-unseen" role="status">Judge stances…</p>'}
    assert len(set(batches)) == 3
    for html in batches:
        assert html.count("role=") == 1  # so that the list stays one
        assert '<ol class="ns-status ns-steps" aria-live="off">' in html
    assert fragments.status("summary").startswith('<p class="ns-unseen" role="status">Write the summary…</p>')
    assert 'role="status"' in fragments.said("Fetched.")
    assert "role" not in fragments.hint("Choose one.")


@pytest.mark.parametrize(("share", "words"), [(0, "0%"), (0.001, "<1%"), (0.934, "93%"), (0.999, ">99%")])
def test_percent_claims_no_certainty(share, words):
    assert percent(share) == words
