"""The tab that lays two to five articles side by side: where its controls stand and what each of them calls."""

from __future__ import annotations

import gradio as gr

from newstance.service.article import SUFFIXES
from newstance.service.comparison import MOST_ARTICLES
from newstance.service.present import html
from newstance.service.present.compare import chosen_articles, welcome

from . import controls
from .compare_handlers import CompareHandlers, View
from .handlers import samples
from .loaded import Analyzers

_REMOVE = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-remove]');
  if (button) trigger('click', {remove: Number(button.dataset.remove)});
});
"""


def compare_tab(analyzers: Analyzers, page: gr.Blocks) -> None:
    """Lay out the tab, inside the tab that is open.

    Args:
        analyzers: The models; the page's own profile runs.
        page: When it is left, the reader's run stops.
    """
    handlers = CompareHandlers(analyzers)
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            gr.HTML('<p class="ns-label">Articles</p>', **controls.PLAIN)
            listed = gr.HTML(
                chosen_articles([], MOST_ARTICLES), elem_id="ns-chosen", js_on_load=_REMOVE, **controls.PLAIN
            )
            with gr.Row(elem_classes="ns-samples"):
                sample_buttons = {
                    name: gr.Button(f"+ {controls.titled(name)}", size="sm", min_width=70) for name in samples()
                }
            text = gr.Textbox(
                label="Text or web address",
                placeholder="Paste an article, or https://…",
                lines=4,
                max_lines=4,
                elem_id="ns-compare-text",
            )
            with gr.Row(elem_classes="ns-small"):
                add = gr.Button("Add", size="sm", scale=1, min_width=70, elem_id="ns-add")
                upload = gr.UploadButton(
                    "Upload files", file_count="multiple", file_types=list(SUFFIXES), size="sm", scale=2, min_width=110
                )
            said = gr.HTML("", **controls.PLAIN)
            topic = controls.topic_menu()
            targets = controls.targets_field("The same for all. None: from the articles.", elem_id="ns-compare-targets")
            profile = analyzers.profile(analyzers.default)
            sentences = gr.Slider(
                1, 8, value=min(profile.summarizer.sentences, 8), step=1, label="Summaries, sentences each"
            )
            with gr.Row(elem_classes="ns-go"):
                go = gr.Button("Compare", variant="primary", scale=2, min_width=120, elem_id="ns-compare")
                stop = gr.Button("Cancel", interactive=False, scale=1, min_width=90)
        with gr.Column(scale=8, min_width=320, elem_classes="ns-results"):
            status = gr.HTML(html.status(), **controls.PLAIN)
            beside = gr.HTML(welcome(), **controls.PLAIN)
            board = gr.HTML("", elem_id="ns-compared", js_on_load=controls.CHOOSE_CELL, **controls.PLAIN)
            evidence = controls.drawer_place("ns-compare-drawer")
            with gr.Row(visible=False, elem_classes="ns-downloads") as tools:
                json_file = gr.DownloadButton("Download JSON", size="sm", min_width=90, elem_id="ns-compare-json")
                link = gr.Button("Copy a link to this comparison", size="sm", min_width=90, elem_id="ns-compare-link")
            linked = gr.HTML("", **controls.PLAIN)
    articles = gr.State([], time_to_live=controls.KEPT_LONG)
    compared = gr.State(None, time_to_live=controls.KEPT)
    packed = gr.Textbox("", visible=False)
    outputs = list(View(status, beside, board, evidence, compared, go, stop, tools, json_file))
    changed = [articles, listed, said]
    for name, button in sample_buttons.items():
        button.click(
            lambda articles, name=name: handlers.add_sample(name, articles), articles, changed, **controls.AT_ONCE
        )
    add.click(handlers.add_text, [text, articles], [*changed, text], **controls.FETCHING)
    upload.upload(handlers.add_files, [upload, articles], changed, **controls.UPLOADING)
    listed.click(handlers.remove, articles, changed, **controls.AT_ONCE)
    running = go.click(handlers.compare, [articles, topic, targets, sentences], outputs, **controls.ON_MODELS)
    stop.click(handlers.cancel, None, outputs, cancels=[running], **controls.AT_ONCE)
    board.click(handlers.choose, compared, evidence, **controls.AT_ONCE).then(
        None, js=controls.open_drawer("ns-compare-drawer")
    )
    targets.change(None, [targets, packed], targets, js="(typed) => newstance.split(typed, '')")
    packing = link.click(handlers.pack, [articles, topic, targets], packed, **controls.AT_ONCE)
    packing.then(None, packed, linked, js="(packed) => newstance.linkComparison(packed)")
    opening = page.load(None, None, packed, js="() => newstance.openComparison()")
    opening.then(handlers.unpack, packed, [*changed, topic, targets], **controls.AT_ONCE)
    page.unload(handlers.leave)
