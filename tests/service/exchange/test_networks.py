import itertools
import logging
import math
from datetime import datetime

import pytest
from coded import coded, document, statement
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.models.errors import InputError
from newstance.service import Actor
from newstance.service.exchange import CodedDocument, NetworkOptions, grouped, network, time_windows

# A speaks of x three times, for it, and once against y; B is for both, C against x.
ROWS = (
    *((1, "A", "x", True), (1, "A", "x", True), (1, "B", "x", True), (1, "A", "y", False)),
    *((2, "B", "y", True), (2, "C", "x", False), (2, "A", "x", True)),
)
# The statements of DNA's sample.dna: document, organization, concept and agreement, by number.
SAMPLE = (
    "1000 1000 1010 1011 2100 2121 2100 2110 2121 3221 3221 3221 3221 3221 3221 3200 3221 3221 3221 3221 4311 "
    "4321 4331 4311 5441 5411 5401 5431 5421 5401 6541 6541 6501 6531 6511 6551 7600 7620 7620 7600"
)


def twomode(rows=ROWS, **options):
    graph = network(coded(*rows), NetworkOptions("twomode", **options))
    named = graph.nodes(data="name")
    return {(named[a], named[b]): weight for a, b, weight in graph.edges(data="weight")}


def onemode(rows=ROWS, **options):
    graph = network(coded(*rows), NetworkOptions("onemode", **options))
    return {tuple(sorted(edge[:2])): edge[2] for edge in graph.edges(data="weight")}


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({}, (3, 1, 1, 1, 1)),
        ({"aggregation": "subtract"}, (3, -1, 1, 1, -1)),
        ({"aggregation": "combine"}, (1, 2, 1, 1, 2)),
        ({"normalization": "activity"}, (3 / 4, 1 / 4, 1 / 2, 1 / 2, 1)),
        ({"normalization": "prominence"}, (3 / 5, 1 / 2, 1 / 5, 1 / 2, 1 / 5)),
        ({"aggregation": "subtract", "normalization": "activity"}, (3 / 4, -1 / 4, 1 / 2, 1 / 2, -1)),
        ({"duplicates": "document"}, (2, 1, 1, 1, 1)),
        ({"duplicates": "acrossrange"}, (1, 1, 1, 1, 1)),
    ],
)
def test_a_twomode_network_ties_actors_to_targets(options, weights):
    pairs = (("A", "x"), ("A", "y"), ("B", "x"), ("B", "y"), ("C", "x"))
    assert twomode(**options) == dict(zip(pairs, weights, strict=True))


def test_who_is_on_both_sides_is_3_to_combine_and_nothing_to_subtract():
    rows = ((1, "A", "x", True), (1, "A", "x", False))
    assert twomode(rows, aggregation="combine") == {("A", "x"): 3}
    assert twomode(rows, aggregation="subtract") == {}
    assert twomode(rows, duplicates="document") == {("A", "x"): 1}  # which side it is, is ignored
    assert twomode((*rows, rows[0]), aggregation="subtract", duplicates="document") == {}


@pytest.mark.parametrize(
    ("aggregation", "normalization", "weights"),
    [
        ("congruence", "no", (3, None, None)),
        ("conflict", "no", (1, 3, 1)),
        ("subtract", "no", (2, -3, -1)),
        ("ignore", "no", (4, 3, 1)),
        ("congruence", "average", (3 / 3, None, None)),  # A has 4 statements, B 2, C 1
        ("conflict", "average", (1 / 3, 3 / 2.5, 1 / 1.5)),
        ("congruence", "jaccard", (3 / 5, None, None)),  # A alone is against y, B alone for it, and 3 x 1 for x
        ("conflict", "jaccard", (1 / 5, 3 / 5, 1 / 3)),
        ("congruence", "cosine", (3 / 8, None, None)),
        ("subtract", "cosine", (2 / 8, -3 / 4, -1 / 2)),
    ],
)
def test_a_onemode_network_ties_actors_that_speak_of_the_same(aggregation, normalization, weights):
    pairs = (("A", "B"), ("A", "C"), ("B", "C"))
    expected = {pair: weight for pair, weight in zip(pairs, weights, strict=True) if weight is not None}
    assert onemode(aggregation=aggregation, normalization=normalization) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "nodes", "edges", "total"),
    [
        (NetworkOptions("twomode"), 7 + 6, 22, 40),
        (NetworkOptions("onemode", "ignore"), 7, 21, 276 / 2),
        (NetworkOptions("onemode", "congruence", "average"), 7, None, 26 / 2),
    ],
)
def test_the_sample_of_rdna_has_the_numbers_of_its_own_tests(options, nodes, edges, total):
    """By test-network.R of rDNA 3.1.2, which sums whole matrices: each tie of a one-mode network twice."""
    rows = [(int(d), f"organization {o}", f"concept {c}", a == "1") for d, o, c, a in SAMPLE.split()]
    graph = network(coded(*rows), options)
    assert len(graph) == nodes
    assert edges is None or graph.number_of_edges() == edges
    assert round(2 * sum(weight for *_, weight in graph.edges(data="weight"))) == 2 * total


