"""The sub-commands evaluate, ablate, report, compare, actors, attribution, corruptions; others stand beside."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.service.arguments import add_data, add_evaluated, add_profile, positive

from .agreement_command import add_agreement
from .calibrate_command import add_calibrate
from .extras import REPORTS, need
from .marks.command import add_marks
from .progress import progress_bar
from .target_commands import add_targets

if TYPE_CHECKING:
    from newstance.models import StanceClassifier
    from newstance.service import Actor, Analyzer

    from .labelled import LabelledSet
    from .runs import RunOptions
    from .scored import Results


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands; each sets ``run``, which takes the arguments and returns an exit code."""
    _add_evaluate(subparsers)
    _add_ablate(subparsers)
    _add_corruptions(subparsers)
    report = subparsers.add_parser("report", help="score a run's stored rows again; needs no model")
    report.add_argument("run_dir", type=Path, nargs="*", metavar="RUN_DIR", help="a run, or a folder with runs in it")
    report.add_argument("--keep", type=Path, metavar="DIR", help="write the scores without rows there, too")
    report.add_argument(
        "--tables", action="store_true", help="write the tables in README.md and docs/results.md from eval/results"
    )
    report.set_defaults(run=_report)
    compare = subparsers.add_parser("compare", help="two runs on the same examples: which is better, and where")
    compare.add_argument("run_a", type=Path, metavar="RUN_A")
    compare.add_argument("run_b", type=Path, metavar="RUN_B")
    compare.set_defaults(run=_compare)
    actors = subparsers.add_parser(
        "actors", help="score the actors that are found: on the articles listed with newstance, and on labelled sets"
    )
    actors.add_argument("config", nargs="*", metavar="CONFIG", help="sets of articles with judgements")
    add_evaluated(actors)
    actors.set_defaults(run=_actors)
    add_targets(subparsers)
    attribution = subparsers.add_parser(
        "attribution", help="score quotations with their speakers, and minimal pairs of stances by kind"
    )
    add_profile(attribution)
    attribution.set_defaults(run=_attribution)
    add_marks(subparsers)
    add_agreement(subparsers)
    add_calibrate(subparsers)


def _add_corruptions(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "corruptions",
        help="how many falsified summary sentences the guard stops",
        description="Makes false versions of sentences that are true of development articles, and asks the guard.",
    )
    add_profile(parser)
    add_data(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="rows and shares go here")
    parser.set_defaults(run=_corruptions)


def _corruptions(args: argparse.Namespace) -> int:
    from newstance.service import Analyzer

    from .corruptions import HELD_OUT, measure
    from .labelled import load_set

    sets = [load_set(name, args.data) for name in HELD_OUT]
    with progress_bar("corruptions") as advance:
        shares = measure(Analyzer.from_profile(args.profile), sets, args.out, advance)
    for kind, found in shares.items():
        stopped = found["stopped"]
        print(f"{kind}: {stopped['value']:.3f} [{stopped['low']:.3f}, {stopped['high']:.3f}] of {found['n']} stopped")
    return 0


def _add_evaluate(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "evaluate",
        help="run a profile over labelled sets and report how well it does",
        description="A killed run goes on where it stopped when the same command is given again.",
    )
    parser.add_argument("config", nargs="*", metavar="CONFIG", help="a name in configs/eval, or a YAML file")
    parser.add_argument(
        "--kept", action="store_true", help="all sets that docs/results.md tells of, each with its own options"
    )
    add_evaluated(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="each set gets a folder in it")
    parser.add_argument("--limit", type=positive, metavar="N", help="about N examples only; marks the report")
    parser.add_argument("--zero-shot", metavar="SOURCE", help="an NLI model for the zero-shot pipeline baseline")
    parser.add_argument(
        "--robustness", action="store_true", help="stance sets again with names and surroundings changed"
    )
    parser.add_argument(
        "--controls", action="store_true", help="article sets again, with the target hidden and the actor swapped"
    )
    parser.add_argument("--update-floors", action="store_true", help="raise configs/eval/floors.yaml")
    parser.add_argument("--lower-floors", action="store_true", help="with --update-floors: they may go down, too")
    parser.set_defaults(run=_evaluate)


def _add_ablate(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "ablate",
        help="what each setting is worth: a set by a profile as it is, and with settings changed",
        description="Each variant is compared with the profile as it is. A variants file is a YAML list, each with a "
        "name and settings by dotted path. The stance model is asked no question twice with the same --out.",
    )
    parser.add_argument("config", metavar="CONFIG", help="a name in configs/eval, or a YAML file")
    add_evaluated(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="runs, answers and the table go here")
    parser.add_argument("--limit", type=positive, metavar="N", help="about N examples only")
    parser.add_argument(
        "--vary", action="append", default=[], metavar="SETTING=VALUE", help="such as aggregation.threshold=0.5"
    )
    parser.add_argument("--variants", type=Path, metavar="FILE", help="a YAML list of variants, for several settings")
    parser.set_defaults(run=_ablate)


