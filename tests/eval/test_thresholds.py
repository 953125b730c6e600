from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import yaml

from newstance import configs
from newstance.eval.calibrate import at_temperature
from newstance.eval.thresholds import fit_threshold, write_threshold
from newstance.eval.variants import Variant, varied
from newstance.models.errors import InputError
from newstance.service import Analyzer, Profile
from newstance.service.cli import main
from newstance.service.corrections import Correction, CorrectionFile


def bar(name):
    return nullcontext(lambda done, of: None)


@pytest.fixture
def analyzer(tiny_profile):
    """Its sides have a probability of 0.61."""
    settings = {"stance.temperature": 4.0, "aggregation.threshold": 0.75}
    return Analyzer.from_profile(varied(tiny_profile, Variant(name="unsure", settings=settings)))


def test_a_threshold_that_keeps_back_what_is_right_is_lowered(analyzer, harbour_set, tmp_path):
    fitted = fit_threshold(analyzer, [harbour_set], bar)
    assert fitted.old == 0.75 and fitted.threshold < 0.75
    assert fitted.n == 8
    assert fitted.before.value == 0 and fitted.after.value == 1  # there is no neutral row, which is left out
    assert fitted.change.low > 0 and fitted.is_better
    assert f"threshold 0.75 -> {fitted.threshold:g}." in fitted.as_text()
    path = tmp_path / "mine.yaml"
    path.write_text((configs.FOLDER / "profiles" / "embedded.yaml").read_text())
    write_threshold(fitted, path)
    written = Profile.load(path).aggregation
    assert written.threshold == fitted.threshold
    assert written.model_copy(update={"threshold": 0.5}) == Profile.load("embedded").aggregation
    assert f"little (sha256 {harbour_set.sha256[:12]})" in path.read_text()


def test_a_threshold_that_is_good_stays(analyzer, harbour_set):
    sure = at_temperature(analyzer, 1.0)
    fitted = fit_threshold(sure, [harbour_set], bar)
    assert not fitted.is_better
    assert "The threshold stays at 0.75: no other is better beyond its interval" in fitted.as_text()
    assert fitted.before == fitted.after


def test_one_article_and_single_texts_are_refused(analyzer, harbour_set, make_set, rows):
    with pytest.raises(InputError, match="fewer than two articles have been judged"):
        fit_threshold(analyzer, [SimpleNamespace(config=harbour_set.config, examples=harbour_set.examples[:2])], bar)
    with pytest.raises(InputError, match="judged articles; texts is of another kind"):
        fit_threshold(analyzer, [make_set(rows(3), "texts")], bar)


def test_calibrate_takes_corrections_and_makes_a_profile_of_the_users_own(analyzer, harbour_set, tmp_path, capsys):
    file = CorrectionFile(tmp_path / "mine.jsonl")
    file.append([
        Correction(one.input["text"], one.input["holder"], one.gold, "ann", one.input["target"])
        for one in harbour_set.examples
    ])  # fmt: skip
    profile, new = tmp_path / "tiny.yaml", tmp_path / "own.yaml"
    profile.write_text(yaml.safe_dump(analyzer.profile.model_dump(mode="json", exclude_unset=True)))
    command = ["calibrate", str(file.path), "--profile", str(profile), "--threshold", "--write", str(new)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "temperature 4 -> " in out and "mine (cross-validated) | 8 |" in out
    written = Profile.load(new)
    assert written.name == "own"
    assert written.stance.temperature < 4
    assert written.stance.source == analyzer.profile.stance.source
    assert Profile.load(profile).stance.temperature == 4
