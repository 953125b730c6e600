"""What the corpus tab's controls do, without a browser."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

for needed in ("duckdb", "pandas", "plotly", "pyarrow"):
    pytest.importorskip(needed, reason="the corpus tab needs the corpus extra")

import corpus_run  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from newstance.service.corpus.view import CorpusView  # noqa: E402
from newstance.service.page import build, corpus_handlers  # noqa: E402
from newstance.service.page.corpus_handlers import CorpusHandlers  # noqa: E402
from newstance.service.page.corpus_tab import corpus_tab  # noqa: E402

FORM = {
    "sources": [],
    "actors": [],
    "targets": [],
    "kinds": [],
    "start": "",
    "end": "",
    "undated": True,
    "minimum": 0,
    "per_actor": 1,
    "per_target": 1,
    "base": "sides",
    "by": "source",
    "cut": "Quarters",
    "window": 6,
}
EVIL = "<b id='evil'>&{{1}}"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return corpus_run.write(tmp_path_factory.mktemp("run"), corpus_run.harbour(120, 40))


@pytest.fixture(scope="module")
def handlers(run):
    return CorpusHandlers(CorpusView(run))


def show(handlers, **more):
    return handlers.show(*(FORM | more).values())


def click(**data):
    return SimpleNamespace(_data=data)


def drawn(view):
    """The traces of a plot with marks, that is without the bands."""
    return [trace for trace in view.plot["value"].data if trace.customdata is not None]


def test_the_plot_and_the_table_say_the_same(handlers):
    view = show(handlers)
    points = view.seen.course
    in_favor = [trace for trace in drawn(view) if trace.yaxis == "y"]
    marks = {n: y for trace in in_favor for n, y in zip(trace.customdata, trace.y, strict=True) if n is not None}
    assert marks == {i: point.shares.favor.value for i, point in enumerate(points) if point.start is not None}
    assert len(in_favor) == len({point.row for point in points})
    assert view.course.count("data-point=") == len(points)
    for point in points:
        assert f"<td>{point.period}</td>" in view.course
    assert "stand in the table only" in view.heading  # those without a date
    bands = [trace for trace in view.plot["value"].data if trace.fill == "toself" and trace.yaxis == "y"]
    ends = {y for trace in bands for y in trace.y if y is not None}
    assert ends == {end for p in points if p.start is not None for end in (p.shares.favor.low, p.shares.favor.high)} - {
        None
    }


def test_no_line_leads_over_a_period_without_a_statement(tmp_path):
    rows = corpus_run.empty()
    for number, month in enumerate((1, 2, 6, 7)):
        stance = [("Norway", "country", "the port tax", "favor", 0.9)]
        corpus_run.article(rows, number, stance, source="A", date=corpus_run.FIRST_DAY.replace(month=month))
    view = show(CorpusHandlers(CorpusView(corpus_run.write(tmp_path, [rows]))), cut="Months")
    assert [y is None for y in drawn(view)[0].y] == [False, False, True, False, False, True]


def test_a_single_period_has_its_name_on_the_axis(tmp_path):
    rows = corpus_run.empty()
    corpus_run.article(
        rows, 0, [("Norway", "country", "the port tax", "favor", 0.9)], source="A", date=corpus_run.FIRST_DAY
    )
    view = show(CorpusHandlers(CorpusView(corpus_run.write(tmp_path, [rows]))), cut="Quarters")
    axis = view.plot["value"].layout.xaxis
    assert len(axis.tickvals) == len(axis.ticktext) == 1
    assert "Q1" in axis.ticktext[0]


@pytest.mark.parametrize("cut", list(corpus_handlers.PERIODS))
@pytest.mark.parametrize("by", ["source", "actor", "target", "kind", "all"])
def test_every_way_to_cut_is_drawn(handlers, cut, by):
    view = show(handlers, cut=cut, by=by)
    assert view.status == ""
    assert view.plot["visible"]
    assert len(drawn(view)) >= 2


def test_a_cell_leads_to_its_course_and_its_sentences_and_back(handlers):
    seen = show(handlers).seen
    number = next(i for i, p in enumerate(seen.board) if (p.row, p.column) == ("Norway", "the cruise ban"))
    view = handlers.choose_cell(seen, click(cell=number))
    assert "Norway on the cruise ban, over time" in view.heading
    assert sum(sum(point.counts) for point in view.seen.course) == sum(seen.board[number].counts)
    assert "Behind it: Norway on the cruise ban" in view.behind
    assert f"{sum(seen.board[number].counts)} statements; these are 1 to 20" in view.behind
    assert "<blockquote>Norway " in view.behind
    assert 'href="https://news.example/' in view.behind
    further = handlers.turn(view.seen, click(**{"from": 20}))
    assert "these are 21 to" in further.behind
    back = handlers.choose_point(further.seen, click(all=True))
    assert (back.seen.course, back.behind) == (seen.course, "")
    assert back.seen.statements == seen.statements


def test_a_point_leads_to_just_its_statements(handlers):
    seen = show(handlers).seen
    for number in (0, len(seen.course) - 1):
        point = seen.course[number]
        view = handlers.choose_point(seen, click(point=number))
        assert f"{point.shares.statements} statement" in view.behind
        assert point.period in view.behind
        assert view.seen.statements == point.shares.statements


def test_what_is_counted_is_told_in_whole_words(handlers):
    view = show(handlers)
    assert "n: statements, and the articles" in view.board
    assert "with all of their statements (bootstrap)" in view.course


@pytest.mark.parametrize(
    ("base", "counted", "other"), [("sides", "statement", "answer"), ("all", "answer", "statement")]
)
def test_statements_take_a_side_and_answers_need_not(handlers, base, counted, other):
    view = show(handlers, base=base, per_actor=2)
    point = view.seen.course[0]
    behind = handlers.choose_point(view.seen, click(point=0)).behind
    assert f"t least 2 {counted}s an actor" in view.said
    assert f"{point.shares.statements} {counted}s in " in drawn(view)[0].hovertext[0]
    assert f"{point.shares.statements} {counted}s" in behind
    assert re.search(rf"<b>[\d,]+ {counted}s</b> in .*, of [\d,]+ answers in ", view.said)
    said = (view.board, view.heading, view.course, view.files_said, behind)
    assert not [part for part in said if other in part.lower()]
    nothing = show(handlers, base=base, minimum=1).board
    assert f"No {counted} passes" in nothing


def writing_to(folder, monkeypatch, kim):
    """Handlers of a run with two answers on the toll, Kim's and a neutral one; their files lie in the folder."""
    rows = corpus_run.empty()
    stances = [("Kim", "person", "the toll", *kim), ("Lund", "person", "the toll", "neutral", 0.91)]
    corpus_run.article(rows, 1, stances, source="A")
    monkeypatch.setattr(corpus_handlers, "folder", lambda: _Kept(folder))
    return CorpusHandlers(CorpusView(corpus_run.write(folder / "run", [rows])))


