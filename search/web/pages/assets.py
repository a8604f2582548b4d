"""The files that pages load: each has a digest in its name, so a browser may keep it for ever."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from search.serving.task import Answer, compressed

_FOLDER = Path(__file__).parent / "static"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def _read() -> dict[str, tuple[str, bytes]]:
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        content = path.read_bytes()
        found[path.name] = f"{path.stem}.{sha256(content).hexdigest()[:12]}{path.suffix}", content
    return found


_FILES = _read()

ADDRESSES = {name: f"/assets/{hashed}" for name, (hashed, _) in _FILES.items()}
"""The address of each file."""

CONTENTS = {
    hashed: (compressed(Answer(content)), _TYPES[hashed.rpartition(".")[2]])
    for hashed, content in _FILES.values()
}
"""The content and the media type of each file, by its name in its address."""
