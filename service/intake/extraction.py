"""The article in a web page, found by trafilatura; and the pages that show a wall in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from newstance.models.errors import InputError

from .bounds import REMEDY, TITLE_CHARACTERS

MOST_TAGS = 100_000  # "<" in a page; the largest news pages have 10,000
_LONGEST_NAME = 300  # characters of what a page calls its site
# A wall, with the teaser before it, is shorter than this; an article that mentions such words is mostly longer.
_WORDS_BESIDE_A_WALL = 150
_COOKIE_PHRASES = re.compile(
    r"\bwe (?:and our|use|value|process|store|need your)\b|\bour (?:\d+ )?(?:trusted )?partners\b"
    r"|\byour (?:consent|privacy)\b|\baccept (?:all|cookies)\b|\breject all\b"
    r"|\bmanage (?:\w+ )?(?:choices|preferences|settings|cookies)\b"
    r"|\bbefore you continue\b|\bcookie policy\b|\bcookie settings\b",
    re.IGNORECASE,
)
_COOKIE_MATTER = re.compile(
    r"\bcookies?\b|\bconsent\b|\bprivacy\b|\bpartners\b|\bpersonal data\b|\bpersonali[sz]ed\b"
    r"|\byour (?:data|device|choices)\b",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"(?:consent|guce|cookiewall|myprivacy)\.")
_WALLS = (
    (
        "shows its article to subscribers only",
        r"\bsubscri\w+\b[^.]{0,60}\b(?:continue|keep) reading\b|\bsubscribe to read\b|\bsubscribers? only\b"
        r"|\b(?:continue|keep) reading\b[^.]{0,60}\b(?:subscri\w+|log in|sign in|register)\b"
        r"|\b(?:log|sign) in to read\b",
    ),
    (
        "wants proof that a person reads it",
        r"\bverify (?:that )?you(?:'re| are) (?:a )?human\b|\byou(?:'re| are) not a robot\b"
        r"|\bunusual (?:traffic|activity)\b|\bcaptcha\b|\bsecurity of your connection\b|\bchecking your browser\b",
    ),
    (
        "builds its text by scripts, which are not run here",
        r"\b(?:enable|activate|allow|requires?|needs?|without|turn on) (?:\w+ ){0,2}javascript\b"
        r"|\bjavascript (?:\w+ ){0,3}(?:disabled|enabled|required|turned off)\b",
    ),
)
_FOR_PAYMENT = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
_LONGEST_QUESTION = 400  # characters
_SENTENCE_END = re.compile("[.!?…。！？؟।]")


@dataclass(frozen=True)
class Extracted:
    """What a page holds; each part but the text is "" if the page does not say.

    Attributes:
        text: The article's paragraphs, each a line; without headline, tables, lists of links and comments.
        title: The headline.
        date: The day of publication as YYYY-MM-DD.
        site: The name of the site.
        language: As the page states it, such as "en".
        author: Who wrote it, several with ", " between.
    """

    text: str
    title: str
    date: str
    site: str
    language: str
    author: str = ""


def extract(html: str, where: str, url: str = "") -> Extracted:
    """The article in a page.

    Args:
        html: The page.
        where: What an error calls the page.
        url: Where the page was found; "" if unknown.

    Raises:
        InputError: There is no article in it; says so if a wall (cookies, subscription, robots, scripts) is there. Or
            it has too many elements.
    """
    import trafilatura

    if html.count("<") > MOST_TAGS:
        raise InputError(f"{where} has more than {MOST_TAGS:,} tags, far more than the page of an article; {REMEDY}")
    tree = trafilatura.load_html(html) if html.strip() else None
    if tree is None:
        raise _nothing(where)
    _join_lines(tree)
    _mark_questions(tree)
    # All of this before trafilatura, which takes the tree apart.
    language = _language(tree)
    headings = {" ".join(heading.text_content().split()) for heading in tree.iter("h1")}
    page = " ".join(" ".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")).split())
    found = trafilatura.bare_extraction(
        tree,
        url=url or None,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        # Without the extensive search, that takes any year in the page for its date.
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "max_date": datetime.now(UTC).strftime("%Y-%m-%d"),
        },
    )
    text, title = (found.text or "", found.title or "") if found is not None else ("", "")
    # The headline is no sentence of the article.
    first, _, rest = text.partition("\n")
    if first == title or first in headings:
        text = rest
    if wall := _wall(text, page, html, url):
        raise InputError(f"{where} {wall}; {REMEDY}")
    # What is left of a page without article is a word or two of its menus.
    if not _SENTENCE_END.search(text) and len(text.split()) < _WORDS_BESIDE_A_WALL:
        raise _nothing(where)
    site = found.sitename or ""
    author = ", ".join((found.author or "").split("; "))
    return Extracted(
        text,
        title if len(title) <= TITLE_CHARACTERS else "",  # what is longer is no headline
        found.date or "",
        site if len(site) <= _LONGEST_NAME else "",
        language,
        author if len(author) <= _LONGEST_NAME else "",
    )


def _join_lines(tree: Any) -> None:
    """Line breaks in a page's source mean no more than a space."""
    for element in tree.iter():
        if element.tag in ("pre", "textarea", "script", "style"):
            continue
        if element.text and isinstance(element.tag, str):
            element.text = _on_one_line(element.text)
        if element.tail:
            element.tail = _on_one_line(element.tail)


