import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from newstance.service import Actor, Analysis, Article, Evidence, Mention, Stance, Summary
from newstance.service.analysis import Source, SummarySentence
from newstance.service.present.exports import COLUMNS, to_csv, to_html

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
TEXT = f'Kim, "the boss", praised\nthe plan.\nPutin attacked it. {EVIL}'
KIM = Actor("Kim", "person", (EVIL,), (Mention(0, 3, "Kim"),), 0.6)
PUTIN = Actor("Putin", "person", (), (Mention(35, 40, "Putin"),), 0.4)


def stance(actor, target, label, *spans):
    probabilities = dict.fromkeys(("favor", "against", "neutral"), 0.1) | {label: 0.8}
    evidence = tuple(Evidence(a, b, TEXT[a:b], side, 0.75, who) for a, b, side, who in spans)
    return Stance(actor, target, label, 0.8, probabilities, evidence, "" if evidence else "no stance found")


ANALYSIS = Analysis(
    Article(TEXT, f"A title {EVIL}", "https://example.org/a?b=1&c=2", "2023-01-02"),
    Summary((SummarySentence(f"Kim praised it. {EVIL}", (Source(0, 34, TEXT[:34]),), 1.0),), "script"),
    (KIM, PUTIN),
    ("the plan", EVIL),
    (
        stance(KIM, "the plan", "favor", (0, 34, "favor", None), (35, 53, "against", "Putin")),
        stance(KIM, EVIL, "neutral"),
        stance(PUTIN, "the plan", "against", (35, 53, "against", None)),
        stance(PUTIN, EVIL, "neutral"),
    ),
    ("A note.",),
    {"stance": "path:x"},
    {"stances": 1.0},
)


def rows(analysis):
    return list(csv.DictReader(io.StringIO(to_csv(analysis), newline="")))


# CSV


def test_one_row_for_each_piece_of_evidence_and_for_a_stance_without_any():
    found = rows(ANALYSIS)
    assert tuple(found[0]) == COLUMNS
    assert [(r["actor"], r["target"], r["stance"], r["evidence_number"]) for r in found] == [
        ("Kim", "the plan", "favor", "1"),
        ("Kim", "the plan", "favor", "2"),
        ("Kim", EVIL, "neutral", ""),
        ("Putin", "the plan", "against", "1"),
        ("Putin", EVIL, "neutral", ""),
    ]


def test_there_is_no_number_where_nothing_was_asked():
    silent = replace(stance(KIM, "the plan", "neutral"), probability=1.0)
    silent = replace(silent, probabilities={"favor": 0.0, "against": 0.0, "neutral": 1.0})
    analysis = replace(ANALYSIS, targets=("the plan",), stances=(silent,))
    numbers = ("probability", "probability_favor", "probability_against", "probability_neutral")
    assert [rows(analysis)[0][name] for name in numbers] == [""] * 4
    assert all(rows(ANALYSIS)[2][name] for name in numbers)  # asked, and nothing was found
    assert "| Kim | the plan | neutral |  | no stance found |" in analysis.to_markdown()
    assert not re.search(r"\d%", re.search('<section class="ns-board">.*?</section>', to_html(analysis), re.DOTALL)[0])
    assert analysis.to_dict()["stances"][0]["probabilities"]["neutral"] == 1.0  # JSON has all, as its schema says


def test_cells_read_back_as_they_were_written():
    first, second = rows(ANALYSIS)[:2]
    assert first["evidence"] == TEXT[int(first["start"]) : int(first["end"])] == TEXT[:34]
    assert "\n" in first["evidence"] and '"' in first["evidence"] and "," in first["evidence"]
    assert (second["evidence_label"], second["speaker"], second["truncated"]) == ("against", "Putin", "no")
    assert float(first["probability"]) == 0.8
    assert float(first["probability_against"]) == 0.1
    assert first["date"] == "2023-01-02"


