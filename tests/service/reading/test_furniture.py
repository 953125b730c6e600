import time

import pytest

from newstance.service import Article
from newstance.service.reading.furniture import (
    Furniture,
    agency,
    authors,
    find_furniture,
    without_furniture,
    without_links,
)


def pieces(text):
    return [(piece.kind, text[piece.start : piece.end]) for piece in find_furniture(text)]


@pytest.mark.parametrize(
    ("text", "dateline", "source"),
    [
        ("OSLO (Reuters) - The council met.", "OSLO (Reuters) - ", "Reuters"),
        ("HARWICK, Norway (AP) — The council met.", "HARWICK, Norway (AP) — ", "AP"),
        ("OSLO, March 3 (dpa) -- The council met.".replace("dpa", "DPA"), "OSLO, March 3 (DPA) -- ", "DPA"),
        ("(CNN) The council met.", "(CNN) ", "CNN"),
        ("LONDON — The council met.", "LONDON — ", ""),
    ],
)
def test_dateline_in_front_of_a_paragraph(text, dateline, source):
    assert pieces(f"It rained.\n{text}") == [("dateline", dateline)]
    assert agency(find_furniture(text)) == source


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Inga Solberg", ("Inga Solberg",)),
        ("By Inga Solberg and Peter van der Berg, Harwick Echo", ("Inga Solberg", "Peter van der Berg")),
        ("BY INGA SOLBERG | Harwick Echo", ("Inga Solberg",)),
    ],
)
def test_byline_tells_who_wrote_it(text, names):
    found = find_furniture(f"Ferry opens\n{text}\n\nThe council met.")
    assert [piece.kind for piece in found] == ["byline"]
    assert authors(found) == names


@pytest.mark.parametrize(
    ("text", "kind", "furniture"),
    [
        ("It rained. Photo: Inga Solberg/Harwick Echo", "credit", "Photo: Inga Solberg/Harwick Echo"),
        ("Reporting by Inga Solberg in Oslo; editing by Peter Miller".replace("editing", "Editing"), "credit", None),
        ("(Photo by Inga Solberg/Harwick Echo)", "credit", None),
        ("The ferry sank. Read more: Miller visits Oslo", "link", "Read more: Miller visits Oslo"),
        ("Continue reading the main story", "link", None),
        ("ADVERTISEMENT", "link", None),
        ("Sign up for our newsletter", "link", None),
    ],
)
def test_credits_and_links(text, kind, furniture):
    assert pieces(f"The council met.\n{text}\nIt rained.") == [(kind, furniture or text)]


def test_list_behind_a_heading_of_links_leads_elsewhere():
    text = (
        "The council met.\nRelated stories\n- Miller slams Solberg\n- Oslo in the rain\nIt rained.\n- No ferry today."
    )
    assert [found for _, found in pieces(text)] == ["Related stories", "- Miller slams Solberg", "- Oslo in the rain"]
    assert without_links(text) == "The council met.\nIt rained.\n- No ferry today."


@pytest.mark.parametrize(
    "text",
    [
        "NATO - which met on Monday - said no.",
        "By Monday the council had met.",
        "By Inga Solberg the ferry was never praised.",
        "Reporting by the Harwick Echo found that the ferry leaks.",
        "The council (OSLO) met.",
        "He watched: nobody came.",
        "Miller met Solberg. By the way, it rained.",
        "MAYOR: No.",
        "",
    ],
)
def test_sentences_are_no_furniture(text):
    assert pieces(text) == []


def test_places_in_the_text_stay():
    text = "OSLO (Reuters) - The council met. Photo: Inga Solberg"
    blank = without_furniture(text, find_furniture(text))
    assert len(blank) == len(text)
    assert blank.split() == ["The", "council", "met."]
    assert blank.index("The council") == text.index("The council")
    assert blank[blank.index("The") - 1] == "\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(Photo by Inga Solberg) Harwick Echo", [("credit", "(Photo by Inga Solberg) Harwick Echo")]),
        ("(CNN) Read more: Miller visits Oslo", [("dateline", "(CNN) "), ("link", "Read more: Miller visits Oslo")]),
    ],
)
def test_no_two_pieces_overlap(text, found):
    text += "\nThe council met."
    assert pieces(text) == found
    blank = without_furniture(text, find_furniture(text))
    assert len(blank) == len(text)
    assert blank.index("The council") == text.index("The council")


def test_a_piece_within_another_is_blank_already():
    text = "(Photo by Inga Solberg) It rained."
    furniture = [Furniture(0, 23, "credit"), Furniture(10, 14, "link")]
    assert without_furniture(text, furniture) == " " * 22 + "\n It rained."


def test_article_says_who_wrote_it_and_where_it_comes_from():
    article = Article.from_text("By Inga Solberg\n\nOSLO (Reuters) - The council met.")
    assert (article.author, article.source) == ("Inga Solberg", "Reuters")
    assert article.text.startswith("By Inga Solberg")
    assert Article.from_text("(CNN) The council met.", source="a.txt").source == "a.txt"


@pytest.mark.parametrize(
    "unit", ["A", "Photo: ", "By A ", "READ MORE: ", "(A", "A\n", "related\n- a", ". ", "A, ", "A.' "]
)
def test_hostile_text_takes_time_in_proportion(unit):
    text = unit * (300_000 // len(unit))
    start = time.monotonic()
    assert len(without_furniture(text, find_furniture(text))) == len(text)
    assert time.monotonic() - start < 5