def test_the_sample_without_two_organizations_and_a_concept_has_them_too():
    kept = [one for one in SAMPLE.split() if one[1] not in "14" and one[2] != "2"]
    graph = network(coded(*[(int(d), o, c, a == "1") for d, o, c, a in kept]), NetworkOptions("onemode", "", "average"))
    assert (len(graph), round(2 * sum(weight for *_, weight in graph.edges(data="weight")))) == (5, 10)


SIDES = st.tuples(st.integers(1, 3), st.sampled_from("ABCD"), st.sampled_from("xyz"), st.booleans())


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(SIDES, min_size=1, max_size=25))
def test_weights_are_those_of_the_whole_matrix(rows):
    """Against rDNA's way: all pairs, all targets, all sides, one by one."""
    actors = sorted({actor for _, actor, *_ in rows})
    count = {(a, t, s): 0 for a in "ABCD" for t in "xyz" for s in (True, False)}
    for _, actor, target, side in rows:
        count[actor, target, side] += 1
    cells = list(itertools.product("xyz", (True, False)))
    for aggregation, normalization in itertools.product(
        ("congruence", "conflict", "subtract", "ignore"), ("no", "average", "jaccard", "cosine")
    ):
        found = onemode(rows, aggregation=aggregation, normalization=normalization)
        for one, other in itertools.combinations(actors, 2):
            same = sum(count[one, t, s] * count[other, t, s] for t, s in cells)
            opposite = sum(count[one, t, s] * count[other, t, not s] for t, s in cells)
            weights = {"congruence": same, "conflict": opposite, "subtract": same - opposite, "ignore": same + opposite}
            mine, theirs = (sum(count[a, t, s] for t, s in cells) for a in (one, other))
            alone = sum(count[a, t, s] for a, b in ((one, other), (other, one)) for t, s in cells if not count[b, t, s])
            norms = {"no": 1, "average": (mine + theirs) / 2, "jaccard": alone + same, "cosine": mine * theirs}
            expected = weights[aggregation] / norms[normalization]
            assert math.isclose(found.get((one, other), 0), expected)


def test_nodes_and_ties_tell_what_they_are_made_of():
    where = document(1)
    rows = [
        statement(where, "Kim", "x", True, kind="person", organization="Ministry", probability=0.9),
        statement(where, "Kim", "x", False, 1, kind="person", organization="Ministry", probability=0.7),
        statement(document(2), "x", "x", True, kind="body"),
    ]
    graph = network(grouped(rows))
    assert graph.nodes["actor/Kim"] == {
        "name": "Kim",
        "label": "Kim",
        "variable": "actor",
        "kind": "person",
        "bipartite": 0,
        "frequency": 2,
        "documents": 1,
    }
    assert graph.nodes["target/x"] == {
        "name": "x",
        "label": "x",
        "variable": "concept",
        "kind": "",
        "bipartite": 1,
        "frequency": 3,
        "documents": 2,
    }
    told = graph.edges["actor/Kim", "target/x"]
    assert told.pop("probability") == pytest.approx(0.8)
    assert told == {"weight": 2, "favor": 1, "against": 1, "neutral": 0, "documents": 1}
    assert "probability" not in graph.edges["actor/x", "target/x"]
    shared = network(grouped(rows), NetworkOptions("onemode", "ignore"))
    assert shared.edges["Kim", "x"] == {"weight": 2, "congruence": 1, "conflict": 1, "targets": 1}
    organizations = network(grouped(rows), NetworkOptions(variable="organization"))
    assert {n for n, of in organizations.nodes(data="variable") if of == "organization"} == {
        "actor/Ministry",
        "actor/x",
    }
    assert set(network(grouped(rows), NetworkOptions(variable="person"))) == {"actor/Kim", "target/x"}


