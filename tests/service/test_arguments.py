"""Arguments that several commands take are the same in all of them."""

from __future__ import annotations

import argparse

import pytest

from newstance.service import arguments, cli

ASKED = ["--target", "rain", "--target", "snow", "--topic", "ukraine-war", "--profile", "hub-base", "--sentences", "3"]


@pytest.mark.parametrize("command", [["analyze", "a.txt"], ["run", "a.txt", "--out", "run"]])
def test_one_article_and_many_are_asked_alike(command):
    chosen = cli._parser().parse_args([*command, *ASKED, "--no-summary"])
    assert (chosen.target, chosen.topic, chosen.profile) == (["rain", "snow"], "ukraine-war", "hub-base")
    assert (chosen.sentences, chosen.no_summary) == (3, True)
    plain = cli._parser().parse_args(command)
    assert (plain.target, plain.topic, plain.profile) == (None, None, "embedded")
    assert (plain.sentences, plain.no_summary) == (None, False)


@pytest.mark.parametrize(
    "command", [["evaluate", "x", "--out", "o"], ["ablate", "x", "--out", "o"], ["actors", "x"], ["calibrate", "x"]]
)
def test_sets_are_named_alike(command):
    chosen = cli._parser().parse_args([*command, "--data", "sets", "--skip-invalid"])
    assert (str(chosen.data), chosen.skip_invalid, chosen.profile) == ("sets", True, "embedded")


@pytest.mark.parametrize("command", ["targets", "marks"])
def test_a_command_that_cannot_do_without_its_sets_asks_for_them(command, capsys):
    with pytest.raises(SystemExit):
        cli._parser().parse_args([command])
    assert "required: --data" in capsys.readouterr().err


def test_bounds_of_numbers():
    assert (arguments.positive("1"), arguments.not_negative("0")) == (1, 0)
    for taken, text in ((arguments.positive, "0"), (arguments.not_negative, "-1")):
        with pytest.raises(argparse.ArgumentTypeError, match="is less than"):
            taken(text)
