"""What comes out of a reader of Markdown is the text that went in, and nothing else."""

from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newstance.service.present.markdown_text import escaped

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><iframe src=//evil.example>",
    "![picture](https://evil.example/pixel.png)",
    "[Kim](javascript:alert(1))",
    "[Kim]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://evil.example>",
    "&lt;script&gt; &#x3c;b&#62; AT&T R&D;",
    "**bold** _less_ __more__ ~~gone~~ `code` ``` $x$",
    "\\<b> \\\\[a](b)",
    "a | b || c",
    "# Heading #",
    "> quoted",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "123456789) item",
    "---",
    "===",
    "~~~",
    "    code",
    "a\n\n<b>\nc",
    "a\r\u2028- b",
]
MARKS = st.sampled_from(
    [*"<>[]()!*_`~#|\\&;:$+-=.1 \na", "&lt;", "![", "](", "javascript:", "<!--", "<a href=x>", "```"]
)


def as_read(markdown):
    html = READER.render(markdown)
    return html, unescape(html)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("before", "after", "opened", "closed"),
    [
        ("", "", "<p>", "</p>\n"),
        ("# ", "", "<h1>", "</h1>\n"),
        ("- ", "", "<ul>\n<li>", "</li>\n</ul>\n"),
        ("3. ", "", '<ol start="3">\n<li>', "</li>\n</ol>\n"),
        ("> ", "", "<blockquote>\n<p>", "</p>\n</blockquote>\n"),
        ("before ", " after", "<p>before ", " after</p>\n"),
        ("**", "**", "<p><strong>", "</strong></p>\n"),
    ],
)
def test_hostile_text_is_shown_as_it_was_written(text, before, after, opened, closed):
    html, words = as_read(before + escaped(text) + after)
    assert html.startswith(opened) and html.endswith(closed)
    assert "<" not in html[len(opened) : -len(closed)]
    assert words[len(opened) : -len(closed)] == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell(text):
    html, _ = as_read(f"| a | b |\n|---|---|\n| {escaped(text)} | c |\n")
    cells = html.partition("<tbody>")[2].replace("<td>", "</td>").split("</td>")
    assert unescape(cells[1]) == " ".join(text.split())
    assert cells[3] == "c"
    assert "<" not in cells[1]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(MARKS, max_size=12).map("".join))
def test_any_marks_are_shown_as_they_were_written(text):
    line = " ".join(text.split())
    assert unescape(READER.render(escaped(text))) == (f"<p>{line}</p>\n" if line else "")


@pytest.mark.parametrize("text", HOSTILE)
def test_readers_that_take_no_backslash_see_no_tag(text):
    assert "<" not in escaped(text) and ">" not in escaped(text)


def test_plain_text_stays_readable():
    for text in (
        "Kim (54) said: no, it's 3.5% of AT&T & R&D! (1) Yes.",
        "Zoë 金 عمر 😀 “Ü”",
        "In 1984. it rained",
        "0.9–1.0",
        "-0.097",
        "+0.5",
    ):
        assert escaped(text) == text
