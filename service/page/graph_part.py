"""The part of the page that draws who stands how toward whom in the article that has been analysed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr

from newstance.service.analysis import Analysis
from newstance.service.analyzer import MOST_RELATED
from newstance.service.present import html
from newstance.service.present.evidence import drawer, instead
from newstance.service.present.graph import NARROW, WIDE, Format, graph
from newstance.service.present.wording import count

from .background import in_background
from .controls import AT_ONCE, CHOOSE_CELL, KEPT, ON_MODELS, PLAIN, clicked_number, gone
from .endings import reason
from .loaded import Analyzers

_MOST = 15
_ASKING = "Asking how the actors stand toward each other…"
_HINT = "Shows who is in favor of whom and who is against whom. It takes some seconds."
# As in the style sheet's rule for phones.
_IS_NARROW = "(found, most) => [found, most, matchMedia('(max-width: 640px)').matches]"


class GraphHandlers:
    """What the graph's controls do.

    Args:
        analyzers: Shared by all readers.
    """

    def __init__(self, analyzers: Analyzers) -> None:
        self._analyzers = analyzers

    def draw(self, found: Any, most: int, is_narrow: bool = False) -> Iterator[tuple[Any, Any, Any]]:
        """Ask how the heaviest actors stand toward each other, and draw it: status, picture, analysis."""
        skip = gr.skip()
        if found is None:
            yield html.field_problem(gone("Analyse")), "", None
            return
        yield html.said(_ASKING), skip, skip

        def work(tell: Callable[[tuple[int, int] | Analysis], None]) -> None:
            analyzer = self._analyzers.get(found.profile)
            actors = min(int(most), _MOST)
            tell(found.session.relations(analyzer, actors, lambda done, of: tell((done, of))))

        try:
            for item in in_background(work):
                if isinstance(item, Analysis):
                    asked = [actor.name for actor in item.actors[: int(most)]]
                    yield _drawn(item, NARROW if is_narrow else WIDE, asked)
                else:
                    yield html.hint(f"{_ASKING} {item[0]}/{item[1]}"), skip, skip
        except Exception as error:
            yield html.field_problem(reason(error, "again")), "", None

    def clear(self, found: Any) -> tuple[Any, Any, Any, Any]:
        """No graph: another article, or other actors; the fold is there once there is an analysis."""
        return gr.update(visible=found is not None), html.hint(_HINT), "", None

    def choose(self, relations: Analysis | None, event: gr.EventData) -> Any:
        """The evidence for the edge that was clicked."""
        edge = clicked_number(event, "cell")
        if relations is None:
            return instead(gone("Analyse"))
        return gr.skip() if edge is None else drawer(relations, edge)


def _drawn(relations: Analysis, form: Format, asked: Sequence[str]) -> tuple[Any, Any, Any]:
    said = f"{count(len(relations.stances), 'pair')} of actors that a passage brings together."
    return html.said(said), graph(relations.stances, form=form, asked=asked), relations


class GraphView(NamedTuple):
    """The graph's components."""

    fold: Any
    most: Any
    is_narrow: Any
    draw: Any
    status: Any
    picture: Any
    relations: Any


def lay_out_graph() -> GraphView:
    """Add the graph where the page is being built; its edges show their evidence in the page's drawer."""
    with gr.Accordion(
        "Graph: the actors toward each other", open=False, visible=False, elem_id="ns-graph-fold"
    ) as fold:
        with gr.Row(elem_classes="ns-edit"):
            most = gr.Slider(2, _MOST, value=MOST_RELATED, step=1, label="Actors, the heaviest first", scale=3)
            draw = gr.Button("Draw the graph", size="sm", scale=1, min_width=110, elem_id="ns-draw")
        is_narrow = gr.Checkbox(visible=False)
        status = gr.HTML(html.hint(_HINT), **PLAIN)
        picture = gr.HTML("", **PLAIN, elem_id="ns-graph", js_on_load=CHOOSE_CELL)
    return GraphView(fold, most, is_narrow, draw, status, picture, gr.State(None, time_to_live=KEPT))


def wire_graph(analyzers: Analyzers, view: GraphView, found: Any, board: Any, drawer_part: Any) -> Any:
    """Say what the graph's controls do.

    Args:
        analyzers: Shared by all readers.
        view: The graph's components.
        found: The state that holds a reader's ``Found``.
        board: The stance board; where it changes, the graph is out of date and goes.
        drawer_part: Where evidence is shown.

    Returns:
        The event of a click on an edge, for what follows it.
    """
    handlers = GraphHandlers(analyzers)
    outputs = [view.status, view.picture, view.relations]
    inputs = [found, view.most, view.is_narrow]
    view.draw.click(handlers.draw, inputs, outputs, js=_IS_NARROW, **ON_MODELS)
    # Not found.change: for that, Gradio would hash all that was found after each event.
    board.change(handlers.clear, found, [view.fold, view.status, view.picture, view.relations], **AT_ONCE)
    return view.picture.click(handlers.choose, view.relations, drawer_part, **AT_ONCE)
