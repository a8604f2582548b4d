"""Measures this engine beside others on one machine, in one run.

Every engine indexes the same articles in a process of its own. Then all answer the same queries in turn,
after the numbers of matches have been compared. The figures are kept in scripts/bench/results, and
docs/benchmarks.md is made from them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench import conditions
from bench.asking import ask_all
from bench.building import build_all, folder_of
from bench.corpus import read_articles, resampled, write_corpus
from bench.page import tables, write_page
from bench.queries import draw_queries
from bench.results import RunFigures, keep, new_result, read_result
from bench.targets import target_rows
from peers import PEERS, USUAL
from peers.contract import Peer

ROUNDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", nargs="?", type=Path, help="a file or folder that `news index` reads")
    parser.add_argument(
        "--scale",
        default="0",
        metavar="N,N",
        help="run with N articles made of the input's sentences; 0 (default) is the input as it is",
    )
    parser.add_argument(
        "--peers",
        default=",".join(USUAL),
        help="only these engines, as 'tantivy,Lucene' or 'news (OpenSearch)'",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"rounds of each query (default: {ROUNDS})"
    )
    parser.add_argument("--work", type=Path, help="keep corpora and indexes in this folder, and reuse them")
    parser.add_argument("--keep", action="store_true", help="write the figures to scripts/bench/results")
    parser.add_argument(
        "--write-page",
        action="store_true",
        help="make docs/benchmarks.md and its plot from the kept results",
    )
    parser.add_argument(
        "--targets", nargs="+", type=Path, metavar="RESULT", help="print the targets beside kept results"
    )
    given = parser.parse_args()
    if given.targets:
        show(target_rows([read_result(path) for path in given.targets]))
    elif given.articles:
        with tempfile.TemporaryDirectory() as temporary:
            measure(given, given.work or Path(temporary))
    elif not given.write_page:
        parser.error("name the articles, or --targets, or --write-page")
    if given.write_page:
        write_page()


def measure(given: argparse.Namespace, work: Path) -> None:
    """All runs, one for each size; prints the figures."""
    peers = installed(given.peers.split(","))
    result = new_result(peers)
    for scale in map(int, given.scale.split(",")):
        folder = work / str(scale)
        make_corpus(given.articles, scale, folder)
        result["runs"].append(run(peers, folder, given.rounds))
        result["runs"][-1]["resampled"] = scale > 0
        if given.keep:
            print(f"# kept in {keep(result)}", file=sys.stderr)
    print(tables([(result, run) for run in result["runs"]]))
    show(target_rows([result]))


def installed(names: list[str]) -> list[Peer]:
    """The named engines that are installed, and this engine always."""
    found: list[Peer] = []
    for name, kind in PEERS.items():
        if name == "news" or name in names:
            peer = kind()
            try:
                peer.version()
            except ImportError as error:
                print(f"# left out: {error}", file=sys.stderr)
            else:
                found.append(peer)
    return found


def make_corpus(articles: Path, scale: int, folder: Path) -> None:
    """Write the corpus to the folder, if it is not there."""
    if not (folder / "corpus.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        given = read_articles(articles)
        stream = resampled(given, scale) if scale else iter(given)
        (folder / "corpus.json").write_text(json.dumps(write_corpus(stream, folder)))


def run(peers: list[Peer], folder: Path, rounds: int) -> RunFigures:
    """The figures of one corpus."""
    figures: RunFigures = json.loads((folder / "corpus.json").read_text())
    figures["built"] = build_all(peers, folder)
    figures["first"] = conditions.first_answers(peers, folder)  # before files are mapped by this process
    figures["commands"] = conditions.commands(folder)
    classes = draw_queries(folder)
    for peer in peers:
        peer.open(folder_of(peer, folder))
    figures["classes"] = ask_all(peers, classes, rounds)
    figures["snippets"] = conditions.snippets(folder, classes, rounds)
    figures["commits"] = conditions.small_commits(folder, classes, rounds)
    figures["threads"] = conditions.threads(folder, classes)
    return figures


def show(rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
