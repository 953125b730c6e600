"""The article tab: where its controls stand and what each of them calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from newstance.configs import names as shipped_names
from newstance.service.article import SUFFIXES
from newstance.service.present import html
from newstance.service.profile import LOWEST_THRESHOLD

from . import controls
from .article_view import View
from .corrections import Choice, Corrections
from .corrections_part import lay_out_corrections, wire_corrections
from .downloads import WORDS
from .graph_part import lay_out_graph, wire_graph
from .handlers import Form, Handlers, samples
from .loaded import Analyzers

_LONGEST_SUMMARY = 8  # sentences
_HIGHEST_THRESHOLD = 0.95
_BOARD = f"""{controls.CHOOSE_CELL}
watch('value', () => {{
  const button = element.querySelector('.ns-unfold');
  if (button) newstance.unfold(button, button.closest('#ns-board').classList.contains('ns-open'));
  newstance.goOn(element);
  newstance.check();
}});
element.closest('#ns-board').addEventListener('ns-targets', (event) => trigger('submit', {{targets: event.detail}}));
"""
_SHOW_SOURCES = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sentence]');
  if (button) trigger('click', {sentence: Number(button.dataset.sentence)});
});
"""
_OPEN_DRAWER = controls.open_drawer("ns-drawer")
# Said at once: the run may have to wait for those of other readers.
_BEGIN = f"""(...form) => {{
  newstance.begin(...form);
  newstance.lead('ns-results');
  return {json.dumps(html.status("Waiting for the models…"))};
}}"""


def article_tab(analyzers: Analyzers, page: gr.Blocks, corrections: Path | None = None) -> None:
    """Lay out the article tab, inside the tab that is open.

    Args:
        analyzers: The models.
        page: When it is opened, the form is restored; when it is left, the reader's run stops.
        corrections: The file that what readers correct is added to; None offers it as a download alone.
    """
    handlers = Handlers(analyzers)
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            form, buttons = _form(analyzers)
        with gr.Column(scale=8, min_width=320, elem_id="ns-results"):
            view, choice, actions = _results(form.threshold)
    view = view._replace(
        analyse=buttons["analyse"], cancel=buttons["cancel"], threshold=form.threshold, targets=form.targets
    )

    runs = _wire_run(handlers, form, view, buttons)
    _wire_form(handlers, form, view, buttons, page, runs)
    _wire_corrections(handlers.corrections, form, view, choice, actions, corrections)
    wire_graph(analyzers, actions["graph"], view.found, view.board, view.drawer).then(None, js=_OPEN_DRAWER)
    page.unload(handlers.leave)


def _form(analyzers: Analyzers) -> tuple[Form, dict[str, Any]]:
    profile = analyzers.profile(analyzers.default)
    buttons: dict[str, Any] = {}
    with gr.Row(elem_classes="ns-samples"):
        gr.HTML('<p class="ns-label">Samples</p>', **controls.PLAIN)
        for name in samples():
            buttons[f"sample:{name}"] = gr.Button(controls.titled(name), size="sm", min_width=60)
    gr.HTML('<p class="ns-or"><span>or your own article</span></p>', **controls.PLAIN)
    with gr.Row(elem_classes="ns-fetch"):
        url = gr.Textbox(
            label="Web address",
            show_label=False,
            placeholder="Web address: https://…",
            max_lines=1,
            scale=4,
            min_width=160,
            html_attributes=gr.InputHTMLAttributes(autocapitalize="off", spellcheck=False),
        )
        buttons["fetch"] = gr.Button("Fetch", size="sm", scale=1, min_width=70, elem_id="ns-fetch")
    buttons["fetched"] = gr.HTML("", **controls.PLAIN, elem_id="ns-fetched")
    title = gr.Textbox(label="Headline", show_label=False, placeholder="Headline, if there is one", max_lines=2)
    text = gr.Textbox(
        label="Article",
        show_label=False,
        placeholder="Paste the text of a news article here.",
        lines=5,
        max_lines=5,
        elem_id="ns-text",
    )
    with gr.Row(elem_classes="ns-small"):
        buttons["upload"] = gr.UploadButton(
            f"Upload {' '.join(s for s in SUFFIXES if s != '.htm')}",
            file_types=list(SUFFIXES),
            size="sm",
            scale=4,
            min_width=110,
            elem_id="ns-upload",
        )
        buttons["clear"] = gr.Button("Clear", size="sm", scale=1, min_width=70, elem_id="ns-clear")
    topic = controls.topic_menu()
    targets = controls.targets_field("Enter after each. None: from the article.", elem_id="ns-targets")
    with gr.Accordion("Settings", open=False, elem_id="ns-settings"):
        chosen = gr.Dropdown(
            analyzers.choices(),
            value=analyzers.default,
            label="Profile",
            info="Which models run. One that was not used yet is loaded first.",
        )
        sentences = gr.Slider(
            1,
            _LONGEST_SUMMARY,
            value=min(profile.summarizer.sentences, _LONGEST_SUMMARY),
            step=1,
            label="Summary, sentences",
        )
        threshold = gr.Slider(
            max(profile.aggregation.evidence_threshold, LOWEST_THRESHOLD),
            _HIGHEST_THRESHOLD,
            value=profile.aggregation.threshold,
            step=0.01,
            label="Least probability of a stance",
            info="Below it the answer is neutral. Moving it after a run decides again, without the models.",
        )
    with gr.Row(elem_classes="ns-go"):
        buttons["analyse"] = gr.Button("Analyse", variant="primary", scale=2, min_width=120, elem_id="ns-analyse")
        buttons["cancel"] = gr.Button("Cancel", interactive=False, scale=1, min_width=90, elem_id="ns-cancel")
    with gr.Row(elem_classes="ns-small"):
        buttons["link"] = gr.Button("Copy a link to these inputs", size="sm", elem_id="ns-link")
    buttons["linked"] = gr.HTML("", **controls.PLAIN)
    source = gr.Textbox("", visible=False)
    date = gr.Textbox("", visible=False)
    origin = gr.Textbox("", visible=False)
    return Form(url, title, text, source, date, topic, targets, chosen, sentences, threshold, origin), buttons


