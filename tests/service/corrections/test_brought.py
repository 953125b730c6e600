import json
import re
from types import SimpleNamespace

import pytest

from newstance.models.errors import InputError
from newstance.service.cli import main
from newstance.service.corrections import Correction, CorrectionFile
from newstance.service.corrections.brought import Mapped, read_table
from newstance.service.corrections.coded import from_statements

OWN = "text,holder,target,label,coder,when,said,probability\n"
ROW = '"Solberg, the mayor, praised it.",Solberg,the plan,favor,ann,2026-01-31T12:00:00Z,neutral,0.6\n'


def table(tmp_path, text, name="codes.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_a_table_with_our_columns_needs_no_mapping(tmp_path):
    (found,) = read_table(table(tmp_path, OWN + ROW), Mapped({}, {}))
    assert found == Correction(
        "Solberg, the mayor, praised it.", "Solberg", "favor", "ann", "the plan",
        when="2026-01-31T12:00:00Z", said="neutral", probability=0.6,
    )  # fmt: skip


def test_columns_and_labels_go_by_other_names_where_they_are_told(tmp_path):
    path = table(tmp_path, "Passage;Actor;Issue;Code\nSolberg praised it.;Solberg;the plan;1\n")
    columns = {"text": "Passage", "holder": "Actor", "target": "Issue", "label": "Code"}
    (found,) = read_table(path, Mapped(columns, {"1": "favor"}, " Ann \n Lee"))
    assert (found.holder, found.target, found.label, found.coder) == ("Solberg", "the plan", "favor", "Ann Lee")
    assert found.said == "" and found.probability is None


@pytest.mark.parametrize(
    ("text", "mapped", "message"),
    [
        (OWN + ROW + ROW.replace("favor", "pro"), Mapped({}, {}), "codes.csv:3: the label 'pro' does not fit"),
        (OWN + ROW.replace("0.6", "high"), Mapped({}, {}), "codes.csv:2: the probability 'high' is no number"),
        (OWN + ROW.replace("ann", ""), Mapped({}, {}), "codes.csv:2: no column says who the coder is"),
        (OWN + ROW.replace("Solberg,the", ",the"), Mapped({}, {}), "codes.csv:2: holder: Field required"),
        (OWN + ROW, Mapped({"holder": "Actor"}, {}), "there is no column 'Actor', for holder; columns here: 'text',"),
        (OWN + '"open,a,b\n', Mapped({}, {}), "codes.csv:2: a quotation mark is opened and not closed"),
        (OWN, Mapped({}, {}), "codes.csv has no row below its first line"),
        (OWN + 7 * ROW.replace("favor", "pro"), Mapped({}, {}), "and 2 more"),
    ],
)
def test_wrong_rows_are_named_and_none_is_taken(tmp_path, text, mapped, message):
    with pytest.raises(InputError, match=re.escape(message)):
        read_table(table(tmp_path, text), mapped)


def test_fields_that_no_correction_has_cannot_be_mapped():
    with pytest.raises(InputError, match="a correction has no actor; it has text, holder"):
        Mapped({"actor": "Actor"}, {})


# Statements of other programs


def statement(label, actor="Solberg", coder="ann", probability=None, time="2026-01-31T12:00:00", text="He praised it."):
    document = SimpleNamespace(id=text[:8], text=text, title="T", source="S")
    return SimpleNamespace(
        document=document, actor=actor, target="plan", label=label, probability=probability, coder=coder, time=time
    )


def test_the_passages_of_a_cell_give_one_label_and_what_newstance_said_goes_along():
    found = from_statements(
        [
            statement("favor", coder="newstance", probability=0.8),
            statement("against"),
            statement("favor"),
            statement("against", time="2026-02-01T12:00:00"),
            statement("favor", coder="bob"),
            statement("favor", actor="Vik"),
            statement("against", actor="Vik"),
        ]
    )
    ann, bob = found.corrections
    assert (ann.coder, ann.label, ann.said, ann.probability) == ("ann", "against", "favor", 0.8)
    assert ann.when == "2026-02-01T12:00:00.000Z"
    assert (bob.coder, bob.label) == ("bob", "favor")
    assert found.split == ["ann: Vik toward plan in T"]
    assert {one.coder for one in from_statements([statement("favor")], coder="cid").corrections} == {"cid"}


def test_what_newstance_says_is_nobodys_coding_though_the_file_keeps_no_probability():
    found = from_statements([statement("favor", coder="newstance"), statement("against")], coder="anna")
    (anna,) = found.corrections
    assert (anna.coder, anna.label, anna.said, anna.probability, anna.model) == (
        "anna", "against", "favor", None, "newstance",
    )  # fmt: skip
    assert from_statements([statement("favor", coder="newstance")]).corrections == []


def test_newstances_own_statements_in_a_dna_file_are_not_imported(tmp_path, capsys):
    exchange = pytest.importorskip("newstance.service.exchange.statements", reason="no formats of other programs yet")
    from newstance.service.exchange import write_dna

    document = exchange.Document("a", "Solberg praised the plan. She left.", "Harbour")
    ours = exchange.Statement(document, "Solberg", "the plan", True, 0, 25, "person", probability=0.8)
    theirs = exchange.Statement(document, "Solberg", "the plan", False, 0, 25, "person", coder="Admin")
    write_dna([exchange.CodedDocument(document, (ours, theirs))], tmp_path / "x.dna")
    mine = tmp_path / "mine.jsonl"
    assert main(["corrections", "import", str(tmp_path / "x.dna"), "--to", str(mine), "--coder", "anna"]) == 0
    said = capsys.readouterr()
    assert "1 corrections of 1 texts" in said.out
    assert said.err == "newstance: the file names coders of its own, whose codings count as those of anna: Admin\n"
    (row,) = CorrectionFile(mine).read()
    assert (row.coder, row.label, row.said) == ("anna", "against", "favor")


def test_codings_of_nobody_need_a_name():
    with pytest.raises(InputError, match="does not say who has coded; say it by --coder NAME"):
        from_statements([statement("favor", coder="")])


@pytest.mark.parametrize("name", ["export.json", "codes.dna"])
def test_files_of_other_programs_are_imported(tmp_path, capsys, name):
    exchange = pytest.importorskip("newstance.service.exchange.statements", reason="no formats of other programs yet")
    from newstance.service.exchange import write_dna, write_label_studio

    document = exchange.Document("a", "Solberg praised the plan. She left.", "Harbour")
    said = exchange.Statement(document, "Solberg", "the plan", True, 0, 25, "person", coder="ann")
    if name.endswith(".dna"):
        write_dna([exchange.CodedDocument(document, (said,))], tmp_path / name)
    else:
        write_label_studio([exchange.CodedDocument(document, (said,))], tmp_path / name)
        tasks = json.loads((tmp_path / name).read_text())
        done = [{"result": one["result"], "completed_by": 7} for task in tasks for one in task["predictions"]]
        (tmp_path / name).write_text(json.dumps([{"id": 1, "data": tasks[0]["data"], "annotations": done}]))
    mine = tmp_path / "mine.jsonl"
    assert main(["corrections", "import", str(tmp_path / name), "--to", str(mine), "--coder", "ann"]) == 0
    said = capsys.readouterr()
    assert "1 corrections of 1 texts" in said.out
    assert re.search("whose codings count as those of ann: .*7\n$" if name.endswith("json") else "^$", said.err)
    (row,) = CorrectionFile(mine).read()
    assert (row.text, row.holder, row.target, row.label, row.coder) == (
        document.text, "Solberg", "the plan", "favor", "ann",
    )  # fmt: skip


# The command


def test_who_is_named_by_a_row_stays_its_coder_and_that_is_said(tmp_path, capsys):
    source, mine = table(tmp_path, OWN + ROW + ROW.replace("ann", "")), tmp_path / "mine.jsonl"
    assert main(["corrections", "import", str(source), "--to", str(mine), "--coder", "bob"]) == 0
    said = "newstance: the file names coders of its own, whose codings stay theirs: ann\n"
    assert capsys.readouterr().err == said
    assert [one.coder for one in CorrectionFile(mine).read()] == ["ann", "bob"]
    assert main(["corrections", "import", str(source), "--to", str(mine), "--coder", " ann "]) == 0
    assert capsys.readouterr().err == ""


def test_import_list_and_export(tmp_path, capsys):
    source, mine = table(tmp_path, OWN + ROW), tmp_path / "mine.jsonl"
    assert main(["corrections", "import", str(source), "--to", str(mine)]) == 0
    assert "1 corrections of 1 texts added to" in capsys.readouterr().out
    agreed = Correction("Vik spoke.", "Vik", "neutral", "=bob", "the plan", said="neutral", probability=0.9)
    CorrectionFile(mine).append([agreed, Correction("Vik spoke.", "Vik", "", "bob", change="no actor")])

    assert main(["corrections", "list", str(mine)]) == 0
    everything = capsys.readouterr().out
    assert "neutral 0.60" in everything and "=bob" in everything and "no actor" in everything
    assert main(["corrections", "list", "--wrong", str(mine)]) == 0
    wrong = capsys.readouterr().out
    assert "ann" in wrong and "=bob" not in wrong
    CorrectionFile(mine).append([Correction("Vik spoke.", "Vik", "favor", "eve", "the plan")])
    assert main(["corrections", "list", "--wrong", str(mine)]) == 0
    shown = capsys.readouterr()
    assert "eve" not in shown.out and "left out, as nobody knows what the model said: 1" in shown.err

    assert main(["corrections", "export", str(mine)]) == 0
    csv = capsys.readouterr().out
    assert csv.splitlines()[0].startswith("text,holder,label,coder,target,change,when,said")
    assert ",'=bob," in csv  # which no spreadsheet calculates
    assert main(["corrections", "export", str(mine), "--format", "jsonl"]) == 0
    again = tmp_path / "again.jsonl"
    again.write_text(capsys.readouterr().out)
    assert CorrectionFile(again).read() == CorrectionFile(mine).read()


def test_a_list_shows_names_as_they_are(tmp_path, capsys):
    path = tmp_path / "mine.jsonl"
    names = ["Kim \\[/x]", "[bold]Kim", "Kim :smile:\\"]
    CorrectionFile(path).append([Correction("Kim spoke.", name, "favor", "ann", "the plan") for name in names])
    assert main(["corrections", "list", str(path)]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name}  " in shown for name in names)


@pytest.mark.parametrize("text", ["\n- She left.", "'- She left.\n- He did.\n", "She left;\n'=so\n;\t- 'He' did."])
def test_an_exported_table_is_imported_as_it_was(tmp_path, capsys, text):
    mine, again = tmp_path / "mine.jsonl", tmp_path / "again.jsonl"
    CorrectionFile(mine).append([Correction(text, "'=Vik", "favor", "ann", "-5 %;- 6 %", title="'@home")])
    assert main(["corrections", "export", str(mine)]) == 0
    source = table(tmp_path, capsys.readouterr().out)
    assert main(["corrections", "import", str(source), "--to", str(again)]) == 0
    assert CorrectionFile(again).read() == CorrectionFile(mine).read()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--column", "holder"], "--column holder: an equals sign is expected"),
        (["--column", "wer=Actor"], "a correction has no wer"),
    ],
)
def test_wrong_use_of_import_is_told(tmp_path, capsys, more, message):
    assert main(["corrections", "import", str(table(tmp_path, OWN + ROW)), "--to", "x.jsonl", *more]) == 2
    assert message in capsys.readouterr().err
    assert main(["corrections", "import", "codes.xlsx", "--to", str(tmp_path / "x")]) == 2
    assert "codes.xlsx is none of .csv, .tsv, .json, .dna" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_exported_rows_are_json_of_one_line_each(tmp_path):
    path = tmp_path / "mine.jsonl"
    CorrectionFile(path).append([Correction("Two\nlines.", "Vik", "favor", "ann", "the plan")])
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 1