def _ablate(args: argparse.Namespace) -> int:
    from newstance.service import Profile

    from .ablation import ablate
    from .labelled import load_set
    from .remembered import SharedModels
    from .variants import load_variants, parse_variant

    need("a report", "eval", REPORTS)
    variants = [parse_variant(text) for text in args.vary] + (load_variants(args.variants) if args.variants else [])
    labelled = load_set(args.config, args.data, args.skip_invalid)
    profile, shared = Profile.load(args.profile), SharedModels(args.out)
    table = ablate(labelled, profile, variants, shared.analyzer, args.out, args.limit, progress_bar)
    print(table.markdown(), end="")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from newstance.service import Analyzer, Profile

    from .generated import RememberingSummarizer
    from .labelled import load_set
    from .report import write_report
    from .runs import RunOptions, run_set

    need("a report", "eval", REPORTS)
    asked = _asked(args)
    # All sets are read before the model: a bad row shows at once and not after an hour.
    sets = [load_set(one.config, args.data, args.skip_invalid) for one in asked]
    profile = Profile.load(args.profile)
    summarizer = RememberingSummarizer(profile.summarizer, args.out / "generated")
    analyzer = Analyzer.from_profile(profile, summarizer)
    options = RunOptions(limit=args.limit, write_ahead=summarizer.summarize_many)
    results = {}
    for one, labelled in zip(asked, sets, strict=True):
        folder = args.out / labelled.config.name
        with progress_bar(labelled.config.name) as advance:
            run_set(labelled, analyzer, folder, options, _command(one), advance)
        if labelled.config.kind == "consistency":
            _similarity(profile.consistency.embeddings, labelled, folder, options)
        if args.zero_shot and labelled.config.kind in ("stance", "articles"):
            _zero_shot(args.zero_shot, labelled, folder, options)
        if one.controls and labelled.config.kind == "articles":
            _controls(analyzer, labelled, folder, options)
        if one.robustness and labelled.config.kind == "stance":
            _robustness(analyzer.classifier, labelled, folder, options)
        results[labelled.config.name] = write_report(folder)
        print(_summary_line(results[labelled.config.name], folder), flush=True)
    if args.update_floors:
        _update_floors(results, args)
    return 0


def _asked(args: argparse.Namespace) -> list[argparse.Namespace]:
    """The arguments for each set; of the kept ones, with what belongs to that set.

    Raises:
        InputError: No set is named, or some in place of all.
    """
    from newstance.models.errors import InputError

    from .kept import SETS

    if bool(args.config) == args.kept:
        raise InputError("name the sets to evaluate, or give --kept for all that docs/results.md tells of")
    wanted = SETS if args.kept else dict.fromkeys(args.config, ())
    return [
        argparse.Namespace(**vars(args) | {"config": config} | dict.fromkeys(options, True))
        for config, options in wanted.items()
    ]


def _similarity(source: str, labelled: LabelledSet, folder: Path, options: RunOptions) -> None:
    from newstance.models.embedding import SentenceEmbedder
    from newstance.models.sources import locate
    from newstance.service.disk import only_run_in

    from .consistency import SIMILARITY, similarity_answers
    from .runs import answer_with
    from .storage import BASELINE, RowFile

    embedder = SentenceEmbedder.load(locate(source))
    rows = RowFile(folder / f"{BASELINE}{SIMILARITY}.jsonl")
    with only_run_in(folder), progress_bar(f"{labelled.config.name}, {SIMILARITY}") as advance:
        answer_with(partial(similarity_answers, embedder), labelled, rows, options, advance)


def _zero_shot(source: str, labelled: LabelledSet, folder: Path, options: RunOptions) -> None:
    from newstance.service.disk import only_run_in

    from .baselines import ZeroShotPipeline
    from .runs import answer_with
    from .storage import BASELINE, RowFile

    # The model is part of the name: rows of one are never taken for another's.
    name = re.sub(r"\W+", "-", source).strip("-")
    rows = RowFile(folder / f"{BASELINE}zero-shot-{name}.jsonl")
    with only_run_in(folder), progress_bar(f"{labelled.config.name}, zero-shot") as advance:
        answer_with(ZeroShotPipeline(source).answers, labelled, rows, options, advance)


def _controls(analyzer: Analyzer, labelled: LabelledSet, folder: Path, options: RunOptions) -> None:
    from newstance.service.disk import only_run_in

    from .controls import controls
    from .runs import answer_with
    from .storage import BASELINE, RowFile

    for name, answerer in controls(labelled, analyzer).items():
        rows = RowFile(folder / f"{BASELINE}{name}.jsonl")
        with only_run_in(folder), progress_bar(f"{labelled.config.name}, {name}") as advance:
            answer_with(answerer, labelled, rows, options, advance)