def test_lines_end_as_rfc_4180_says():
    text = to_csv(ANALYSIS)
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.endswith("\r\n")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        *((cell, f"'{cell}") for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "  =HYPERLINK()", "\t1", "\r1", "\n1")),
        *((cell, f"'{cell}") for cell in ("＝1+1", "－1", "﹣1", "﹢1", "⁼1", "﹫1")),
        # What is not seen
        *((f"{unseen}=1", f"'{unseen}=1") for unseen in "\ufeff\u200b\u200e\u2060\u00ad\u00a0\u3000\u2028"),
        *((f"{unseen}=1", f"'{unseen}=1") for unseen in "\u034f\u3164\u115f\u2800\ufe0f\U000e0041\u180b"),
        *((f"{unseen}=1", f"'{unseen}=1") for unseen in ("\ufeff\u200b \u200b", '"', "''", "\u200b" * 1000)),
        # Where a cell or row may begin
        ("Kim;=1+1", "Kim;'=1+1"),
        ("Kim; \ufeff@SUM(A1);b", "Kim;' \ufeff@SUM(A1);b"),
        ('Kim;"=1"', 'Kim;\'"=1"'),
        ("=a;=b;c;-d", "'=a;'=b;c;'-d"),
        ("Kim\n=1", "Kim\n'=1"),
        ("Kim\t+1", "Kim\t'+1"),
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_no_cell_is_a_formula(cell, told):
    actor = replace(KIM, name=cell)
    evil = stance(actor, cell, "favor", (0, 34, "favor", cell))
    evil = replace(evil, note=cell, evidence=(replace(evil.evidence[0], text=cell),))
    analysis = replace(ANALYSIS, article=Article(TEXT, cell, cell, cell), stances=(evil,))
    (row,) = rows(analysis)
    for column in ("title", "source", "date", "actor", "target", "note", "speaker", "evidence"):
        assert row[column] == told, column


def test_letters_of_all_scripts_and_harmless_signs_stay():
    actor = replace(KIM, name="Zoë 金 عمر 😀 a=b; c - d; (+1), “-2”;")
    (row,) = rows(replace(ANALYSIS, stances=(stance(actor, "−5 %", "neutral"),)))
    assert (row["actor"], row["target"]) == (actor.name, "−5 %")


# HTML


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.ids, self.links, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "action")], tag

    def handle_data(self, data):
        self.words.append(data)


def test_nothing_in_the_file_runs_or_is_fetched():
    text = to_html(ANALYSIS)
    page = Page(text)
    assert not {"script", "img", "iframe", "link", "button", "form", "object"} & set(page.tags)
    assert not re.search(r"url\(|@import", text)
    assert all(link.startswith("#") for link in page.links)
    assert "default-src 'none'" in text


def test_it_holds_summary_board_evidence_and_article_as_they_are():
    words = "".join(Page(to_html(ANALYSIS)).words)
    assert f"Kim praised it. {EVIL}" in words
    assert f"A title {EVIL}" in words
    assert "no stance found" in words
    assert "Putin’s words" in words
    assert TEXT.partition("Putin")[0] in words.replace("+1", "").replace("−2", "")
    assert "A note." in words


def test_every_link_leads_somewhere_and_no_id_is_there_twice():
    page = Page(to_html(ANALYSIS))
    assert len(page.links) == 5  # two cells with evidence, three pieces of it
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_the_same_passage_for_two_stances_is_highlighted_once():
    text = to_html(ANALYSIS)
    assert text.count("<mark") == 2
    assert "Kim on the plan: against" in text and "Putin on the plan: against" in text


def test_a_report_without_stances_and_summary():
    text = to_html(replace(ANALYSIS, stances=(), summary=None))
    assert "No summary was made." in text
    assert "<h3>Evidence</h3>" not in text


def test_reports_need_no_gradio(tmp_path):
    import subprocess
    import sys

    code = "import sys; sys.modules['gradio'] = None; import newstance.service.present.exports"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""