def _results(threshold: Any) -> tuple[View, Choice, dict[str, Any]]:
    actions: dict[str, Any] = {}
    gr.HTML(html.stale(), elem_id="ns-stale", **controls.PLAIN)
    status = gr.HTML(html.status(), **controls.PLAIN)
    summary = gr.HTML(html.welcome(), elem_id="ns-summary", js_on_load=_SHOW_SOURCES, **controls.PLAIN)
    board = gr.HTML("", elem_id="ns-board", js_on_load=_BOARD, **controls.PLAIN)
    drawer = controls.drawer_place("ns-drawer")
    actions["graph"] = lay_out_graph()
    with gr.Column(visible=False, elem_classes="ns-tools") as tools:
        actions["keep"] = lay_out_corrections()
        with gr.Accordion("Correct the actors", open=False, elem_id="ns-actors"):
            actors = gr.CheckboxGroup([], label="Actors", show_label=False, elem_id="ns-actor-names")
            hint = gr.HTML("", **controls.PLAIN)
            with gr.Column(visible=False) as one:
                with gr.Row(elem_classes="ns-edit"):
                    name = gr.Textbox(label="New name", max_lines=1, scale=3, min_width=180)
                    actions["rename"] = gr.Button("Rename", size="sm", scale=1, min_width=90)
                with gr.Row(elem_classes="ns-edit"):
                    forms = gr.Dropdown(
                        [], multiselect=True, label="Names that mean somebody else", scale=3, min_width=180
                    )
                    actions["split"] = gr.Button("Split off", size="sm", scale=1, min_width=90)
            with gr.Row(visible=False, elem_classes="ns-edit") as several:
                keep = gr.Dropdown([], label="Name to keep", scale=3, min_width=180)
                actions["merge"] = gr.Button("Merge", size="sm", scale=1, min_width=90)
            undo = gr.Button("Undo all changes", size="sm", visible=False, elem_classes="ns-undo")
        edited = gr.HTML("", **controls.PLAIN)
        gr.HTML('<h3 class="ns-take">Download</h3>', **controls.PLAIN)
        with gr.Row(elem_classes="ns-downloads"):
            files = {kind: gr.DownloadButton(words, size="sm", min_width=90) for kind, words in WORDS.items()}
        models = gr.HTML("", **controls.PLAIN)
    found = gr.State(None, time_to_live=controls.KEPT)
    proposed = gr.Textbox("", visible=False)
    view = View(
        status=status,
        summary=summary,
        board=board,
        drawer=drawer,
        found=found,
        tools=tools,
        **files,
        models=models,
        actors=actors,
        undo=undo,
        edited=edited,
        threshold=threshold,
        proposed=proposed,
    )
    return view, Choice(hint, one, several, name, forms, actions["split"], keep), actions


