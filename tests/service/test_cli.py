import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import newstance
from newstance.service.cli import main
from newstance.service.intake import fetch

TEXT = "Ingrid Solberg praised the harbour plan. It rained.\n\nPeter Miller attacked the harbour plan. It rained."


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a command; gives (exit code, stdout, stderr), and allows no traceback."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(
            sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin)
        )
        monkeypatch.setenv("COLUMNS", "300")
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def analyze(run, profile_file):
    return lambda *arguments, **more: run("analyze", *arguments, "--profile", profile_file, **more)


@pytest.fixture
def article(tmp_path):
    file = tmp_path / "article.txt"
    file.write_text(TEXT)
    return file


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"newstance {newstance.__version__}\n"


# Wrong usage and input: 2, nothing on stdout, and what to do about it on stderr


@pytest.mark.parametrize(
    "arguments",
    [[], ["analyse"], ["analyze"], ["analyze", "x", "--format", "xml"], ["analyze", "x", "--sentences", "0"]],
)
def test_wrong_usage(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "usage: newstance" in err


@pytest.mark.parametrize("content", [b"", b"  \n\t\n", "😀 🎉".encode(), b"\x00\x01\x02", b"\xef\xbb\xbf"])
def test_file_without_a_word(run, tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content)
    for arguments, stdin in (([tmp_path / "a.txt"], b""), (["-"], content)):
        code, out, err = run("analyze", *arguments, stdin=stdin)
        assert (code, out) == (2, "")
        assert "the article is empty" in err


def test_standard_input_is_decoded_or_refused(analyze, run):
    code, out, _ = analyze(
        "-", "--no-summary", "--format", "json", stdin="Mayor Müller said “no” – twice.".encode("cp1252")
    )
    assert code == 0
    assert "Mayor Müller said “no” – twice." in json.loads(out)["article"]["text"]
    code, out, err = run("analyze", "-", stdin=b"\x00\xff\x00\x81 what")
    assert (code, out) == (2, "")
    assert "standard input is not UTF-8 text; convert it" in err


def test_file_that_cannot_be_read(run, tmp_path):
    (tmp_path / "a.txt").write_bytes(bytes(range(256)))
    for file, message in (
        (tmp_path / "a.txt", "is not UTF-8 text; convert it"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none.txt", "No such file"),
        ("sample:none", "no sample is named 'none'; there are bridge, harbour, summit"),
    ):
        code, out, err = run("analyze", file)
        assert (code, out) == (2, "")
        assert message in err


def test_address_that_cannot_be_read(run):
    for address, message in (
        ("http://127.0.0.1/a", "127.0.0.1 is not a public address"),
        ("file:///etc/passwd", "only http and https addresses can"),
        ("https://", "names no site"),
    ):
        code, out, err = run("analyze", address)
        assert (code, out) == (2, "")
        assert message in err


def test_standard_input_that_is_no_text(run):
    code, out, err = run("analyze", "-", stdin=b"\xff\xfe\x80")
    assert (code, out) == (2, "")
    assert "is not UTF-8 text" in err


def test_standard_input_without_end(run):
    with Path("/dev/zero").open("rb") as endless:
        code, out, err = run("analyze", "-", stdin=endless)
    assert (code, out) == (2, "")
    assert "standard input has more than 5 MB; give the article alone" in err


def test_unknown_profile_names_those_that_exist(run):
    code, _, err = run("analyze", "sample:bridge", "--profile", "nope")
    assert code == 2
    assert "shipped: embedded" in err


def test_profile_with_an_unknown_key(run, tmp_path, settings):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(settings | {"sped": 1}))
    code, _, err = run("analyze", "sample:bridge", "--profile", tmp_path / "mine.yaml")
    assert code == 2
    assert "mine.yaml: sped:" in err


# Failures: 1


def test_missing_weights_say_how_to_get_them(run, tmp_path, settings):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(settings | {"annotator": {"source": "package:none_such/x"}}))
    code, out, err = run("analyze", "sample:bridge", "--profile", tmp_path / "mine.yaml")
    assert (code, out) == (1, "")
    assert "get it with: newstance setup" in err