def _robustness(classifier: StanceClassifier, labelled: LabelledSet, folder: Path, options: RunOptions) -> None:
    from newstance.service.disk import only_run_in

    from .robustness import CHANGES, PARAPHRASED, changed_set, paraphrased
    from .runs import answer_with, stance_answers
    from .storage import RowFile

    part = labelled if options.limit is None else labelled.limited(options.limit)
    whole = replace(options, limit=None)
    asked = [(name, classifier, changed_set(part, change)) for name, change in CHANGES.items()]
    if (asked_otherwise := paraphrased(classifier)) is not None:
        asked.append((PARAPHRASED, asked_otherwise, part))
    for name, model, examples in asked:
        rows = RowFile(folder / f"changed-{name}.jsonl")
        with only_run_in(folder), progress_bar(f"{labelled.config.name}, {name}") as advance:
            answer_with(partial(stance_answers, model), examples, rows, whole, advance)


def _update_floors(results: Mapping[str, Results], args: argparse.Namespace) -> None:
    from newstance import configs

    from .floors import update_floors

    path = configs.find("eval", "floors")
    floors = update_floors(results, args.profile, args.lower_floors, path)
    print(f"{path.name}: {floors.floors}")


def _command(args: argparse.Namespace) -> str:
    """What to type for this set again; folders are the reader's own."""
    parts = ["newstance evaluate", args.config, "--profile", args.profile]
    parts += ["--data DIR"] * (args.data is not None) + ["--out DIR"]
    parts += [f"--limit {args.limit}"] * (args.limit is not None) + ["--skip-invalid"] * args.skip_invalid
    parts += [f"--zero-shot {args.zero_shot}"] * bool(args.zero_shot) + ["--robustness"] * args.robustness
    parts += ["--controls"] * args.controls
    return " ".join(parts)


def _summary_line(results: Results, folder: Path) -> str:
    from .report import interval

    best = results.best_baseline
    baseline = results.baselines[best.name][results.headline].value
    notes = [f"{results.errors} crashed"] * bool(results.errors) + ["PARTIAL"] * results.partial
    notes += ["NOT ABOVE THE BEST BASELINE"] * (best.beats != "yes")
    return (
        f"{results.set}: {results.headline} {interval(results.scores[results.headline])}, "
        f"n {results.n}, best baseline {baseline:.3f} ({best.name})"
        + "".join(f"; {note}" for note in notes)
        + f"\n  {folder / 'report.html'}"
    )


def _report(args: argparse.Namespace) -> int:
    from newstance.models.errors import InputError

    from .kept import keep, kept_results
    from .report import write_report
    from .storage import runs_in
    from .tables import all_scores, write_tables

    if not (args.run_dir or args.tables):
        raise InputError("name the folder of a run to score, or give --tables")
    if args.run_dir:
        need("a report", "eval", REPORTS)
    folders = [folder for given in args.run_dir for folder in runs_in(given)]
    for folder in folders:
        print(_summary_line(write_report(folder), folder))
    if args.keep:
        print(all_scores(kept_results([keep(folder, args.keep) for folder in folders])))
    if args.tables:
        print("written:", ", ".join(map(str, write_tables())))
    return 0


def _compare(args: argparse.Namespace) -> int:
    from .compare import as_markdown, compare

    print(as_markdown(compare(args.run_a, args.run_b), str(args.run_a), str(args.run_b)), end="")
    return 0


def _actors(args: argparse.Namespace) -> int:
    from newstance.models import Annotator
    from newstance.service import Profile
    from newstance.service.reading.actors import find_actors

    from .actors import score_set, score_shipped
    from .labelled import load_set

    sets = [load_set(name, args.data, args.skip_invalid) for name in args.config]
    annotator = Annotator.load(Profile.load(args.profile).annotator)

    def find(text: str) -> list[Actor]:
        return find_actors(annotator.annotate(text))

    print(f"listed articles: {score_shipped(find).as_text()}")
    for labelled in sets:
        print(f"{labelled.config.name}: {score_set(labelled, find).as_text()}")
    return 0


def _attribution(args: argparse.Namespace) -> int:
    from newstance.service import Analyzer, Article

    from .attribution import PAIRS, QUOTATIONS, pair_table, quotation_table, score_pairs
    from .document import Block, Document, Heading
    from .records import shipped_rows

    analyzer = Analyzer.from_profile(args.profile)
    quotations = quotation_table(
        shipped_rows(QUOTATIONS), lambda text: analyzer.read(Article.from_text(text, title="")).quotations
    )
    pairs = pair_table(score_pairs(shipped_rows(PAIRS), analyzer))
    blocks: list[Block] = [Heading("Quotations"), quotations, Heading("Minimal pairs, accuracy"), pairs]
    print(Document(f"Attribution, profile {analyzer.profile.name}", blocks).markdown(), end="")
    return 0
