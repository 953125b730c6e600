import io
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from newstance.service import Actor, Analysis, Article, Evidence, Mention, Stance, Summary
from newstance.service.analysis import Source, SummarySentence
from newstance.service.present.report import markdown, shown, terminal

TEXT = "Kim [red] praised | the plan.\nPutin said no."
KIM = Actor("Kim [bold]", "person", ("K | im",), (Mention(0, 3, "Kim"),), 0.6)
PUTIN = Actor("Putin", "person", (), (Mention(30, 35, "Putin"),), 0.4)


def stance(actor, target, label, probability=0.8, speaker=None, note=""):
    rest = (1 - probability) / 2
    probabilities = dict.fromkeys(("favor", "against", "neutral"), rest) | {label: probability}
    evidence = () if label == "neutral" else (Evidence(0, 29, TEXT[:29], label, probability, speaker),)
    return Stance(actor, target, label, probability, probabilities, evidence, note)


ANALYSIS = Analysis(
    Article(TEXT, "Talks [/] on plan"),
    Summary(
        (
            SummarySentence("Kim praised it.", (Source(0, 29, TEXT[:29]),), 0.75),
            SummarySentence("Putin said no.", (Source(30, 44, TEXT[30:]),), 1.0, "Boris [x] said no.", ("Boris",)),
        ),
        "script",
    ),
    (KIM, PUTIN),
    ("the plan [x]", "the West | East"),
    (
        stance(KIM, "the plan [x]", "favor", 0.7),
        stance(KIM, "the West | East", "neutral", note="no stance found"),
        stance(PUTIN, "the plan [x]", "against", 0.9, speaker="Kim [i]"),
        stance(PUTIN, "the West | East", "favor", 0.6),
    ),
    ("A note [y].",),
    {"stance": "path:x"},
    {"reading": 1.25},
)


@pytest.fixture
def on_screen():
    def show(analysis):
        screen = io.StringIO()
        Console(file=screen, width=100, color_system=None).print(terminal(analysis))
        return screen.getvalue()

    return show


def test_not_neutral_ones_are_shown_target_by_target_the_surest_first():
    assert [(s.actor.name, s.target) for s in shown(ANALYSIS)] == [
        ("Putin", "the plan [x]"),
        ("Kim [bold]", "the plan [x]"),
        ("Putin", "the West | East"),
    ]


def test_terminal_shows_all_and_takes_no_brackets_for_markup(on_screen):
    text = on_screen(ANALYSIS)
    for expected in ("Talks [/] on plan", "Kim [bold] (1)", "the plan [x]", "Kim [red] praised", "A note [y]."):
        assert expected in text
    assert text.count("Kim [bold]") == 3  # in the list, on the board, over the evidence
    assert "Putin → the plan [x]: against (0.90)" in text
    assert "[Kim [i]'s words]" in text
    assert "support 0.75" in text
    assert "quoted from the article" in text
    assert "no stance found" in text
    assert "reading 1.2 s" in text


def test_terminal_of_an_empty_analysis(on_screen):
    text = on_screen(Analysis(Article("It rained."), None, (), (), (), ("No actors were found in this article.",)))
    assert "No actors were found." in text
    assert "Who stands where" not in text
    assert "Summary" not in text


def test_markdown_table_keeps_its_columns():
    lines = markdown(ANALYSIS).splitlines()
    rows = [line.replace("\\|", "") for line in lines if line.startswith("|")]
    assert len(rows) == 6
    assert {row.count("|") for row in rows} == {6}


def test_markdown_says_what_stands_in_for_an_unsupported_sentence():
    text = markdown(ANALYSIS)
    assert "2. support 1.00 (in the article's own words, in place of an unsupported one): Putin said no." in text
    assert r"- − 0.90 Kim \[red\] praised \| the plan. \[Kim \[i\]'s words\]" in text
    assert r"> A note \[y\]." in text
    assert "no stance found |" in text


def test_markdown_without_title_and_actors():
    text = markdown(replace(ANALYSIS, article=Article(TEXT), actors=(), stances=(), summary=None))
    assert text.startswith("# Analysis\n")
    assert "No actors were found." in text


def test_origin_of_the_article_is_stated(on_screen):
    fetched = Article(TEXT, "Talks", "The | Paper", "2024-03-02", "https://paper.example/a")
    assert "# Talks\n\n*The \\| Paper, 2024-03-02, https://paper.example/a*\n" in markdown(
        replace(ANALYSIS, article=fetched)
    )
    assert "The | Paper, 2024-03-02, https://paper.example/a" in on_screen(replace(ANALYSIS, article=fetched))
    of_file = replace(ANALYSIS, article=Article(TEXT, "Talks", "/home/me/article.txt"))
    assert "article.txt" not in markdown(of_file) + on_screen(of_file)


def test_markdown_runs_nothing_that_is_in_it():
    evil = "<script>alert(1)</script> ![x](https://evil.example/x.png) [y](javascript:alert(2)) | **z** <img src=x>"
    actor = replace(KIM, name=f"Kim {evil}", aliases=(evil,))
    one = stance(actor, evil, "favor", speaker=evil)
    one = replace(one, evidence=(replace(one.evidence[0], text=evil, claimed_by=evil),))
    hostile = Analysis(
        Article(TEXT, evil, evil, evil, evil),
        Summary((SummarySentence(evil, (Source(0, 29, evil),), 0.75),), evil),
        (actor,),
        (evil,),
        (one, replace(stance(actor, evil, "neutral"), note=evil)),
        (evil,),
        {evil: evil},
        {},
    )
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(hostile))
    ours = {"h1", "h2", "h3", "p", "em", "strong", "ol", "ul", "li", "blockquote"}
    ours |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"<(\w+)", html)) == ours
    assert html.count("<td>") == 2 * 5
