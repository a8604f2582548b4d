"""Run one or all of the loads, on copies of an archive; they end by themselves."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from load.beside import compare
from load.lasting import last
from load.pressure import bad_beside_good, overload

LOADS = ("beside", "overload", "bad", "lasting")


def main() -> None:
    """Run the loads that the command line names."""
    parser = argparse.ArgumentParser(prog="scripts/loadtest", description=__doc__)
    parser.add_argument("archive", type=Path, help="an archive of news, of which a copy is used")
    parser.add_argument("loads", nargs="*", choices=LOADS, default=list(LOADS), help="default: all")
    parser.add_argument("--seconds", type=float, default=15, help="of overload and bad queries (default: 15)")
    parser.add_argument("--minutes", type=float, default=10, help="of the lasting load (default: 10)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="news-load-") as folder:
        copy = Path(folder) / "archive"
        shutil.copytree(given.archive, copy)
        runs: dict[str, Callable[[], Iterator[str]]] = {
            "beside": lambda: compare(copy, Path(folder)),
            "overload": lambda: overload(copy, given.seconds),
            "bad": lambda: bad_beside_good(copy, given.seconds),
            "lasting": lambda: last(copy, given.minutes),
        }
        for name in given.loads:
            print(f"{name}:", flush=True)
            for line in runs[name]():
                print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
