from datetime import datetime

import pytest

from newstance.models.errors import InputError
from newstance.service.intake import extraction
from newstance.service.intake.extraction import extract

FIRST = "The town council voted on Monday to ban large ships from the old harbour, after a debate of five hours."
SECOND = "Mayor Ingrid Solberg said the ships had become a burden that the town could no longer carry."
LAST = "The dockworkers' union opposes the ban, although it shares her worries about the air in the town."
BODY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{LAST}</p>"


def page(body, head="", attributes=""):
    head = f"<head><title>Council bans ships</title>{head}</head>"
    return f"<!doctype html><html{attributes}>{head}<body>{body}</body></html>"


def test_only_the_article_is_taken():
    found = extract(
        page(
            '<header><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav></header>'
            '<main><article><h1>Council bans ships</h1><p class="share">Share on Facebook</p>'
            f"<p>{FIRST}</p><p>{SECOND}</p><table><tr><td>Ships 2020</td><td>44</td></tr></table><p>{LAST}</p>"
            '<div class="bottom"><p>The Paper is written by volunteers in four towns and sold by boys on bicycles.</p>'
            "</div>"
            '<div class="related"><h3>Read more</h3><ul><li><a href="/2">Ferry sinks</a></li></ul></div></article>'
            '<section id="comments"><h3>Comments</h3><p>Great news for everybody here, well done mayor.</p></section>'
            "</main><footer>Sign up to our newsletter.</footer>"
        ),
        "the page",
    )
    assert found.text.split("\n") == [FIRST, SECOND, LAST]
    assert found.title == "Council bans ships"


def test_headline_that_differs_from_the_title_is_no_sentence():
    head = '<meta property="og:title" content="Ships banned: what the council decided">'
    found = extract(page(f"<article><h1>Council  bans ships</h1>{BODY}</article>", head), "the page")
    assert found.title == "Ships banned: what the council decided"
    assert found.text.startswith(FIRST)


def test_headline_in_a_smaller_heading_is_no_sentence():
    found = extract(page(f"<article><h2>Council bans ships</h2>{BODY}</article>"), "the page")
    assert (found.title, found.text.split("\n")[0]) == ("Council bans ships", FIRST)


def test_date_is_that_of_publication():
    stated = '<meta property="article:{}_time" content="{}T09:00:00Z">'
    head = stated.format("modified", "2024-03-09") + stated.format("published", "2024-03-02")
    assert extract(page(f"<article>{BODY}</article>", head), "the page").date == "2024-03-02"


def test_day_to_come_is_no_date(monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2024, 3, 1, tzinfo=tz)

    monkeypatch.setattr(extraction, "datetime", Clock)
    for day, date in (("2024-03-01", "2024-03-01"), ("2025-03-02", "")):
        head = f'<meta property="article:published_time" content="{day}T00:00:00Z">'
        assert extract(page(f"<article>{BODY}</article>", head), "the page").date == date


def test_date_is_stated_or_unknown():
    dated = '<meta property="article:published_time" content="2024-03-02T09:00:00Z">'
    assert extract(page(f"<article>{BODY}</article>", dated), "the page").date == "2024-03-02"
    table = "<table><tr><td>Ships 2020</td></tr></table><footer>Copyright 2011 The Paper</footer>"
    assert extract(page(f"<article>{BODY}</article>{table}"), "the page").date == ""


@pytest.mark.parametrize(
    ("attributes", "head", "language"),
    [
        (' lang="en"', "", "en"),
        (' lang="en-GB"', "", "en"),
        (' lang="PT_br"', "", "pt"),
        ("", '<meta property="og:locale" content="fr_FR">', "fr"),
        (' lang=""', "", ""),
        (' lang="english"', "", ""),
        ("", "", ""),
    ],
)
def test_language_is_what_the_page_states(attributes, head, language):
    assert extract(page(f"<article>{BODY}</article>", head, attributes), "the page").language == language


COOKIES = (
    "<h1>Before you continue to The Paper</h1><p>We and our 812 partners use cookies and similar technologies to store "
    "and access personal data on your device. You can accept all, or manage your choices at any time.</p><p>We process "
    "your data to deliver personalised ads. You may withdraw your consent at any time in our privacy policy.</p>"
)
WALLS = {
    "cookies": (COOKIES, "asks for consent to cookies before it shows the article"),
    "long cookies": (COOKIES * 8, "asks for consent to cookies"),
    "teaser": (
        f"<article><h1>Council bans ships</h1><p>{FIRST}</p><p>Subscribe to continue reading.</p></article>",
        "shows its article to subscribers only",
    ),
    "teaser, notice in the frame": (
        f'<article><p>{FIRST}</p><p>{SECOND}</p></article><footer class="paywall">This article is for subscribers only'
        "</footer>",
        "shows its article to subscribers only",
    ),
    "teaser, marked": (
        f'<script type="application/ld+json">{{"isAccessibleForFree": "False"}}</script><article>{BODY}</article>',
        "shows its article to subscribers only",
    ),
    "log in": (f"<article><p>{FIRST}</p><p>Log in to read the whole story.</p></article>", "subscribers only"),
    "robots": (
        "<h1>paper.example</h1><p>Verify you are human by completing the action below.</p><p>paper.example needs to "
        "review the security of your connection before proceeding.</p>",
        "wants proof that a person reads it",
    ),
    "scripts": (
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>',
        "builds its text by scripts",
    ),
    "nothing": ('<nav><a href="/">Home</a></nav>', "no article was found in paper.example"),
}