def _wire_form(
    handlers: Handlers, form: Form, view: View, buttons: dict[str, Any], page: gr.Blocks, runs: list[Any]
) -> None:
    article = [form.title, form.text, form.source, form.date, form.origin]
    fetched = [*article, buttons["fetched"]]
    gr.on([buttons["fetch"].click, form.url.submit], handlers.fetch, form.url, fetched, **controls.FETCHING)
    buttons["upload"].upload(handlers.take_file, buttons["upload"], fetched, **controls.UPLOADING)
    # A text that is changed by hand is no longer what its source has.
    form.text.input(None, None, [form.source, form.date, form.origin], js="() => ['', '', '']")
    form.text.change(
        None,
        [form.text, form.targets, view.proposed],
        [form.targets, view.proposed, view.status],
        js=f"(...of) => newstance.outdated({json.dumps(html.status())}, ...of)",
    )
    offered = gr.Textbox("", visible=False)
    form.targets.focus(
        handlers.offer, [form.text, form.topic, form.targets, view.found], [form.targets, offered], **controls.FETCHING
    )
    form.targets.change(None, [form.targets, offered], form.targets, js="(...of) => newstance.split(...of)")
    form.topic.input(handlers.take_topic, [form.topic, form.targets], [form.targets, view.status], **controls.AT_ONCE)
    form.profile.input(handlers.take_profile, form.profile, [form.threshold, view.status], **controls.AT_ONCE)

    usual = {
        "topic": "",
        "profile": form.profile.value,
        "sentences": form.sentences.value,
        "threshold": form.threshold.value,
    }
    empty = ["", "", "", "", "", "", [], *list(usual.values())[1:], ""]
    buttons["clear"].click(
        None,
        None,
        [*form, buttons["fetched"], buttons["linked"]],
        js=f"() => {{ newstance.forget(); return [...{json.dumps(empty)}, '', '']; }}",
    )
    buttons["clear"].click(handlers.clear, None, list(view), cancels=runs, **controls.AT_ONCE)
    buttons["link"].click(
        None, list(form), buttons["linked"], js=f"(...form) => newstance.link({json.dumps(usual)}, ...form)"
    )
    allowed = {
        "topics": ["", *shipped_names("topics")],
        "profiles": [name for _, name in form.profile.choices],
        "sentences": [form.sentences.minimum, form.sentences.maximum],
        "threshold": [form.threshold.minimum, form.threshold.maximum],
        "samples": samples(),
    }
    page.load(None, list(form), list(form), js=f"(...form) => newstance.restore({json.dumps(allowed)}, ...form)")
    gr.on([field.change for field in form], None, list(form), js="(...form) => newstance.keep(...form)")


def _wire_run(handlers: Handlers, form: Form, view: View, buttons: dict[str, Any]) -> list[Any]:
    """Say what starts and stops a run; gives the runs' events."""
    starts = [buttons["analyse"].click(None, list(form), view.status, js=_BEGIN)]
    for name, filled in samples().items():
        # Filled in by the browser itself, so that the run that follows cannot come too soon.
        fill = f"(...form) => [...newstance.fill({json.dumps(filled)}, ...form), '']"
        filling = buttons[f"sample:{name}"].click(None, list(form), [*form, buttons["fetched"]], js=fill)
        starts.append(filling.then(None, list(form), view.status, js=_BEGIN))
    runs = [start.then(handlers.analyse, list(form), list(view), **controls.ON_MODELS) for start in starts]
    buttons["cancel"].click(handlers.cancel, view.found, list(view), cancels=runs, **controls.AT_ONCE)
    view.board.click(handlers.choose, view.found, view.drawer, **controls.AT_ONCE).then(None, js=_OPEN_DRAWER)
    view.summary.click(handlers.show_sources, view.found, view.drawer, **controls.AT_ONCE).then(None, js=_OPEN_DRAWER)
    return runs


def _wire_corrections(
    corrections: Corrections, form: Form, view: View, choice: Choice, actions: dict[str, Any], path: Path | None
) -> None:
    view.actors.change(corrections.take_actors, [view.found, view.actors], list(choice), **controls.AT_ONCE)
    given = {"merge": choice.keep, "rename": choice.name, "split": choice.forms}
    edits = {name: (actions[name], [view.found, view.actors, second]) for name, second in given.items()}
    for name, kept in wire_corrections(actions["keep"], path, view.found, view.board, edits).items():
        kept.then(getattr(corrections, name), edits[name][1], list(view), **controls.ON_MODELS)
    view.board.submit(corrections.retarget, view.found, list(view), **controls.ON_MODELS)
    view.undo.click(corrections.undo, view.found, list(view), **controls.ON_MODELS)
    form.threshold.release(corrections.decide, [view.found, form.threshold], list(view), **controls.ON_MODELS)
