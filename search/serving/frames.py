"""Messages over a pipe between the front and its evaluators: the length in four bytes, then a pickle.

Both ends are this program. No byte that came from a client is ever read as a pickle.

    to an evaluator     (ASK, task, seconds)    (EXPORT, export)    (CANCEL,)
    from an evaluator   (READY,)    (PART, bytes)    (DONE, Answer | None)    (FAILED, SearchError)
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from typing import Any, BinaryIO

ASK, EXPORT, CANCEL = "ask", "export", "cancel"
READY, PART, DONE, FAILED = "ready", "part", "done", "failed"

Frame = tuple[Any, ...]

_LENGTH = struct.Struct(">I")


def packed(frame: Frame) -> bytes:
    """The message as bytes."""
    content = pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


def read_frame(stream: BinaryIO) -> Frame | None:
    """Wait for the next message; None when the other end has closed the pipe."""
    head = stream.read(_LENGTH.size)
    content = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    return _unpacked(content) if content else None


async def receive_frame(stream: asyncio.StreamReader) -> Frame:
    """The same for the event loop; raises `EOFError` when the other end has closed the pipe."""
    head = await stream.readexactly(_LENGTH.size)
    return _unpacked(await stream.readexactly(_LENGTH.unpack(head)[0]))


def _unpacked(content: bytes) -> Frame:
    frame: Frame = pickle.loads(content)
    return frame
