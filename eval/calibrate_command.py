"""The sub-command calibrate: a profile's numbers, fitted on labelled sets or on corrections."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from newstance.service.arguments import add_evaluated

from .extras import need
from .progress import progress_bar


def add_calibrate(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "calibrate",
        help="fit a profile's numbers on development data",
        description="The temperature of the stance model, by sets of judged articles, of single texts, or by files of "
        "corrections, with cross-validated scores.",
    )
    parser.add_argument("config", nargs="+", metavar="CONFIG", help="development sets, or files of corrections")
    parser.add_argument("--check", nargs="+", default=[], metavar="CONFIG", help="other sets, to check on")
    parser.add_argument(
        "--threshold", action="store_true", help="the threshold of a stance, too; it is kept where another is no better"
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PROFILE_FILE",
        help="put the numbers into this profile; one that is not there is made, a copy of --profile",
    )
    parser.add_argument("--answers", type=Path, metavar="DIR", help="keep what the stance model said there")
    add_evaluated(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from newstance.service import Analyzer, Profile

    from . import calibrate
    from .labelled import load_set
    from .thresholds import fit_threshold, write_threshold

    need("calibration", "eval", ("sklearn",))
    dev, check = ([load_set(n, args.data, args.skip_invalid) for n in names] for names in (args.config, args.check))
    profile = args.profile
    if args.answers:
        from .remembered import SharedModels

        analyzer = SharedModels(args.answers).analyzer(Profile.load(profile))
    else:
        analyzer = Analyzer.from_profile(profile)
    calibration = calibrate.calibrate(analyzer, dev, check, progress_bar)
    print(calibrate.as_text(calibration) + "\n" + calibrate.as_yaml(calibration), end="")
    fitted = None
    if args.threshold:
        # A threshold is of probabilities as they will be, so with the new temperature.
        fitted = fit_threshold(calibrate.at_temperature(analyzer, calibration.temperature), dev, progress_bar)
        print("\n" + fitted.as_text(), end="")
    if args.write:
        if not args.write.exists():
            copy_profile(profile, args.write, args.write.stem)
        calibrate.write_to_profile(calibration, args.write)
        if fitted is not None and fitted.is_better:
            write_threshold(fitted, args.write)
    return 0


def copy_profile(profile: str, path: Path, name: str) -> None:
    """Write a profile of the user's own under another name."""
    from newstance import configs

    text = configs.find("profiles", profile).read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^name:.*$", lambda _: f"name: {json.dumps(name)}", text, count=1), encoding="utf-8")
