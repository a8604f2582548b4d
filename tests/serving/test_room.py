"""The waiting room: turns between clients, its limits, and those who leave."""

from __future__ import annotations

import asyncio

import pytest

from search.serving.room import (
    MAX_WAITING_FOR_EACH,
    MAX_WAITING_OF_CLIENT,
    Busy,
    TooManyRequests,
    WaitingRoom,
)


async def take(room: WaitingRoom[str], client: str) -> str:
    """Wait for an item, and give up the place when cancelled."""
    place = room.enter(client)
    try:
        return await asyncio.shield(place)
    except asyncio.CancelledError:
        if place.done():
            room.give(place.result())
        raise
    finally:
        room.leave(client, place)


def waiting(room: WaitingRoom[str], client: str, order: list[str]) -> asyncio.Task[None]:
    async def wait() -> None:
        await take(room, client)
        order.append(client)

    return asyncio.create_task(wait())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_clients_take_turns() -> None:
    async def main() -> list[str]:
        room, order = WaitingRoom[str](1), list[str]()
        tasks = [waiting(room, client, order) for client in "aaabbc"]
        await settle()
        for _ in tasks:
            room.give("item")
            await settle()
        assert len(room) == 0
        return order

    assert asyncio.run(main()) == list("abcaba")


def test_a_client_may_have_a_few_questions_waiting_and_others_still_find_room() -> None:
    async def main() -> None:
        room, order = WaitingRoom[str](1), list[str]()
        tasks = [waiting(room, "a", order) for _ in range(MAX_WAITING_OF_CLIENT)]
        await settle()
        with pytest.raises(TooManyRequests):
            await take(room, "a")
        tasks.append(waiting(room, "b", order))
        await settle()
        assert len(room) == MAX_WAITING_OF_CLIENT + 1
        for task in tasks:
            task.cancel()

    asyncio.run(main())


def test_a_full_room_refuses() -> None:
    async def main() -> None:
        room, order = WaitingRoom[str](2), list[str]()
        tasks = [waiting(room, str(number), order) for number in range(2 * MAX_WAITING_FOR_EACH)]
        await settle()
        with pytest.raises(Busy):
            await take(room, "last")
        for task in tasks:
            task.cancel()

    asyncio.run(main())


def test_a_client_that_leaves_is_left_out_and_keeps_nothing() -> None:
    async def main() -> str:
        room, order = WaitingRoom[str](1), list[str]()
        leaving, other = waiting(room, "a", order), waiting(room, "b", order)
        await settle()
        leaving.cancel()
        await settle()
        assert len(room) == 1
        room.give("item")
        await other
        late = waiting(room, "c", order)
        await settle()
        room.give("item")
        late.cancel()  # when the item is its own already
        await settle()
        assert order == ["b"]
        return await take(room, "d")

    assert asyncio.run(main()) == "item"


def test_an_error_reaches_all_who_wait() -> None:
    async def main() -> list[object]:
        room = WaitingRoom[str](1)
        tasks = [asyncio.create_task(take(room, client)) for client in "ab"]
        await settle()
        room.refuse_all(Busy("gone"))
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    assert [str(each) for each in asyncio.run(main())] == ["gone", "gone"]


def test_an_item_that_is_discarded_is_not_handed_out() -> None:
    async def main() -> str:
        room = WaitingRoom[str](2)
        room.give("one")
        room.give("other")
        room.discard("other")
        room.discard("other")
        return await take(room, "a")

    assert asyncio.run(main()) == "one"
