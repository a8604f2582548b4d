"""The room in which questions wait for a free evaluator, fair to every client."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

MAX_WAITING_FOR_EACH = 32
MAX_WAITING_OF_CLIENT = 8


class Busy(Exception):
    """More questions are waiting than can be answered soon."""


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

    def __len__(self) -> int:
        """How many questions wait."""
        return sum(map(len, self._waiting.values()))

    async def take(self, client: str) -> Item:
        """Wait for an item; raises `Busy` or `TooManyRequests` at once if there is no place to wait."""
        if self._free:
            return self._free.pop()
        if len(self._waiting.get(client, ())) >= MAX_WAITING_OF_CLIENT:
            raise TooManyRequests
        if len(self) >= MAX_WAITING_FOR_EACH * self._size:
            raise Busy
        place: asyncio.Future[Item] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give(place.result())
            else:
                self._leave(client, place)
            raise

    def give(self, item: Item) -> None:
        """Hand an item to the client whose turn it is, or keep it."""
        while self._waiting:
            client, places = self._waiting.popitem(last=False)
            place = places.popleft()
            if places:
                self._waiting[client] = places  # at the end of the row
            if not place.done():
                place.set_result(item)
                return
        self._free.append(item)

    def refuse_all(self, error: Exception) -> None:
        """Raise this error where anyone waits."""
        for places in self._waiting.values():
            for place in places:
                if not place.done():
                    place.set_exception(error)
        self._waiting.clear()

    def discard(self, item: Item) -> None:
        """Hand out this item no longer, if it is free."""
        if item in self._free:
            self._free.remove(item)

    def _leave(self, client: str, place: asyncio.Future[Item]) -> None:
        places = self._waiting.get(client)
        if places is not None and place in places:
            places.remove(place)
            if not places:
                del self._waiting[client]
