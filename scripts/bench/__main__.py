"""Measures this engine beside others on one machine, in one run: see --help.

Every engine indexes the same articles in a process of its own, which is timed and whose memory is
measured; then all answer the same queries in turn, one query after the other and engine after engine,
so that other work on the machine disturbs all alike. Before the timing, the numbers of matches are
compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from bench.corpus import read_articles, resampled, write_corpus
from bench.peers import PEERS, Peer, Query, Unsupported
from bench.queries import draw_queries

ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path, help="a file or folder that `news index` reads")
    parser.add_argument("--scale", type=int, metavar="N", help="make N articles of the input's sentences")
    parser.add_argument("--peers", default="all", help="all (default), or some, as tantivy,sqlite-fts5")
    parser.add_argument("--work", type=Path, help="keep corpus and indexes in this folder, and reuse them")
    parser.add_argument("--json", type=Path, help="write all figures to this file, too")
    parser.add_argument("--build", nargs=2, metavar=("PEER", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        build(*given.build)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            run(given, given.work or Path(temporary))


def run(given: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "corpus.json").exists():
        articles = read_articles(given.articles)
        stream = resampled(articles, given.scale) if given.scale else iter(articles)
        (folder / "corpus.json").write_text(json.dumps(write_corpus(stream, folder)))
    corpus = json.loads((folder / "corpus.json").read_text())
    peers = chosen(given.peers)
    print(
        f"# {datetime.now(UTC):%Y-%m-%d}, {corpus['articles']:,} articles, {corpus['text']:,} bytes of text"
    )
    print(f"# {machine()}, Python {platform.python_version()}, numpy {metadata.version('numpy')}")
    print("# " + ", ".join(f"{peer.name} {peer.version()}" for peer in peers))
    built = {peer.name: built_figures(given, folder, peer, corpus) for peer in peers}
    show(
        ["", *built],
        [
            ["articles a second", *(f"{own['rate']:,.0f}" for own in built.values())],
            [
                "bytes of index a byte of text",
                *(f"{own['size'] / corpus['text']:.2f}" for own in built.values()),
            ],
            ["peak memory of indexing, MB", *(f"{own['memory'] / 1e6:,.0f}" for own in built.values())],
            ["cold start and one query, ms", *(f"{own['cold'] * 1e3:,.0f}" for own in built.values())],
        ],
    )
    times, opening, memory = timed(folder, peers)
    rows = []
    for name, own in times.items():
        ours = median(own["news"])
        row = [name]
        for peer in peers:
            found = own.get(peer.name)
            row.append("–" if not found else spread(found, None if peer.name == "news" else ours))
        rows.append(row)
    print("\nmedian (95th percentile) in ms, and the median as a multiple of this engine's")
    show(["", *built], rows)
    print(
        f"\nnews: opened in {opening * 1e3:.1f} ms; after all queries its process had {memory / 1e6:,.0f} MB"
    )
    if given.json:
        figures = {"corpus": corpus, "machine": machine(), "built": built, "queries": times}
        given.json.write_text(json.dumps(figures, indent=1))


def chosen(names: str) -> list[Peer]:
    """The requested peers that are installed, and this engine always."""
    found: list[Peer] = []
    for kind in PEERS:
        peer = kind()
        if peer.name != "news" and names != "all" and folder_name(peer) not in names.lower().split(","):
            continue
        try:
            peer.version()
        except ImportError:
            print(f"# {peer.name} is not installed", file=sys.stderr)
        else:
            found.append(peer)
    return found


def folder_name(peer: Peer) -> str:
    return "-".join(peer.name.lower().replace(",", "").split())


def machine() -> str:
    model = platform.processor() or platform.machine()
    with Path("/proc/cpuinfo").open() as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), model)
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def built_figures(
    given: argparse.Namespace, folder: Path, peer: Peer, corpus: dict[str, int]
) -> dict[str, float]:
    """Measure a peer: time to index, size of its index, memory, and a cold query."""
    own = folder / folder_name(peer)
    note = own / "built.json"
    if not note.exists():
        own.mkdir(exist_ok=True)
        again = [sys.executable, "-m", "bench", str(given.articles), "--build", peer.name, str(own)]
        subprocess.run(again, check=True)
    figures: dict[str, float] = json.loads(note.read_text())
    figures["rate"] = corpus["articles"] / figures["seconds"]
    once = "from bench.peers import answer_once; answer_once(*sys.argv[1:])"
    once = f"import sys; {once}"
    command = [sys.executable, "-c", once, peer.name, str(own)]
    if peer.name == "news":
        command = [
            sys.executable,
            "-m",
            "search",
            "search",
            "oil",
            "price",
            "--archive",
            str(own / "archive"),
        ]
    colds = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        colds.append(time.perf_counter() - begin)
    figures["cold"] = median(colds)
    return figures


def build(name: str, own: str) -> None:
    """Build an index in this process, and write down time and memory."""
    peer = next(kind() for kind in PEERS if kind.name == name)
    folder = Path(own)
    begin = time.perf_counter()
    peer.build(folder.parent, folder)
    seconds = time.perf_counter() - begin
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    own_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = own_peak + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    figures = {"seconds": seconds, "size": size, "memory": peak * 1024}
    (folder / "built.json").write_text(json.dumps(figures))


def timed(folder: Path, peers: list[Peer]) -> tuple[dict[str, dict[str, list[float]]], float, float]:
    """Seconds of each query by class and peer; also the time to open this engine, and its memory."""
    opening = 0.0
    for peer in peers:
        begin = time.perf_counter()
        peer.open(folder / folder_name(peer))
        if peer.name == "news":
            opening = time.perf_counter() - begin
    times: dict[str, dict[str, list[float]]] = {}
    for name, queries in draw_queries(folder).items():
        own: dict[str, list[float]] = {}
        prepared: list[dict[str, Any]] = [{} for _ in queries]
        for query, runs in zip(queries, prepared, strict=True):
            for peer in peers:
                try:
                    runs[peer.name] = peer.prepare(query)
                except Unsupported:
                    continue
            agree(name, query, {peer: run() for peer, run in runs.items()})
        for _ in range(ROUNDS):
            for runs in prepared:
                for peer_name, run in runs.items():
                    begin = time.perf_counter()
                    run()
                    own.setdefault(peer_name, []).append(time.perf_counter() - begin)
        times[name] = own
    return times, opening, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def agree(name: str, query: Query, answers: dict[str, Any]) -> None:
    """End the run if engines do not find the same number of documents, or facets of the same size."""
    counts = {
        peer: (total, first if query.kind == "facets" else None) for peer, (total, first) in answers.items()
    }
    if any(own != counts["news"] for own in counts.values()):
        sys.exit(f"{name}: {query} has other matches in different engines: {counts}")


def spread(seconds: list[float], ours: float | None) -> str:
    ordered = sorted(seconds)
    own = f"{median(ordered) * 1e3:.2f} ({ordered[int(len(ordered) * 0.95)] * 1e3:.2f})"
    return own if ours is None else f"{own} {median(ordered) / ours:.1f}×"


def show(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    print()
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
