"""The room in which questions wait for a free evaluator, fair to every client."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

MAX_WAITING_FOR_EACH = 32
MAX_WAITING_OF_CLIENT = 8


class Busy(Exception):
    """A question cannot be answered soon; it may be in `seconds`."""

    def __init__(self, reason: str = "", seconds: float = 1.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class TooManyRequests(Exception):
    """One client has too many questions that wait, or too many exports."""


class WaitingRoom(Generic[Item]):
    """Hands out free items, one after the other to each client that waits, in turns.

    At most `MAX_WAITING_FOR_EACH` questions wait for each of `size` items, and `MAX_WAITING_OF_CLIENT` of one
    client.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._free: list[Item] = []
        self._waiting: OrderedDict[str, deque[asyncio.Future[Item]]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        """How many questions wait."""
        return self._length

    def turns_before(self, client: str) -> int:
        """How many items are handed out to others before the next question of this client has its turn."""
        if self._free:
            return 0
        own = len(self._waiting.get(client, ()))
        others = (min(len(places), own + 1) for name, places in self._waiting.items() if name != client)
        return own + sum(others)

    def enter(self, client: str) -> asyncio.Future[Item]:
        """A place to wait, which an item fills; raises `Busy` or `TooManyRequests` if there is no room.

        Call `leave` with the place at the end.
        """
        place: asyncio.Future[Item] = asyncio.get_running_loop().create_future()
        if self._free:
            place.set_result(self._free.pop())
            return place
        if len(self._waiting.get(client, ())) >= MAX_WAITING_OF_CLIENT:
            raise TooManyRequests
        if self._length >= MAX_WAITING_FOR_EACH * self._size:
            raise Busy
        self._waiting.setdefault(client, deque()).append(place)
        self._length += 1
        return place

    def leave(self, client: str, place: asyncio.Future[Item]) -> None:
        """Give up a place that has no item yet."""
        if place.done():
            return
        place.cancel()
        places = self._waiting[client]
        places.remove(place)
        self._length -= 1
        if not places:
            del self._waiting[client]

    def give(self, item: Item) -> None:
        """Hand an item to the client whose turn it is, or keep it."""
        if not self._waiting:
            self._free.append(item)
            return
        client, places = self._waiting.popitem(last=False)
        places.popleft().set_result(item)
        self._length -= 1
        if places:
            self._waiting[client] = places  # at the end of the row

    def refuse_all(self, error: Exception) -> None:
        """Raise this error at every place."""
        for places in self._waiting.values():
            for place in places:
                place.set_exception(error)
        self._waiting.clear()
        self._length = 0

    def discard(self, item: Item) -> None:
        """Hand out this item no longer, if it is free."""
        if item in self._free:
            self._free.remove(item)
