"""Changes an index of array segments, one commit at a time.

A commit writes new segment files and the table of contents by which Whoosh itself can open the index. Then it
writes the manifest that names them (see `manifest`). Readers see no change until the manifest is in place.
After a failure at any point the next commit removes the files that are left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from search.index.format.manifest import (
    FileRecord,
    Manifest,
    collect,
    make_durable,
    read_manifest,
    sync_folder,
    write_manifest,
)
from search.index.format.segment import Segment
from search.index.write.merge import Source, merge

MERGE_FACTOR = 8
"""This many segments of about one size are merged into one."""

MAX_SMALL_DOCUMENTS, MAX_SMALL_SEGMENTS = 1_000, 4
"""A segment with fewer documents is small, and this many small ones may stay."""

MAX_DELETED_SHARE = 0.5
"""A segment with more than this share of deleted documents is rewritten without them."""


Merging = Literal["none", "due", "all"]
"""The segments that a commit merges: no segment, segments that are due by `to_merge`, or all into one."""

Contents = Callable[[Path, str, int, Sequence[Segment]], str]
"""Writes one more file of a commit, given folder, name, generation and segments; returns the file's name."""


class ArrayWriter:
    """The next commit of the index `name` in `folder`; nothing changes unless `commit` is called."""

    def __init__(self, folder: Path, name: str, contents: Contents, *, fresh: bool = False) -> None:
        """With `fresh` the commit begins without segments, and the last commit is not read.

        Else raises `FileNotFoundError`, `OSError` and `BadManifest` if the last commit cannot be read.
        """
        self._folder, self._name, self._contents = folder, name, contents
        self._last = Manifest(_newest(folder, name)) if fresh else read_manifest(folder, name)
        self.segments: list[Segment] = list(self._last.segments)

    def delete(self, numbers: Iterable[int]) -> None:
        """Mark documents as deleted; they are numbered as in a snapshot of the last commit."""
        gone = np.fromiter(numbers, np.int64)
        base = 0
        for segment in self.segments:
            own = gone[(gone >= base) & (gone < base + segment.count)] - base
            if len(own):
                segment.delete(own.tolist())
            base += segment.count

    def commit(
        self,
        note: Mapping[str, Any],
        merging: Merging = "due",
        *,
        expunge: bool = False,
        finish: Callable[[Sequence[Segment]], object] | None = None,
    ) -> Manifest:
        """Merge segments where due, and put the change in place: durable when this returns.

        With `expunge` each segment with deleted documents is rewritten without them. `finish` may add arrays
        to the files of the segments that there are in the end. Raises `OSError`; then the last commit stays.
        """
        self.segments = [segment for segment in self.segments if segment.live_count]
        if merging == "all" and (len(self.segments) > 1 or any(s.deleted for s in self.segments)):
            self._merge(self.segments)
        while merging == "due" and (group := to_merge(self.segments)):
            self._merge(group)
        for segment in [segment for segment in self.segments if expunge and segment.deleted]:
            self._merge([segment])
        known: Mapping[str, FileRecord] = self._last.files
        if finish is not None:
            finish(self.segments)
            known = {}
        generation = self._last.generation + 1
        contents = self._contents(self._folder, self._name, generation, self.segments)
        names = [segment.file for segment in self.segments] + [contents]
        files = {name: known.get(name) or make_durable(self._folder / name) for name in names}
        sync_folder(self._folder)
        manifest = Manifest(generation, tuple(self.segments), files, note)
        write_manifest(self._folder, manifest)
        collect(self._folder, self._name, files)
        return manifest

    def _merge(self, group: list[Segment]) -> None:
        sources = [Source(segment.open(self._folder), segment.live()) for segment in group]
        merged = Segment(self._name)
        merged.count = merge(sources, self._folder / merged.file)
        first = self.segments.index(group[0])
        self.segments = [segment for segment in self.segments if segment not in group]
        self.segments.insert(first, merged)


def _newest(folder: Path, name: str) -> int:
    """The highest generation among the files of the index; 0 if there is no such file."""
    found = (re.fullmatch(rf"_{name}_(\d+)\.toc.*", path.name) for path in folder.iterdir())
    return max((int(match[1]) for match in found if match), default=0)


def to_merge(segments: list[Segment]) -> list[Segment]:
    """Choose the segments to merge next, in their order; an empty list if there is nothing to do.

    `MERGE_FACTOR` segments of about one size become one. So each document is merged a logarithmic number of
    times, a small commit rewrites only small segments, and there are never more than `MERGE_FACTOR` segments
    for each power of it up to the largest. Of small segments, which cost a search as much as large ones, at
    most `MAX_SMALL_SEGMENTS` stay. A segment whose documents are mostly deleted is rewritten alone.
    """
    for segment in segments:
        if segment.count - segment.live_count > MAX_DELETED_SHARE * segment.count:
            return [segment]
    small = [segment for segment in segments if segment.live_count < MAX_SMALL_DOCUMENTS]
    if len(small) > MAX_SMALL_SEGMENTS:
        return small
    by_size = sorted(segments, key=lambda segment: segment.live_count)
    for start in range(len(by_size) - MERGE_FACTOR + 1):
        window = by_size[start : start + MERGE_FACTOR]
        if window[-1].live_count <= MERGE_FACTOR * window[0].live_count:
            return [segment for segment in segments if segment in window]
    return []
