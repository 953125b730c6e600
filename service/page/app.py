"""The page as a whole: its tabs, and what stands above and below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from newstance.service.analyzer import Analyzer
from newstance.service.present import html

from .article_tab import article_tab
from .compare_tab import compare_tab
from .loaded import Analyzers
from .uploads import Guarded

_WAITING_AT_MOST = 32
_FILES_KEPT = 3600  # seconds that downloads stay; uploads go sooner

# Its name, and what lays it out when it is called inside the tab.
Tab = tuple[str, Callable[[], None]]


def build(
    analyzer: Analyzer, more_tabs: Sequence[Tab] = (), open_tab: str = "Article", corrections: Path | None = None
) -> gr.Blocks:
    """The page over a loaded analyzer.

    Its look is not part of it: hand ``look()`` to ``launch`` or ``mount_gradio_app``.

    Args:
        analyzer: The models that readers use unless they choose another profile.
        more_tabs: What stands beside the page's own tabs.
        open_tab: The name of the tab that is open at first.
        corrections: The file that readers' corrections are added to; None offers them as a download alone.
    """
    analyzers = Analyzers(analyzer)
    plain: dict[str, Any] = {"apply_default_css": False}
    with Guarded(title="newstance", analytics_enabled=False, delete_cache=(_FILES_KEPT // 4, _FILES_KEPT)) as blocks:
        gr.HTML(html.header(), **plain)
        with gr.Tabs(elem_id="ns-tabs", selected=open_tab.lower()):
            with gr.Tab("Article", id="article"):
                article_tab(analyzers, blocks, corrections)
            with gr.Tab("Compare", id="compare"):
                compare_tab(analyzers, blocks)
            for name, lay_out in more_tabs:
                with gr.Tab(name, id=name.lower()):
                    lay_out()
        gr.HTML(html.footer(), **plain)
    blocks.queue(max_size=_WAITING_AT_MOST)
    return blocks