def test_unforeseen_failure_is_one_line_and_tells_how_to_see_more(run, article, monkeypatch):
    def fail(profile):
        raise RuntimeError("out of ink")

    monkeypatch.setattr("newstance.service.analyzer.Analyzer.from_profile", fail)
    code, out, err = run("analyze", article)
    assert (code, out) == (1, "")
    assert "newstance: failed: RuntimeError: out of ink\nRun again with --verbose" in err
    with pytest.raises(RuntimeError):
        main(["--verbose", "analyze", str(article)])


def test_interrupt_is_one_line(run, article, monkeypatch):
    def stop(profile):
        raise KeyboardInterrupt

    monkeypatch.setattr("newstance.service.analyzer.Analyzer.from_profile", stop)
    code, _, err = run("analyze", article)
    assert code == 1
    assert "newstance: stopped" in err


def test_training_without_data_is_refused(run, tmp_path):
    code, out, err = run("train", "newstance-mpnet", "--data", tmp_path, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert "--data names the folder that holds the sets" in err
    code, _, err = run("train", "nope", "--data", tmp_path)
    assert code == 2
    assert "shipped: " in err and "newstance-mpnet" in err


def test_only_rows_is_refused_where_there_is_no_such_step(run, tmp_path):
    for recipe in ("newstance-support", "smollm2-news", "corrections"):
        code, out, err = run("train", recipe, "--data", tmp_path, "--out", tmp_path, "--only", "rows")
        assert (code, out) == (2, "")
        assert f"--only rows is for the model of stance and support; leave it out for {recipe}" in err


@pytest.mark.parametrize(
    ("recipe", "options", "told"),
    [
        (
            "smollm2-news",
            ["--terms", "open"],
            "--terms open is for recipes that mark the sets whose terms are restricted",
        ),
        ("corrections", ["--terms", "open"], "leave it out for corrections, which marks none"),
        ("newstance-mpnet", ["--corrections", "x.jsonl"], "--corrections: for the recipe corrections alone"),
        ("newstance-support", ["--profile", "embedded", "--anyway"], "--profile, --anyway: for the recipe corrections"),
        (
            "smollm2-news",
            ["--check", "boards"],
            "--check: for the recipe corrections alone; leave out for smollm2-news",
        ),
    ],
)
def test_an_option_that_a_recipe_does_not_read_is_refused(run, tmp_path, recipe, options, told):
    code, out, err = run("train", recipe, "--data", tmp_path, "--out", tmp_path, *options)
    assert (code, out) == (2, "")
    assert told in err


# Results


@pytest.mark.embedded
def test_address_of_a_page(analyze, monkeypatch):
    page = fetch.Page("https://paper.example/a", TEXT, html=False)
    monkeypatch.setattr(fetch, "fetch", lambda url, permit: {page.url: page}[url])
    code, out, _ = analyze(page.url, "--format", "json", "--target", "the harbour plan")
    assert code == 0
    assert json.loads(out)["article"]["url"] == page.url
    assert {stance["label"] for stance in json.loads(out)["stances"]} >= {"favor", "against"}


def test_json_of_a_file(analyze, article):
    code, out, _ = analyze(article, "--target", "the harbour plan", "--target", "rain", "--format", "json")
    assert code == 0
    found = json.loads(out)
    assert found["targets"] == ["the harbour plan", "rain"]
    labels = {(s["actor"], s["target"]): s["label"] for s in found["stances"]}
    assert labels["Ingrid Solberg", "the harbour plan"] == "favor"
    assert labels["Peter Miller", "the harbour plan"] == "against"


@pytest.mark.embedded
def test_markdown_of_standard_input(analyze):
    code, out, _ = analyze("-", "--target", "the harbour plan", "--format", "markdown", stdin=TEXT.encode())
    assert code == 0
    assert out.startswith("# Analysis\n\n## Summary\n")
    assert "### Ingrid Solberg: favor toward the harbour plan" in out


@pytest.mark.embedded
def test_text_of_a_sample(analyze):
    code, out, _ = analyze("sample:bridge", "--target", "the repair", "--sentences", "1")
    assert code == 0
    assert "Repairs to the Linden Bridge" in out
    assert "Who stands where" in out
    assert "→" not in out


@pytest.mark.embedded
def test_topic_and_no_summary(analyze):
    code, out, _ = analyze("sample:summit", "--topic", "ukraine-war", "--no-summary", "--format", "json")
    assert code == 0
    found = json.loads(out)
    assert found["summary"] is None
    assert found["targets"][0] == "Russia's war in Ukraine"
    assert found["article"]["title"].startswith("North Korean leader")


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--topic", "nope"], "shipped: climate-policy, ukraine-war"),
        (["--target", " "], "the target ' ' names nothing"),
        (["--target", "tax " * 300], "use a shorter target"),
    ],
)
def test_wrong_topic_and_target(analyze, article, arguments, message):
    code, out, err = analyze(article, *arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.embedded
def test_a_megabyte_is_refused_with_numbers(analyze):
    code, out, err = analyze("-", stdin=(TEXT * 10_000).encode()[:1_000_000])
    assert (code, out) == (2, "")
    assert "1,000,000 characters" in err
    assert "at most 100,000" in err


@pytest.mark.embedded
@pytest.mark.parametrize("content", ["Anna Schmidt praised the plan " + "word " * 4000 + "here.", "x" * 20_000])
def test_sentence_of_twenty_thousand_characters(analyze, content):
    code, out, _ = analyze("-", "--target", "the plan", stdin=content.encode())
    assert code == 0
    assert "Summary" in out
    assert "…" in out
    assert len(out) < 5000


@pytest.mark.embedded
@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv", "html"])
@pytest.mark.parametrize(
    "content",
    [
        "😀 Anna Schmidt praised 🎉 the plan. 😀😀",
        "شرح الرئيس فلاديمير بوتين الخطة. وقال إنه يدعمها.",
        "הנשיא תמך בתוכנית. Anna Schmidt praised it.",
        "Anna\x00 Schmidt\x1b[31m praised\x07 the [/] [bold]plan[/bold].",
        "# [red]|a|\n\n| b |\n\n“",
        "It rained.",
    ],
    ids=["emoji", "arabic", "hebrew", "control", "markup", "nobody"],
)
def test_odd_texts_give_a_well_formed_result(analyze, content, form):
    code, out, _ = analyze("-", "--target", "the plan", "--format", form, stdin=content.encode())
    assert code == 0
    if form == "json":
        found = json.loads(out)
        for stance in found["stances"]:
            for evidence in stance["evidence"]:
                assert found["article"]["text"][evidence["start"] : evidence["end"]] == evidence["text"]
    elif form == "markdown":
        rows = [line.replace("\\|", "") for line in out.splitlines() if line.startswith("|")]
        assert {row.count("|") for row in rows} == {6}
    elif form == "csv":
        header, *rows = csv.reader(out.splitlines())
        assert {len(row) for row in rows} <= {len(header)}
    elif form == "html":
        assert out.endswith("</html>\n")
    else:
        assert "Actors" in out
    assert "\x00" not in out
    assert "\x1b[31m" not in out


# As a program


def program(*arguments, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "newstance.service.cli", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


@pytest.mark.embedded
def test_results_on_stdout_and_nothing_else(profile_file, article, tmp_path):
    process = program(
        "analyze", article, "--profile", profile_file, "--target", "rain", "--format", "json", cwd=tmp_path
    )
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out.decode())["targets"] == ["rain"]
    assert b"Traceback" not in err


@pytest.mark.embedded
def test_reader_that_goes_away_gets_no_traceback(profile_file, article):
    process = program("analyze", article, "--profile", profile_file, "--format", "json")
    process.stdout.close()
    err = process.stderr.read()
    process.stdin.close()
    assert process.wait() in (0, 1)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
