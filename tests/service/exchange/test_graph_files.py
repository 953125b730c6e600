import networkx as nx
import pytest
from coded import coded, document, statement

from newstance.models.errors import InputError
from newstance.service.exchange import NetworkOptions, grouped, network, write_gexf, write_graphml

EVIL = 'Kim & "<b>" \x02\uffff 🌉'
ROWS = ((1, EVIL, "x", True), (1, "A", "x", True), (1, "A", "x", True), (1, "B", "x", False))


@pytest.mark.parametrize("network_type", ["twomode", "onemode", "relations"])
@pytest.mark.parametrize(("write", "read"), [(write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)])
def test_a_file_is_read_back_as_it_was(tmp_path, write, read, network_type):
    rows = [*ROWS, (1, "A", "B", True)]
    where = document(1)
    documents = grouped(statement(where, *row[1:], index, probability=0.75) for index, row in enumerate(rows))
    options = NetworkOptions(network_type)
    (file,) = write(documents, tmp_path / "a.xml", options)
    graph, found = network(documents, options), read(file)
    written = {node: node.replace("\x02", "\ufffd").replace("\uffff", "\ufffd") for node in graph}
    assert set(found) == set(written.values())
    assert found.is_directed() == (network_type == "relations")
    for node, told in graph.nodes(data=True):
        here = found.nodes[written[node]]
        assert here["label"] == here.get("name", here["label"])
        for name in ("kind", "variable", "frequency"):
            assert here[name] == told[name]
    assert found.number_of_edges() == graph.number_of_edges() > 0
    for one, other, told in graph.edges(data=True):
        here = found.edges[written[one], written[other]]
        assert {name: here[name] for name in told} == pytest.approx(told)


def test_a_time_window_gives_a_file_for_each_day_that_has_a_tie(tmp_path):
    dates = {1: "2024-03-01", 2: "2024-03-02", 3: "2024-03-05"}
    documents = coded(*((number, "A", "x", True) for number in dates), dates=dates)
    files = write_graphml(documents, tmp_path / "a.graphml", NetworkOptions(window=1))
    assert [file.name for file in files] == [f"a-2024-03-0{day}.graphml" for day in (1, 2, 5)]
    assert sorted(tmp_path.iterdir()) == files
    assert nx.read_graphml(files[0]).edges["actor/A", "target/x"]["weight"] == 1


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "a.graphml"
    file.write_text("before")

    def breaks(graph, path):
        path.write_text("half")
        raise RuntimeError

    monkeypatch.setattr(nx, "write_graphml", breaks)
    with pytest.raises(RuntimeError):
        write_graphml(coded(*ROWS), file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(InputError, match="cannot be written: File exists"):
        write_gexf(coded(*ROWS), file / "a.gexf")
    write_gexf(coded(*ROWS), tmp_path / "none" / "a.gexf")
    assert (tmp_path / "none" / "a.gexf").is_file()
