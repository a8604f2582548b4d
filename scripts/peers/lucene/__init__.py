"""Lucene in a Java process of its own, where Java 17 and Maven are installed.

`Peer.java` indexes and answers; `pom.xml` names the version. Both are compiled into `build/` when first used.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from peers.contract import DISTANCE, Answer, Query, Run, Times

HERE = Path(__file__).parent
CLASSES = HERE / "build" / "classes"
LIBRARIES = HERE / "build" / "libraries"

THREADS = 2
BUILDS = 3
"""The last of these builds is the one that is timed: by then the virtual machine has compiled the code."""


class Lucene:
    name = "Lucene"

    def __init__(self, *, english: bool = False) -> None:
        self.english = english

    def version(self) -> str:
        if not (shutil.which("java") and shutil.which("mvn") and shutil.which("javac")):
            raise ImportError("Lucene needs java, javac and mvn")
        versions = re.findall(r"lucene-\S*<version>([\d.]+)", (HERE / "pom.xml").read_text())
        return str(versions[0])

    def build(self, source: Path, folder: Path) -> Times:
        builds = str(BUILDS if self.english else 1)
        kind = "english" if self.english else "terms"
        command = ["index", str(source), str(folder), str(THREADS), builds, kind]
        done = subprocess.run(_java(*command), check=True, stdout=subprocess.PIPE, text=True)
        cpu, clock = map(float, done.stdout.split())
        return cpu, clock

    def open(self, folder: Path) -> None:
        self._java = subprocess.Popen(
            _java("serve", str(folder), options=["-XX:+UseSerialGC"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def any_of(self, query: Query) -> Run:
        return lambda: self._ask(query)

    all_of = phrase = near = prefix = wildcard = fuzzy = dated = newest = facets = any_of

    def _ask(self, query: Query) -> Answer:
        assert self._java.stdin is not None
        assert self._java.stdout is not None
        asked = {**asdict(query), "distance": DISTANCE}
        self._java.stdin.write(json.dumps(asked) + "\n")
        self._java.stdin.flush()
        found = json.loads(self._java.stdout.readline())
        return Answer(found["total"], found["shown"], (found["cpu"] / 1e9, found["clock"] / 1e9))


def _java(*arguments: str, options: list[str] | None = None) -> list[str]:
    """The command that runs `Peer.java`, which is compiled first if it is newer than its classes."""
    source, made = HERE / "Peer.java", CLASSES / "Peer.class"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        copied = ["dependency:copy-dependencies", f"-DoutputDirectory={LIBRARIES}"]
        subprocess.run(["mvn", "--quiet", "--batch-mode", *copied], cwd=HERE, check=True, stdout=sys.stderr)
        javac = ["javac", "--release", "17", "-cp", f"{LIBRARIES}/*", "-d", str(CLASSES), str(source)]
        subprocess.run(javac, check=True)
    return ["java", "-Xmx2g", *(options or []), "-cp", f"{CLASSES}:{LIBRARIES}/*", "Peer", *arguments]