def _mark_questions(tree: Any) -> None:
    """Bold questions and what is below them get the "Q:" and "A:" of interviews, which plain text can show."""
    paragraphs = list(tree.iter("p"))
    bold = [_bold(paragraph) for paragraph in paragraphs]
    if sum(text.endswith(("?", ".", "!")) for text in bold) < 2 or not any(text.endswith("?") for text in bold):
        return
    for number, text in enumerate(bold[:-1]):
        answer = paragraphs[number + 1]
        if (
            text.endswith(("?", ".", "!"))
            and not bold[number + 1]
            and answer.getparent() is paragraphs[number].getparent()
        ):
            paragraphs[number].text = f"Q: {(paragraphs[number].text or '').lstrip()}"
            answer.text = f"A: {(answer.text or '').lstrip()}"


def _bold(paragraph: Any) -> str:
    """The text of a paragraph that is bold as a whole, and as short as a question; else ""."""
    if len(paragraph) != 1 or paragraph[0].tag not in ("b", "strong") or (paragraph.text or "").strip():
        return ""
    text = " ".join(paragraph[0].text_content().split())
    return text if len(text) <= _LONGEST_QUESTION and not (paragraph[0].tail or "").strip() else ""


def _on_one_line(text: str) -> str:
    first, *others = text.split("\n")
    if not others:
        return text
    *middle, last = others
    return " ".join((first.rstrip(), *filter(None, map(str.strip, middle)), last.lstrip()))


def _nothing(where: str) -> InputError:
    return InputError(
        f"no article was found in {where}: it may be empty, a list of articles, or built by scripts; {REMEDY}"
    )


def _wall(text: str, page: str, html: str, url: str) -> str:
    """What stands in the article's place; "" if nothing does."""
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n", text or page) if s.strip()]
    about_cookies = sum(bool(_COOKIE_MATTER.search(s)) for s in sentences)
    phrases = {m[0].lower() for m in _COOKIE_PHRASES.finditer(text or page)}
    if _CONSENT_HOST.match(urlsplit(url).hostname or "") or (len(phrases) >= 2 and 2 * about_cookies >= len(sentences)):
        return "asks for consent to cookies before it shows the article"
    if len(text.split()) < _WORDS_BESIDE_A_WALL:
        subscription = _WALLS[0]
        # A subscription's notice is often cut away with the page's frame, where the other words stand on every page.
        if _FOR_PAYMENT.search(html) or re.search(subscription[1], page, re.IGNORECASE):
            return subscription[0]
        for wall, signs in _WALLS:
            if re.search(signs, text or page, re.IGNORECASE):
                return wall
    return ""


def _language(tree: Any) -> str:
    for value in tree.xpath("/html/@lang | //meta[@property='og:locale']/@content"):
        if match := re.match(r"\s*([a-z]{2,3})\b(?![a-z])|\s*([a-z]{2,3})_", value, re.IGNORECASE):
            return (match[1] or match[2]).lower()
    return ""