def test_there_is_no_number_where_nothing_was_asked(tmp_path, monkeypatch):
    handlers = writing_to(tmp_path, monkeypatch, ("neutral", 1.0))
    view = show(handlers, base="all")
    behind = handlers.choose_point(view.seen, click(point=0)).behind
    assert sorted(re.findall(r"· neutral ?([^<]*)</span>", behind)) == ["", "91%"]
    list(handlers.write(view.seen))
    written = csv.DictReader((tmp_path / "sentences.csv").open(newline=""))
    assert {row["actor"]: row["probability"] for row in written} == {"Kim": "", "Lund": "0.91"}


@pytest.mark.parametrize("data", [{}, {"cell": 10_000}, {"cell": -1}, {"cell": "1"}, {"point": 10_000}, {"from": -5}])
def test_clicks_that_mean_nothing_change_nothing(handlers, data):
    seen = show(handlers).seen
    for act in (handlers.choose_cell, handlers.choose_point, handlers.turn):
        assert act(seen, click(**data)) == corpus_handlers.View()


def test_a_click_on_what_is_no_longer_kept_says_what_to_do(handlers):
    for act, data in (
        (handlers.choose_cell, {"cell": 0}),
        (handlers.choose_point, {"point": 0}),
        (handlers.choose_point, {"all": True}),
        (handlers.turn, {"from": 20}),
    ):
        assert "these are gone; press Show again" in act(None, click(**data)).status
    seen = show(handlers).seen
    assert handlers.choose_cell(seen, click(cell=0)).status == ""  # what went wrong before has been mended
    assert handlers.choose_point(seen, click(point=0)).status == ""