def test_relations_are_ties_between_actors_by_their_sides_on_each_other():
    where = document(1)
    rows = (
        statement(where, "Kim", "the League", True, kind="person"),
        statement(where, "Kim", "The league", True, 1, kind="person"),
        statement(where, "Bob", "Kim", False, 2),
        statement(where, "Bob", "the bridge", True, 3),
        statement(where, "Kim", "Kim", True, 4),
    )
    graph = network(
        [CodedDocument(where, rows, (Actor("the League", "group"),))], NetworkOptions("relations", "subtract")
    )
    assert {edge[:2]: edge[2] for edge in graph.edges(data="weight")} == {
        ("Kim", "the League"): 2,
        ("Bob", "Kim"): -1,
    }
    assert {name: (told["frequency"], told["mentioned"]) for name, told in graph.nodes(data=True)} == {
        "Kim": (2, 1),
        "Bob": (1, 0),
        "the League": (0, 2),
    }


def test_who_takes_no_side_counts_only_where_sides_are_ignored():
    rows = ((1, "A", "x", None), (1, "B", "x", True))
    assert twomode(rows) == {("A", "x"): 1, ("B", "x"): 1}
    assert twomode(rows, aggregation="subtract") == {("B", "x"): 1}
    assert onemode(rows, aggregation="ignore") == {("A", "B"): 1}
    assert onemode(rows) == {}


DATES = {1: "2023-12-31", 2: "2024-01-01T09:00:00", 3: "2024-01-31", 4: "2024-12-30"}


@pytest.mark.parametrize(
    ("duplicates", "count"), [("week", 4), ("month", 3), ("year", 2), ("document", 4), ("include", 5)]
)
def test_duplicates_in_calendar_time(duplicates, count):
    """2023-12-31 is a Sunday; 2024-01-01 and 2024-12-30 are in the first weeks of 2024 and 2025."""
    rows = [(1, "A", "x", True), *((number, "A", "x", True) for number in DATES)]
    graph = network(coded(*rows, dates=DATES), NetworkOptions(duplicates=duplicates))
    assert graph.edges["actor/A", "target/x"]["weight"] == count


def test_a_time_window_moves_by_a_day_and_stays_within_the_documents():
    dates = {1: "2024-03-01", 2: "2024-03-03", 3: "2024-03-05"}
    documents = coded((1, "A", "x", True), (2, "B", "x", True), (3, "A", "x", True), dates=dates)
    for window, middles in ((3, "234"), (2, "234"), (5, "3"), (1, "12345")):
        found = list(time_windows(documents, NetworkOptions("onemode", window=window)))
        assert [middle for middle, _ in found] == [datetime(2024, 3, int(day)) for day in middles]
    found = dict(time_windows(documents, NetworkOptions("onemode", window=3)))
    assert [set(graph) for graph in found.values()] == [{"A", "B"}, {"B"}, {"A", "B"}]
    assert [graph.number_of_edges() for graph in found.values()] == [1, 0, 1]
    found = dict(time_windows(documents, NetworkOptions("onemode", window=3, isolates=True)))
    assert [set(graph) for graph in found.values()] == [{"A", "B"}] * 3
    assert found[datetime(2024, 3, 3)].nodes["A"]["frequency"] == 0


def test_a_document_without_a_date_is_in_no_window_and_told(caplog):
    dates = {1: "2024-03-01", 2: "2024-03-02", 3: ""}
    documents = coded((1, "A", "x", True), (2, "B", "x", True), (3, "C", "x", True), dates=dates)
    with caplog.at_level(logging.WARNING):
        ((_, first), (_, second)) = time_windows(documents, NetworkOptions(window=1))
    assert {*first, *second} == {"actor/A", "actor/B", "target/x"}
    assert "1 documents without a date are left out" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network_type": "threemode"}, "no network 'threemode'; there are twomode, onemode, relations"),
        (
            {"aggregation": "congruence"},
            "aggregation 'congruence' does not fit a twomode network; it may be ignore, subtract",
        ),
        (
            {"normalization": "jaccard"},
            "normalization 'jaccard' does not fit a twomode network; it may be no, activity",
        ),
        ({"network_type": "onemode", "aggregation": "combine"}, "'combine' does not fit a onemode network"),
        ({"duplicates": "day"}, "'day' does not fit"),
        ({"aggregation": "combine", "normalization": "activity"}, "means nothing"),
        ({"window": -1}, "-1 days does not exist"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        NetworkOptions(**options)


def test_a_network_of_nothing_is_refused():
    with pytest.raises(InputError, match="there is nothing to make this network of"):
        network([CodedDocument(document(1))])
    with pytest.raises(InputError, match="from 2024-03-01 to 2024-03-01; take a shorter one"):
        list(time_windows(coded((1, "A", "x", True), dates={1: "2024-03-01"}), NetworkOptions(window=2)))
    with pytest.raises(InputError, match="ask time_windows"):
        network(coded((1, "A", "x", True)), NetworkOptions(window=2))
