from types import SimpleNamespace

import gradio as gr
import pytest

from newstance.service import Article
from newstance.service.editing import Session
from newstance.service.page.graph_part import GraphHandlers
from newstance.service.page.loaded import Analyzers

TEXT = "Marie Curie praised Albert Einstein. Albert Einstein condemned Isaac Newton. Isaac Newton was in Rome."


def event(**data):
    return SimpleNamespace(_data=data)


@pytest.fixture
def found(analyzer):
    reading = analyzer.read(Article.from_text(TEXT))
    return SimpleNamespace(session=Session.of(reading, analyzer.state(reading, ["Rome"])), profile="tiny")


@pytest.mark.embedded
def test_the_graph_is_drawn_and_an_edge_gives_its_evidence(analyzer, found):
    handlers = GraphHandlers(Analyzers(analyzer))
    *steps, (said, picture, relations) = handlers.draw(found, 8)
    assert "Asking" in steps[0][0]
    assert "pairs" in said
    assert "Marie Curie is in favor of Albert Einstein" in picture
    assert "Albert Einstein is against Isaac Newton" in picture
    assert 'aria-pressed="true"' not in picture
    edges = {(s.actor.name, s.target): i for i, s in enumerate(relations.stances)}
    clicked = handlers.choose(relations, event(cell=edges["Albert Einstein", "Isaac Newton"]))
    assert "Albert Einstein on Isaac Newton" in clicked
    assert "condemned" in clicked
    assert handlers.choose(relations, event(cell="x")) == gr.skip()


@pytest.mark.embedded
def test_corrected_names_are_the_graphs_names(analyzer, found):
    found.session = found.session.rename("Albert Einstein", "The physicist")
    *_, (_, picture, _) = GraphHandlers(Analyzers(analyzer)).draw(found, 8)
    assert "Marie Curie is in favor of The physicist" in picture
    assert "The physicist is against Isaac Newton" in picture
    assert "Einstein</text>" not in picture


@pytest.mark.embedded
def test_fewer_actors_give_fewer_edges(analyzer, found):
    *_, (_, _, relations) = GraphHandlers(Analyzers(analyzer)).draw(found, 2)
    assert len({name for s in relations.stances for name in (s.actor.name, s.target)}) == 2


def test_without_an_analysis_it_says_what_to_do(analyzer):
    handlers = GraphHandlers(Analyzers(analyzer))
    ((said, _, _),) = handlers.draw(None, 8)
    for words in (said, handlers.choose(None, event(cell=0))):
        assert "these are gone; press Analyse again" in words


@pytest.mark.embedded
def test_our_own_failure_is_told(analyzer, found):
    broken = SimpleNamespace(get=lambda name: (_ for _ in ()).throw(RuntimeError("a text")))
    *_, (said, picture, _) = GraphHandlers(broken).draw(found, 8)
    assert "RuntimeError" in said
    assert "a text" not in said
    assert picture == ""