@pytest.mark.parametrize("name", WALLS)
def test_wall_is_said(name):
    body, message = WALLS[name]
    with pytest.raises(InputError, match=message) as raised:
        extract(page(body), "paper.example")
    assert "paper.example" in str(raised.value)
    assert str(raised.value).endswith("paste the article's text instead")


def test_site_that_is_there_for_consent():
    body = f"<article>{BODY}</article>"
    with pytest.raises(InputError, match="asks for consent"):
        extract(page(body), "consent.paper.example", "https://consent.paper.example/?to=1")
    assert extract(page(body), "paper.example", "https://paper.example/consent.html").text
    assert extract(page(body), "noconsent.example", "https://noconsent.example/").text


@pytest.mark.parametrize(
    "body",
    [
        # A banner beside the article, as on most pages
        f"<div class='cookie-banner'>We use cookies. Accept all. Manage preferences.</div><article>{BODY}</article>",
        f"<noscript>Please enable JavaScript for comments.</noscript><article>{BODY}</article>",
        f'<nav><a href="/in">Log in</a> <a href="/buy">Subscribe</a></nav><article>{BODY}</article>',
        f"<style>.wall::after {{ content: 'For subscribers only' }}</style><article>{BODY}</article>",
        # Articles on the matter
        "<article><p>The court told the paper on Monday to ask for the consent of its readers.</p><p>Nobody is to "
        "pay for privacy, the judges said, and nobody's personal data may be sold without a word.</p><p>Your consent "
        "is worth nothing if it is not free, Mayor Ingrid Solberg said.</p><p>The paper will appeal.</p></article>",
        "<article><p>The regulator fined the paper on Monday because its page let readers accept all cookies with one "
        "click, but gave them no way to reject all of them.</p><p>Mayor Ingrid Solberg welcomed the fine.</p>"
        "<p>The paper said that it would appeal, and that its rivals do the same.</p>"
        "<p>A court will hear both sides in June.</p></article>",
        "<article>"
        + f"<p>Readers must log in to read it, the publisher said of the paper.</p>{BODY}" * 5
        + "</article>",
    ],
)
def test_article_beside_a_banner_or_on_the_matter_is_no_wall(body):
    assert len(extract(page(body), "paper.example").text) > 200


@pytest.mark.parametrize("html", ["", "  ", "\x00", "<", "<html></html>", "no markup"])
def test_page_that_is_none(html):
    with pytest.raises(InputError, match="no article was found in the page"):
        extract(html, "the page")


def test_breaks_in_the_source_of_a_page_are_none_in_its_text():
    page = (
        "<html><body><article><h1>Ferry</h1><div>Mayor Ingrid\n   Solberg praised the <b>ferry</b>\nof the old\n\tquay "
        "on Monday, after a debate of five hours.</div><p>It rained\nall\n\nday, and nobody came to the quay.</p>"
        "</article></body></html>"
    )
    found = extract(page, "a page")
    assert found.text.split("\n") == [
        "Mayor Ingrid Solberg praised the ferry of the old quay on Monday, after a debate of five hours.",
        "It rained all day, and nobody came to the quay.",
    ]


def test_bold_questions_and_their_answers_are_marked():
    interview = (
        "<p>Mayor Solberg spoke to us on Monday about the ferry.</p><p><b>Is the ferry too dear?</b></p>"
        "<p>No. It is a <i>bargain</i>, and I am proud of it.</p><p><strong>The fishermen say no.</strong></p>"
        "<p>They will be paid for what they lose.</p><p>The ferry opens in the spring, after two years of work.</p>"
    )
    found = extract(f"<html><body><article><h1>Ferry</h1>{interview}</article></body></html>", "a page")
    assert found.text.split("\n")[1:5] == [
        "Q: Is the ferry too dear?",
        "A: No. It is a bargain, and I am proud of it.",
        "Q: The fishermen say no.",
        "A: They will be paid for what they lose.",
    ]


def test_bold_headings_are_no_questions():
    body = "".join(
        f"<p><b>{head}</b></p><p>The council met on Monday in the old town hall.</p>" for head in ("A", "What now?")
    )
    found = extract(f"<html><body><article><h1>Ferry</h1>{body}</article></body></html>", "a page")
    assert "Q:" not in found.text
