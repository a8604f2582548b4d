"""The engines that keep and find articles, each behind the seam `search.engine.Engine`."""

from __future__ import annotations

from pathlib import Path

from search.backends.opensearch.location import SCHEMES, is_cluster, read_location
from search.engine import Engine, Maintained, Report
from search.errors import ArchiveDamaged, ArchiveNotFound, InvalidRequest


def open_engine(
    location: str | Path, *, create: bool = False, language: str | None = None, wait: float = 0.0
) -> Engine:
    """The engine of the archive at `location`: a folder, or on a cluster opensearch://HOST/NAME.

    With `create`, an archive that is not there is made, for articles in `language` (default english);
    without, `ArchiveNotFound` is raised. The language of an archive that is there stays as it is.
    Each write waits up to `wait` seconds for another process that is writing.
    """
    if is_cluster(location):
        from search.backends.opensearch.engine import ClusterEngine

        cluster = read_location(location)
        try:
            return ClusterEngine.open(cluster)
        except ArchiveNotFound:
            if not create:
                raise
            return ClusterEngine.create(cluster, language or "english")
    from search.backends.embedded.engine import EmbeddedEngine

    folder = _folder(location)
    try:
        return EmbeddedEngine.open(folder, wait)
    except ArchiveNotFound:
        if not create:
            raise
        return EmbeddedEngine.create(folder, language or "english", wait)


def maintained(location: str | Path) -> Maintained:
    """The stored form of the archive at `location`, to be checked, copied or read whatever state it is in."""
    if is_cluster(location):
        from search.backends.opensearch.maintenance import ClusterIndexes

        return ClusterIndexes(read_location(location))
    from search.backends.embedded.maintenance import EmbeddedFiles

    return EmbeddedFiles(_folder(location))


def restored(backup: str | Path, location: str | Path) -> Report:
    """Make the archive at `location`, where there is none yet, from a backup that `Maintained.copy_to` made.

    For an archive on a cluster the backup is REPOSITORY/NAME. Raises `ArchiveExists` and `ArchiveDamaged`.
    """
    if is_cluster(location):
        from search.backends.opensearch.snapshots import restore

        restore(read_location(location), str(backup))
        report = maintained(location).verify("full")
        if report.problems:
            raise ArchiveDamaged(f"{report.problems[0]}; {report.fix}", location)
        return report
    return maintained(backup).copy_to(location)


def state_stamp(location: str | Path) -> str:
    """A text that changes whenever the archive at `location` does, made in microseconds.

    Nothing is opened, so a process that only keeps answers needs no memory for the archive. "" without an
    index, and for an archive on a cluster, whose state is not known without a request: nothing is kept then.
    """
    from search.backends.embedded.stamp import stamp

    if is_cluster(location):
        return ""
    inode, changed = stamp(f"{location}/index/manifest.json")
    return f"{inode}-{changed}" if inode else ""


def condition(location: str | Path) -> tuple[str, ...]:
    """Lines about the cluster that has an archive, with advice after an arrow; none for a folder."""
    if not is_cluster(location):
        return ()
    from search.backends.opensearch.condition import condition_lines

    return tuple(condition_lines(read_location(location)))


def store_version() -> str:
    """The version of the SQLite that is used."""
    from search.backends.embedded.store import SQLITE_VERSION

    return SQLITE_VERSION


def kernels_in_use() -> str:
    """`native` if the compiled loops are in use, `numpy` if they are not there or NEWS_KERNELS says so."""
    from search.index.kernels.chosen import KERNELS

    return KERNELS


def _folder(location: str | Path) -> Path:
    if "://" in str(location) or str(location).partition(":")[0] in SCHEMES:
        scheme = str(location).partition(":")[0]
        raise InvalidRequest(f"{scheme}: is not the address of an archive; that begins with opensearch://")
    if "\0" in str(location):
        raise InvalidRequest("a location cannot have a NUL character")
    return Path(location)
