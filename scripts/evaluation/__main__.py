"""The command line of `scripts/evaluate`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from evaluation.collection import Collection
from evaluation.measuring import COMPARED, MEASURES, Figures, compared, figures_of, mean, write_run
from evaluation.systems import SYSTEMS, Run

FLOORS = Path(__file__).parents[2] / "tests" / "golden" / "floors.json"
"""The best figures of this engine by the name of the collection: the collection's digest, and the means."""

SLACK = 0.0005
"""A figure may be below its floor by this much, which is rounding."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--system", "names", multiple=True, type=click.Choice(list(SYSTEMS)), help="Only these.")
@click.option(
    "--against", default="news", show_default=True, help="The system that the others are compared with."
)
@click.option(
    "--runs", type=click.Path(path_type=Path), help="Write each run to this folder, as TREC has them."
)
@click.option(
    "--tune",
    is_flag=True,
    help="Instead, rank with each k1, b, earliness and title of a grid, and cross-validate.",
)
@click.option(
    "--check", is_flag=True, help="Exit with 1 if this engine is below a floor; raise the other floors."
)
@click.option(
    "--lower-floors", is_flag=True, help="Set the floors to the figures reached, even if they are lower."
)
def main(
    folders: tuple[Path, ...],
    tune: bool,
    names: tuple[str, ...],
    against: str,
    runs: Path | None,
    check: bool,
    lower_floors: bool,
) -> None:
    """Rank the queries of judged collections, and print the measures.

    A collection is a folder with docs*.jsonl (id, title, body), quer*.tsv (id, query) and qrels*.txt (TREC).
    """
    fallen: list[str] = []
    for folder in folders:
        collection = Collection(folder)
        if tune:
            _print_tuning(collection)
            continue
        click.echo(
            f"\n{collection.name} ({collection.digest}): {len(collection.queries):,} queries with judgments\n"
        )
        click.echo("| system | " + " | ".join(map(str, MEASURES)) + " | ms/query |")
        click.echo("| --- |" + " --- |" * (len(MEASURES) + 1))
        measured: dict[str, Figures] = {}
        for name in names or SYSTEMS:
            started = time.perf_counter()
            run: Run = SYSTEMS[name](collection)
            taken = 1000 * (time.perf_counter() - started) / len(run)
            if runs is not None:
                runs.mkdir(parents=True, exist_ok=True)
                write_run(runs / f"{collection.name}.{name}.run", run, name)
            measured[name] = figures_of(run, collection.judgments, list(collection.queries))
            means = " | ".join(f"{mean(values):.4f}" for values in measured[name].values())
            click.echo(f"| {name} | {means} | {taken:.1f} |")
        _print_differences(measured, against)
        if (check or lower_floors) and "news" in measured:
            fallen += _below(collection, measured["news"], lower=lower_floors)
    for complaint in fallen:
        click.echo(complaint, err=True)
    sys.exit(bool(fallen))


def _print_tuning(collection: Collection) -> None:
    from evaluation.tuning import cross_validated, measured, ranked

    settings = measured(collection)
    click.echo(f"\n{collection.name} ({collection.digest})\n")
    click.echo("| k1 | b | lead | title | nDCG@10 and AP |\n| --- | --- | --- | --- | --- |")
    for setting, value in ranked(settings):
        click.echo(f"| {' | '.join(f'{number:g}' for number in setting)} | {value:.4f} |")
    value, chosen = cross_validated(settings)
    shown = ", ".join("/".join(f"{number:g}" for number in setting) for setting in chosen)
    click.echo(f"\ncross-validated: {value:.4f}, with {shown}")


def _print_differences(measured: dict[str, Figures], against: str) -> None:
    if against not in measured or len(measured) < 2:
        return
    click.echo(f"\n| {against} against | measure | better | worse | difference | p |\n|" + " --- |" * 6)
    for name, figures in measured.items():
        for measure in COMPARED if name != against else ():
            own, other = measured[against][measure], figures[measure]
            wins, losses, chance = compared(own, other)
            difference = mean(own) - mean(other)
            click.echo(f"| {name} | {measure} | {wins} | {losses} | {difference:+.4f} | {chance:.4f} |")


def _below(collection: Collection, figures: Figures, *, lower: bool) -> list[str]:
    """A line for each figure below its floor; raises the floors that were passed, with `lower` sets all."""
    floors = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    reached = {measure: round(mean(figures[measure]), 4) for measure in COMPARED}
    known = floors.get(collection.name, {})
    complaints = []
    if known.get("digest") == collection.digest and not lower:
        for measure, value in reached.items():
            if value < known[measure] - SLACK:
                complaints.append(
                    f"{collection.name}: {measure} is {value:.4f}, its floor {known[measure]:.4f}"
                )
            reached[measure] = max(value, known[measure])
    floors[collection.name] = {"digest": collection.digest, **reached}
    FLOORS.parent.mkdir(exist_ok=True)
    FLOORS.write_text(json.dumps(floors, indent=2) + "\n")
    return complaints


main()
