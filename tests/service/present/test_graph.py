import itertools
import re
from dataclasses import replace

import pytest

from newstance.service import Actor, Evidence, Mention, Stance
from newstance.service.present.graph import NARROW, WIDE, Box, graph, laid_out, layout, route

pytest.importorskip("networkx", reason="the graph needs the serve extra")

NAMES = ["Kim Jong Un", "Vladimir Putin", "Russia", "North Korea", "United States", "Daniel Whitcombe", "China"]
NAMES += ["Volodymyr Zelensky", "Ukraine", "South Korea", "Han Seo-jun", "Reuters", "the West", "European Commission"]
NAMES += ["United Nations Security Council of all Nations"]
EVIL = "<b onload='x'>&\""


def stance(actor, target, label="favor", probability=0.8, passages=1):
    rest = (1 - probability) / 2
    probabilities = dict.fromkeys(("favor", "against", "neutral"), rest) | {label: probability}
    side = "favor" if label == "neutral" else label
    evidence = tuple(Evidence(i, i + 1, "x", side, 0.8) for i in range(passages))
    return Stance(
        Actor(actor, "person", (), (Mention(0, 1, "x"),)), target, label, probability, probabilities, evidence
    )


def tangle(actors):
    labels = itertools.cycle(["favor", "against", "against"])
    pairs = [pair for i, pair in enumerate(itertools.permutations(NAMES[:actors], 2)) if i % 9 == 0]
    return [stance(a, b, label) for (a, b), label in zip(pairs, labels, strict=False)]


@pytest.mark.parametrize("actors", [2, 4, 8, 15])
@pytest.mark.parametrize("form", [WIDE, NARROW])
def test_boxes_are_in_the_picture_and_never_on_each_other(actors, form):
    edges = [(s.actor.name, s.target) for s in tangle(actors)] or [(NAMES[0], NAMES[1])]
    edges += list(itertools.pairwise(NAMES[:actors]))
    boxes, height = layout(edges, form)
    assert len(boxes) == actors
    for box in boxes.values():
        assert box.half_width <= box.x <= form.width - box.half_width
        assert box.half_height <= box.y <= height - box.half_height
    for a, b in itertools.combinations(boxes.values(), 2):
        assert abs(a.x - b.x) > a.half_width + b.half_width or abs(a.y - b.y) > a.half_height + b.half_height


def test_a_line_leads_around_a_box_that_stands_in_its_way():
    left, between, right = Box(100, 200, 30), Box(210, 200, 30), Box(320, 200, 30)
    straight = route(left, right, [])
    around = route(left, right, [between])
    assert around != straight
    for share in (0.3, 0.4, 0.5, 0.6, 0.7):
        start, bend, end = around
        rest = 1 - share
        x, y = (rest**2 * a + 2 * rest * share * b + share**2 * c for a, b, c in zip(start, bend, end, strict=True))
        assert abs(x - between.x) > between.half_width or abs(y - between.y) > between.half_height


@pytest.mark.parametrize("form", [WIDE, NARROW])
def test_no_line_leads_behind_a_box(form):
    edges = [(s.actor.name, s.target) for s in tangle(8)]
    boxes, _, paths = laid_out(edges, form)
    for edge, (start, bend, end) in zip(edges, paths, strict=True):
        for name in set(boxes) - set(edge):
            box = boxes[name]
            for share in range(1, 40):
                t, rest = share / 40, 1 - share / 40
                x, y = (rest**2 * a + 2 * rest * t * b + t**2 * c for a, b, c in zip(start, bend, end, strict=True))
                assert abs(x - box.x) > box.half_width or abs(y - box.y) > box.half_height


def test_who_is_not_drawn_is_told():
    html = graph([stance("Kim", "Putin")], asked=["Kim", "Putin", EVIL])
    assert "2 of 3 actors are drawn" in html
    assert "&lt;b onload" in html
    assert "are drawn" not in graph([stance("Kim", "Putin")], asked=["Kim", "Putin"])


def test_both_sides_are_in_the_legend_only_where_an_edge_shows_both():
    both = replace(stance("Kim", "Putin"), is_mixed=True)
    assert "both sides" in graph([both])
    assert "both sides" not in graph([stance("Kim", "Putin")])


def test_the_same_graph_looks_the_same():
    assert graph(tangle(8)) == graph(tangle(8))


def test_each_stance_is_told_by_sign_line_and_words():
    html = graph([stance("Kim", "Putin"), stance("US", "Kim", "against", 0.9)])
    assert html.count('class="ns-line ns-favor"') == html.count('class="ns-line ns-against"') == 1
    assert re.findall(r"<text [^>]*>([+−])</text>", html) == ["+", "−"]
    assert "Kim is in favor of Putin" in html
    assert "US is against Kim" in html


def test_every_edge_opens_its_evidence_in_picture_and_table():
    stances = [stance("Kim", "Putin"), stance("US", "Kim", "against", passages=2), stance("Kim", "US", "neutral")]
    html = graph(stances, chosen=1)
    cells = re.findall(r'<(g|button|path)[^>]* data-cell="(\d)"', html)
    assert sorted(cells) == [
        ("button", "0"),
        ("button", "1"),
        ("button", "2"),
        ("g", "0"),
        ("g", "1"),
        ("path", "0"),
        ("path", "1"),
    ]
    assert re.findall(r'data-cell="(\d)" aria-pressed="true"', html) == ["1", "1"]
    assert html.count('role="button" tabindex="0"') == 2
    assert "US on Kim: against, 80%, 2 passages; show the evidence" in html


def test_leanings_are_in_the_table_alone_and_nothing_shown_is_said():
    html = graph([stance("Kim", "US", "neutral")])
    assert "<svg" not in html
    assert '<details class="ns-fold" open>' in html
    assert "does not show" in graph([stance("Kim", "US", "neutral", passages=0)])
    assert "does not show" in graph([])


def test_long_names_are_cut_to_the_picture_and_told_whole():
    long, short = stance(NAMES[-1], "Kim"), stance("Putin", "Kim")
    for form in (WIDE, NARROW):
        html = graph([long, short], form=form)
        (shown,) = re.findall(r"<text [^>]*>(United[^<]*)</text>", html)
        assert shown.endswith("…")
        assert len(shown) == form.longest_label
        assert f"<title>{NAMES[-1]}</title>" in html


def test_names_are_never_html():
    html = graph([stance(EVIL, "Putin"), stance("Putin", EVIL, "against")])
    assert "<b" not in html.replace("<button", "")
    assert "&lt;b onload=&#39;x&#39;&gt;&amp;&#34;" in html