def test_a_pairs_course_says_how_many_lines_it_leaves_out(tmp_path):
    rows = corpus_run.empty()
    for number in range(9):
        target = "the port tax" if number < 8 else "the toll"
        corpus_run.article(
            rows, number, [("Norway", "country", target, "favor", 0.9)], source=f"S{number}", date=corpus_run.FIRST_DAY
        )
    handlers = CorpusHandlers(CorpusView(corpus_run.write(tmp_path, [rows])))
    view = show(handlers)
    assert "These are the 6 of 9 sources with the most statements" in view.heading
    pairs = {point.column: number for number, point in enumerate(view.seen.board)}
    assert "These are the 6 of 8 sources" in handlers.choose_cell(view.seen, click(cell=pairs["the port tax"])).heading
    assert "These are" not in handlers.choose_cell(view.seen, click(cell=pairs["the toll"])).heading


def test_a_cell_says_by_color_mark_and_words_that_its_bands_lie_apart(handlers):
    view = show(handlers)
    marks = {"favor": ("&gt;", "more in favor"), "against": ("&lt;", "more against")}
    cells = re.findall(r'class="ns-cell ns-(\w+)" data-cell="(\d+)".*?aria-label="([^"]*)">(.*?)</button>', view.board)
    assert len(cells) == len(view.seen.board)
    assert {side for side, *_ in cells} == {"favor", "against", "neutral"}
    for side, number, label, shown in cells:
        assert side == view.seen.board[int(number)].shares.side
        mark, words = marks.get(side, ("", ""))
        assert re.findall("&[lg]t;", shown) == [mark] * bool(mark)
        assert ("the bands lie apart" in label) == bool(words)
        assert words in label


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"start": "last week"}, "&#39;last week&#39; is no day; write it as 2024-02-29"),
        ({"start": "2024-05-01", "end": "2024-04-01"}, "before it begins"),
        ({"actors": ["Nobody"]}, "no actor &#39;Nobody&#39;"),
        ({"by": "x' OR 1"}, "load the page again"),
        ({"cut": "Weeks"}, "load the page again"),
        ({"minimum": 7}, "between 0 and 1"),
        ({"cut": "Sliding windows", "window": 1}, "2 to 120 months"),
    ],
)
def test_a_wrong_form_is_explained(handlers, wrong, said):
    assert said in show(handlers, **wrong).status


def test_a_filter_that_nothing_passes_says_so(handlers):
    view = show(handlers, minimum=1)
    assert "No statement passes these filters" in view.board
    assert "<b>0 statements</b>" in view.said
    assert not view.plot["visible"]
    assert view.seen is None


def test_a_window_longer_than_the_time_is_told_of(handlers):
    view = show(handlers, cut="Sliding windows", window=60)
    assert "no window of 60 months" in view.heading
    assert not view.plot["visible"]


def test_texts_of_others_are_never_html(tmp_path):
    rows = corpus_run.empty()
    stance = [(EVIL, "person", f"{EVIL}2", "favor", 0.9)]
    corpus_run.article(rows, 1, stance, title=EVIL, source=EVIL, url="javascript:alert(1)", date=corpus_run.FIRST_DAY)
    handlers = CorpusHandlers(CorpusView(corpus_run.write(tmp_path, [rows])))
    view = show(handlers, by="actor", cut="The whole time")
    clicked = handlers.choose_cell(view.seen, click(cell=0))
    shown = [view.said, view.board, view.heading, view.course, clicked.heading, clicked.behind]
    assert all("<b id=" not in part for part in shown)
    assert "javascript:" not in clicked.behind
    assert "&lt;b id=" in drawn(view)[0].name  # Plotly reads some HTML
    assert "&lt;b id=" in drawn(view)[0].hovertext[0]


