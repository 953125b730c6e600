"""What ``newstance train corrections`` does: measure, train, export, and a profile with the new model."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from .extras import TRAINING, need
from .progress import progress_bar

_PROFILE = "profile.yaml"


def add_options(train: argparse.ArgumentParser) -> None:
    """Add what ``newstance train corrections`` takes besides."""
    train.add_argument(
        "--corrections", type=Path, nargs="+", metavar="FILE", help="files of corrections, for the recipe corrections"
    )
    train.add_argument("--profile", metavar="P", help="whose stance model goes on, by corrections (embedded)")
    train.add_argument("--check", nargs="+", default=[], metavar="CONFIG", help="other sets to look at, by corrections")
    train.add_argument("--anyway", action="store_true", help="write a model that corrections did not make better, too")


def given_options(chosen: argparse.Namespace) -> list[str]:
    """Those of these options that are given."""
    return [f"--{name}" for name in ("corrections", "profile", "check", "anyway") if getattr(chosen, name)]


def continue_training(chosen: argparse.Namespace) -> int:
    """Train a profile's stance model further on corrections; returns an exit code."""
    from newstance import configs
    from newstance.models.errors import InputError
    from newstance.models.training.continuing import ContinuingSettings
    from newstance.service import Analyzer

    from .continuing import Continuing, table
    from .corrected import corrected_set
    from .labelled import load_set

    need("training", "train", TRAINING)
    if not chosen.corrections:
        raise InputError("--corrections names the file of corrections that is trained on")
    settings = configs.load("training", chosen.config, ContinuingSettings)
    corrections, profile = corrected_set(chosen.corrections), chosen.profile or "embedded"
    others = [load_set(name, chosen.data) for name in chosen.check]
    going = Continuing(Analyzer.from_profile(profile), corrections, settings, progress_bar, others)
    near = going.recovered()
    print(
        f"The weights, as float32 again, give the label of the shipped model on {near.same} of {near.n} rows; a logit "
        f"differs by {near.difference:.3f} on average.\n",
        flush=True,
    )
    change, temperature = going.cross_validated()
    going.fit()
    print(table([change, *going.checked()], corrections.config.name))
    if not change.is_better:
        print("Training further does not improve corrections of articles that it has not seen, beyond its interval.")
        if not chosen.anyway:
            print("Nothing is written; --anyway writes the model all the same.")
            return 0
    folder = chosen.out / settings.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    going.export(folder, temperature)
    made_of = {corrections.config.name: corrections.sha256}
    print(f"{folder}\n{_write_profile(profile, folder, temperature, made_of)}")
    return 0


def _write_profile(profile: str, folder: Path, temperature: float, made_of: Mapping[str, str]) -> Path:
    """A copy of a profile that names the new model."""
    from newstance.service.provenance import now

    from .calibrate_command import copy_profile
    from .profile_text import fitted_on, write_settings

    path = folder / _PROFILE
    copy_profile(profile, path, folder.name)
    stance = {"source": f"path:{folder.resolve()}", "temperature": temperature}
    write_settings(path, "stance", stance, fitted_on(made_of, now()))
    return path
