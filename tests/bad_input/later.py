"""Lines that have nothing to be run against yet; each moves to its section with what it is about."""

from __future__ import annotations

_NO_SERVER, _NO_OPENSEARCH = "no server yet", "no OpenSearch yet"

LATER: dict[int, str] = {
    109: _NO_SERVER,
    110: _NO_OPENSEARCH,
    127: _NO_SERVER,
    128: _NO_SERVER,
    129: _NO_SERVER,
    130: _NO_SERVER,
    131: _NO_SERVER,
    132: _NO_SERVER,
    133: _NO_SERVER,
    134: _NO_SERVER,
    135: _NO_SERVER,
}
