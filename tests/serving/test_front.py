"""The front with real processes: answers, deadlines, cancelling, replacement, and an end without orphans."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import uvloop

from search.article import Article
from search.errors import ArchiveNotFound, DeadlineExceeded, QuerySyntaxError
from search.query import Archive
from search.serving import Busy, EvaluatorFailed, Front, TooManyRequests
from search.serving.evaluator import Evaluator, Lost
from tests.serving.tasks import AskNonsense, CountAll, Die, Hang, Numbers, Spin

Use = Callable[[Front], Coroutine[Any, Any, Any]]


def with_front(archive: Archive, use: Use, *, workers: int = 1, seconds: float = 20.0) -> Any:
    """The outcome of `use`; afterwards every process of the front has ended."""

    async def main() -> Any:
        async with Front(archive.engine.location, workers=workers, seconds=seconds) as front:
            pids = front.pids
            assert len(pids) == workers
            outcome = await use(front)
            pids += front.pids
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        return outcome

    return asyncio.run(main())


async def body(front: Front, task: CountAll, client: str = "a") -> list[str]:
    answer = await front.answer(task, client)
    assert answer is not None
    return answer.body.decode().split()


def test_questions_are_answered_by_all_processes(archive: Archive) -> None:
    async def use(front: Front) -> None:
        tasks = [CountAll(str(number)) for number in range(8)]
        answers = await asyncio.gather(*(body(front, task, str(task)) for task in tasks))
        assert {count for count, _ in answers} == {"4"}
        assert {int(pid) for _, pid in answers} == set(front.pids)

    with_front(archive, use, workers=2)


def test_an_answer_is_kept_until_the_archive_changes(archive: Archive) -> None:
    async def use(front: Front) -> None:
        first = await front.answer(CountAll(), "a")
        assert await front.answer(CountAll(), "b") is first
        archive.add([Article(id="a5", title="Fog")])
        assert (await body(front, CountAll()))[0] == "5"

    with_front(archive, use)


def test_a_question_that_many_ask_at_once_is_evaluated_once(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def use(front: Front) -> None:
        busy = asyncio.create_task(front.answer(Spin(str(pipe)), "a"))
        await asyncio.to_thread(pipe.read_bytes)  # until the question has begun
        asking = [asyncio.create_task(front.answer(CountAll(lasts=False), client)) for client in "abbc"]
        await asyncio.sleep(0)
        assert front.waiting == 4
        busy.cancel()
        asking[0].cancel()  # the others still wait
        answers = await asyncio.gather(*asking[1:])
        assert answers[0] is not None
        assert all(each is answers[0] for each in answers)
        assert front.waiting == 0

    with_front(archive, use)


def test_the_last_client_that_hangs_up_cancels_the_question_of_all(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def use(front: Front) -> None:
        asking = [asyncio.create_task(front.answer(Spin(str(pipe)), client)) for client in "ab"]
        await asyncio.to_thread(pipe.read_bytes)
        for each in asking:
            each.cancel()
        assert (await body(front, CountAll()))[0] == "4"  # long before the deadline of the other

    with_front(archive, use, seconds=60)


def test_a_question_is_not_joined_that_began_before_a_commit(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def use(front: Front) -> None:
        busy = asyncio.create_task(front.answer(Spin(str(pipe)), "a"))
        await asyncio.to_thread(pipe.read_bytes)
        early = asyncio.create_task(front.answer(CountAll(), "a"))
        await asyncio.sleep(0)
        archive.add([Article(id="a5", title="Fog")])
        late = asyncio.create_task(front.answer(CountAll(), "a"))
        await asyncio.sleep(0)
        assert front.waiting == 2
        busy.cancel()
        assert await early is not await late

    with_front(archive, use)


def test_a_question_that_would_wait_past_its_deadline_is_refused_at_once(
    archive: Archive, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    async def use(front: Front) -> None:
        for number in range(12):  # each until its deadline, so that an evaluation usually takes long
            with pytest.raises(DeadlineExceeded):
                await front.answer(Spin(str(pipe), number), "a")
        busy = asyncio.create_task(front.answer(Spin(str(pipe)), "a"))
        waiting = [asyncio.create_task(front.answer(CountAll(client), client)) for client in "abc"]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await front.answer(CountAll(), "d")
        assert 0 < refused.value.seconds < 2
        for each in (busy, *waiting):
            each.cancel()

    with_front(archive, use, seconds=0.1)
    os.close(reader)


def test_an_answer_that_does_not_last_is_not_kept(archive: Archive) -> None:
    async def use(front: Front) -> None:
        first = await front.answer(CountAll(lasts=False), "a")
        again = await front.answer(CountAll(lasts=False), "a")
        assert first == again
        assert first is not again

    with_front(archive, use)


def test_an_error_of_the_library_arrives_whole_and_its_process_goes_on(archive: Archive) -> None:
    async def use(front: Front) -> None:
        pids = front.pids
        with pytest.raises(QuerySyntaxError) as caught:
            await front.answer(AskNonsense(), "a")
        assert (caught.value.query, caught.value.start, caught.value.end) == ("nofield:x", 0, 7)
        assert (await body(front, CountAll()))[0] == "4"
        assert front.pids == pids

    with_front(archive, use)


def test_a_front_does_not_start_without_an_archive(tmp_path: Path) -> None:
    async def main() -> None:
        async with Front(str(tmp_path / "nothing")):
            pass

    with pytest.raises(ArchiveNotFound):
        asyncio.run(main())


def test_a_question_ends_at_its_deadline_and_its_process_goes_on(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    async def use(front: Front) -> None:
        pids = front.pids
        with pytest.raises(DeadlineExceeded):
            await front.answer(Spin(str(pipe)), "a")
        assert (await body(front, CountAll()))[0] == "4"
        assert front.pids == pids

    with_front(archive, use, seconds=0.5)
    os.close(reader)


def test_a_client_that_joins_a_question_has_its_own_time(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    async def use(front: Front) -> None:
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(front.answer(Spin(str(pipe)), "a"))
        joined: list[asyncio.Task[Any]] = []
        loop.call_later(0.6, lambda: joined.append(asyncio.create_task(front.answer(Spin(str(pipe)), "b"))))
        with pytest.raises(DeadlineExceeded, match=r"longer than 0\.8 seconds; make it narrower$"):
            await first
        assert not joined[0].done()
        began = loop.time()
        with pytest.raises(DeadlineExceeded):
            await joined[0]
        assert loop.time() - began > 0.3

    with_front(archive, use, seconds=0.8)
    os.close(reader)


def test_a_question_that_is_asked_again_and_left_leaves_no_place(archive: Archive) -> None:
    async def use(front: Front) -> None:
        (pid,) = front.pids
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(front.answer(CountAll(), "a"))
        while front.waiting or not front.pids:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        while not front.waiting:  # until it waits for the next process
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert front.waiting == 0

    with_front(archive, use)


def test_all_clients_together_have_a_few_exports(archive: Archive) -> None:
    async def use(front: Front) -> None:
        async with (
            aclosing(front.export(Numbers(3), "a")) as one,
            aclosing(front.export(Numbers(3), "b")) as two,
        ):
            assert await anext(one) == await anext(two) == b"0\n"
            with pytest.raises(Busy):
                await anext(front.export(Numbers(3), "c"))

    with_front(archive, use)


def test_a_question_whose_client_has_gone_frees_its_process(archive: Archive, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def use(front: Front) -> None:
        pids = front.pids
        asking = asyncio.create_task(front.answer(Spin(str(pipe)), "a"))
        await asyncio.to_thread(pipe.read_bytes)  # until the question has begun
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await body(front, CountAll()))[0] == "4"  # long before the deadline of the other
        assert front.pids == pids

    with_front(archive, use, seconds=60)


def test_a_process_that_ignores_its_deadline_is_replaced(archive: Archive) -> None:
    async def use(front: Front) -> None:
        (pid,) = front.pids
        with pytest.raises(DeadlineExceeded):
            await front.answer(Hang(), "a")
        while True:
            try:
                count, other = await body(front, CountAll())
                break
            except (Busy, DeadlineExceeded):  # until the stuck process is ended, and the next one has started
                pass
        assert count == "4"
        assert int(other) != pid

    with_front(archive, use, seconds=0.5)


def test_a_process_that_was_killed_is_replaced(archive: Archive) -> None:
    async def use(front: Front) -> None:
        (pid,) = front.pids
        os.kill(pid, signal.SIGKILL)
        count, other = await body(front, CountAll())
        assert count == "4"
        assert int(other) != pid

    with_front(archive, use)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_question_to_a_process_that_has_ended_is_lost_on_any_loop(
    archive: Archive, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def main() -> None:
        evaluator = await Evaluator.start(archive.engine.location, "UTC")
        await evaluator.end()
        for _ in range(4):  # turns in which the loop closes the pipes
            await asyncio.sleep(0)
        evaluator.cancel()
        with pytest.raises(Lost):
            await evaluator.ask(CountAll(), 1.0)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())


def test_a_process_that_is_stopped_is_replaced(archive: Archive) -> None:
    async def use(front: Front) -> None:
        stopped = front.pids[0]
        os.kill(stopped, signal.SIGSTOP)
        tasks = [CountAll(str(number)) for number in range(4)]
        answers = await asyncio.gather(
            *(body(front, task, str(task)) for task in tasks), return_exceptions=True
        )
        assert sum(isinstance(each, list) for each in answers) == 3
        assert sum(isinstance(each, DeadlineExceeded) for each in answers) == 1

    with_front(archive, use, workers=2, seconds=2)


def test_a_question_that_ends_every_process_is_given_up_and_its_words_are_not_printed(
    archive: Archive, capfd: pytest.CaptureFixture[str]
) -> None:
    async def use(front: Front) -> None:
        with pytest.raises(EvaluatorFailed):
            await front.answer(Die("canary"), "a")
        assert (await body(front, CountAll()))[0] == "4"

    with_front(archive, use)
    printed = capfd.readouterr().err
    assert printed.count("a bug, please report it: RuntimeError") == 2
    assert "canary" not in printed


def test_an_export_has_a_process_of_its_own(archive: Archive) -> None:
    async def use(front: Front) -> None:
        async with aclosing(front.export(Numbers(3), "a")) as parts:
            assert await anext(parts) == b"0\n"
            with pytest.raises(TooManyRequests):
                await anext(front.export(Numbers(3), "a"))
            assert (await body(front, CountAll()))[0] == "4"
            assert [part async for part in parts] == [b"1\n", b"2\n"]
        assert [part async for part in front.export(Numbers(1), "a")] == [b"0\n"]

    with_front(archive, use)


def test_an_export_that_is_left_ends_its_process(archive: Archive) -> None:
    async def use(front: Front) -> None:
        async with aclosing(front.export(Numbers(1_000_000), "a")) as parts:
            assert await anext(parts) == b"0\n"
        async with aclosing(front.export(Numbers(1), "a")) as parts:
            assert await anext(parts) == b"0\n"

    with_front(archive, use)


def test_an_export_that_breaks_raises(archive: Archive) -> None:
    async def use(front: Front) -> None:
        with pytest.raises(EvaluatorFailed):
            assert [part async for part in front.export(Numbers(1, breaks=True), "a")] == []

    with_front(archive, use)


def test_a_process_that_cannot_be_started_is_tried_again_until_it_can(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.serving.front.RETRY_SECONDS", 0)
    attempts, create = iter(range(3)), asyncio.create_subprocess_exec

    async def run_short(*arguments: Any, **options: Any) -> Any:
        if next(attempts, None) is not None:
            raise OSError(errno.EMFILE, "too many open files")
        return await create(*arguments, **options)

    async def use(front: Front) -> None:
        (pid,) = front.pids
        monkeypatch.setattr(asyncio, "create_subprocess_exec", run_short)
        with pytest.raises(EvaluatorFailed):
            await anext(front.export(Numbers(1), "a"))
        os.kill(pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(EvaluatorFailed):
                await front.answer(CountAll(), "a")
        while not front.pids:
            await asyncio.sleep(0)
        assert (await body(front, CountAll()))[0] == "4"

    with_front(archive, use)
