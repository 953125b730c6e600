"""Characters that are no text: halves of pairs, controls, marks that turn the direction of reading."""

import json
import os

import pytest

from newstance.models.errors import InputError
from newstance.service import Article
from newstance.service.cli import main
from newstance.service.editing import Session

TEXT = "Ingrid Solberg praised the harbour plan. Peter Miller attacked it."
NO_TEXT = ["\ud800", "\udcff", "\x00", "\x1b", "\x9b", "\u202e", "\u2066"]


@pytest.mark.parametrize("character", NO_TEXT)
def test_they_are_in_no_part_of_an_article(character):
    for article in (
        Article.from_text(f"So{character} said Kim.", f"A{character} b", f"file{character}.txt", f"2020{character}"),
        Article(f"So{character} said Kim.", f"A{character} b", f"file{character}.txt", url=f"http://a/{character}"),
    ):
        assert not any(character in value for value in vars(article).values())
        assert article.text.split() == ["So", "said", "Kim."]
        assert article.title.split() == ["A", "b"]


def test_a_bidirectional_text_keeps_its_words_whole():
    assert Article.from_text("pay\u202eload\u202c \u200fعربي\u200e").text == "payload \u200fعربي\u200e"


@pytest.mark.parametrize("character", NO_TEXT)
def test_names_with_them_are_refused(character, analyzer):
    article = Article.from_text(TEXT)
    message = r"the (target|actor) '.*' holds control characters or broken ones; give it in UTF-8"
    for ask in (
        lambda: analyzer.analyze(article, targets=[f"the {character}plan"], summarize=False),
        lambda: analyzer.stances_of(article, [(f"Sol{character}berg", "the plan")]),
        lambda: analyzer.stances_of(article, [("Solberg", f"plan{character}")]),
    ):
        with pytest.raises(InputError, match=message) as told:
            ask()
        str(told.value).encode()


def test_an_actor_gets_no_such_name(analyzer):
    reading = analyzer.read(Article.from_text(TEXT))
    session = Session.of(reading, analyzer.state(reading, ["the harbour plan"]))
    with pytest.raises(InputError, match=r"the new name 'Sol.ud800' holds control characters"):
        session.rename("Ingrid Solberg", "Sol\ud800")


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv", "html"])
def test_a_file_with_a_broken_name_and_text_is_reported_in_each_form(form, tmp_path, capfdbinary, profile_file):
    file = tmp_path / os.fsdecode(b"caf\xe9\x1b.txt")
    file.write_text("\x00" + TEXT + "\x1b[31m \u202e.")
    assert main(["analyze", str(file), "--format", form, "--profile", str(profile_file), "--no-summary"]) == 0
    out = capfdbinary.readouterr().out.decode("utf-8")
    assert "Solberg" in out
    assert not {"\x00", "\u202e"} & set(out)
    if form == "json":
        assert json.loads(out)["article"]["source"] == "caf  .txt"


@pytest.mark.parametrize(
    "arguments",
    [["--target", os.fsdecode(b"plan\xff")], ["--topic", os.fsdecode(b"\xff")], ["--profile", os.fsdecode(b"\xff")]],
)
def test_the_command_line_says_what_is_wrong(arguments, tmp_path, capfdbinary, profile_file):
    file = tmp_path / "article.txt"
    file.write_text(TEXT)
    assert main(["analyze", str(file), "--profile", str(profile_file), *arguments]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert b"newstance" in err
    assert b"Traceback" not in err


def test_a_missing_file_with_a_broken_name_is_named(tmp_path, capfdbinary):
    assert main(["analyze", str(tmp_path / os.fsdecode(b"\xff.txt"))]) == 2
    assert b".txt cannot be read: No such file" in capfdbinary.readouterr().err