def test_files_hold_what_is_seen(handlers, upload_folder, monkeypatch):
    kept = upload_folder / "kept"
    kept.mkdir()
    monkeypatch.setattr(corpus_handlers, "folder", lambda: _Kept(kept))
    view = show(handlers, sources=["Harbour Post"])
    assert f"Over time: {len(view.seen.course)} rows." in view.files_said
    written = handlers.write(view.seen)
    said, shown, *files = next(written)
    assert (said, shown["visible"], len(files)) == ("", True, 6)
    by_name = {file.name: file for file in kept.iterdir()}
    table = list(csv.DictReader(by_name["over-time.csv"].open(newline="")))
    assert [(row["source"], row["period"], int(row["statements"])) for row in table] == [
        (point.row, point.period, point.shares.statements) for point in view.seen.course
    ]
    board = pq.read_table(by_name["board.parquet"])
    assert board.num_rows == len(view.seen.board)
    assert json.loads(board.schema.metadata[b"newstance.selection"])["sources"] == ["Harbour Post"]
    statements = list(csv.DictReader(by_name["sentences.csv"].open(newline="")))
    assert len({(row["article"], row["actor"], row["target"]) for row in statements}) == view.seen.statements
    assert all(row["evidence"] for row in statements)
    page = by_name["over-time.html"].read_text()
    assert "plotly" in page
    assert 'src="http' not in page
    assert "sources: Harbour Post" in page.replace("Sources", "sources")


def test_files_are_there_until_the_page_has_taken_them(handlers):
    written = handlers.write(show(handlers).seen)
    _, _, *files = next(written)
    files = [Path(file["value"]) for file in files]
    assert all(file.stat().st_size for file in files)
    assert list(written) == []
    assert not any(file.exists() for file in files)
    assert "these are gone; press Show again" in next(handlers.write(None))[0]


def test_cells_of_a_spreadsheet_are_no_formulas(tmp_path, monkeypatch):
    rows = corpus_run.empty()
    corpus_run.article(rows, 1, [("=1+1", "person", "@x", "favor", 0.9)], title="-2", source="+3")
    handlers = CorpusHandlers(CorpusView(corpus_run.write(tmp_path / "run", [rows])))
    monkeypatch.setattr(corpus_handlers, "folder", lambda: _Kept(tmp_path))
    list(handlers.write(show(handlers).seen))
    for name in ("board.csv", "sentences.csv", "over-time.csv"):
        for line in csv.reader((tmp_path / name).open(newline="")):
            assert not [cell for cell in line if cell[:1] in "=+-@" and cell[:1]]


def test_a_run_that_goes_on_is_read_again(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    (folder / "done" / "000002.json").unlink()
    handlers = CorpusHandlers(CorpusView(folder))
    assert "1 of 3 shards are not done" in handlers.about()
    shutil.copy(run / "done" / "000002.json", folder / "done")
    assert "120 articles in 3 shards" in handlers.read_again()[0]
    about, sources, actors, targets, kinds = handlers.told()  # whoever opens the page then
    assert "120 articles in 3 shards" in about
    assert ("(unknown)", "") in sources["choices"]
    assert ("Norway", "Norway") in actors["choices"]
    assert ("the port tax", "the port tax") in targets["choices"]
    assert {name for name, _ in kinds["choices"]} == {"person", "body", "country", "group"}
    shutil.rmtree(folder)
    assert "is no run" in handlers.read_again()[0]
    assert str(tmp_path) not in handlers.read_again()[0]


def test_what_the_run_is_and_its_menus_are_asked_for_with_each_page(analyzer, run):
    blocks = build(analyzer, [corpus_tab(CorpusView(run))])
    opened = [fn for fn in blocks.fns.values() if any(event == "load" for _, event in fn.targets)]
    assert {"told", "show"} <= {fn.fn.__name__ for fn in opened if fn.fn is not None}
    again = next(fn for fn in blocks.fns.values() if getattr(fn.fn, "__name__", "") == "read_again")
    told = next(fn for fn in opened if getattr(fn.fn, "__name__", "") == "told")
    assert told.outputs == again.outputs
    assert [block.label for block in told.outputs[1:]] == ["Sources", "Actors", "Targets", "Kinds of actors"]
    for menu in told.outputs[1:4]:  # which hold some hundred names at most
        assert menu.preprocess(["The 301st"]) == ["The 301st"]


def test_places_in_the_file_of_sentences_are_whole_numbers(tmp_path, monkeypatch):
    handlers = writing_to(tmp_path, monkeypatch, ("favor", 0.9))
    list(handlers.write(show(handlers, base="all").seen))
    written = csv.DictReader((tmp_path / "sentences.csv").open(newline=""))
    assert {row["actor"]: (row["start"], row["end"]) for row in written} == {"Kim": ("0", "21"), "Lund": ("", "")}


class _Kept:
    """A folder for files that stays."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        pass
