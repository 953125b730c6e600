import asyncio
import contextvars
import threading
import time
from types import SimpleNamespace

import pytest

from newstance.service.web import gate as gates
from newstance.service.web.gate import BusyError, Gate, TooSlowError


def held(event):
    """Work that lasts until the event, and hears whether anybody still waits."""

    def work(heard):
        while not event.wait(0.01):
            heard()
        return "done"

    return work


async def started(gate, running, waiting):
    async with asyncio.timeout(5):
        while (gate.running, gate.waiting) != (running, waiting):
            await asyncio.sleep(0.005)


def test_so_many_run_so_many_wait_and_the_rest_is_sent_away():
    async def main():
        gate, end = Gate(2, 1, 10), threading.Event()
        tasks = [asyncio.create_task(gate.run(held(end))) for _ in range(3)]
        await started(gate, 2, 1)
        with pytest.raises(BusyError, match="2 analyses run and 1 wait; try again in 1 s") as found:
            await gate.run(held(end))
        assert found.value.retry_after == 1
        end.set()
        assert await asyncio.gather(*tasks) == ["done"] * 3
        assert await gate.run(lambda heard: 5) == 5
        await started(gate, 0, 0)

    asyncio.run(main())


def test_nobody_waits_for_longer_than_work_may_take():
    async def main():
        gate, end = Gate(1, 5, 0.2), threading.Event()
        first = asyncio.create_task(gate.run(lambda heard: end.wait(5)))
        await started(gate, 1, 0)
        with pytest.raises(BusyError, match=r"no analysis could begin within 0\.2 s"):
            await gate.run(held(end))
        assert gate.waiting == 0
        end.set()
        with pytest.raises(TooSlowError):
            await first

    asyncio.run(main())


def test_slow_work_is_given_up_and_keeps_its_place_until_it_has_ended():
    async def main():
        gate, end = Gate(1, 0, 0.1), threading.Event()
        with pytest.raises(TooSlowError, match=r"longer than the 0\.1 seconds"):
            await gate.run(lambda heard: end.wait(5))
        assert gate.running == 1
        with pytest.raises(BusyError):
            await gate.run(held(end))
        end.set()
        await started(gate, 0, 0)

    asyncio.run(main())


def test_work_that_hears_ends_early():
    async def main():
        gate, never = Gate(1, 0, 0.1), threading.Event()
        with pytest.raises(TooSlowError):
            await gate.run(held(never))
        await started(gate, 0, 0)

    asyncio.run(main())


def test_work_nobody_waits_for_leaves_the_queue():
    async def main():
        gate, end, ran = Gate(1, 2, 10), threading.Event(), []
        first = asyncio.create_task(gate.run(held(end)))
        await started(gate, 1, 0)
        queued = asyncio.create_task(gate.run(ran.append))
        await started(gate, 1, 1)
        queued.cancel()
        await started(gate, 1, 0)
        end.set()
        await first
        assert await gate.run(lambda heard: "next") == "next"
        assert ran == []

    asyncio.run(main())


def test_running_work_nobody_waits_for_is_told():
    async def main():
        gate, never = Gate(1, 0, 10), threading.Event()
        task = asyncio.create_task(gate.run(held(never)))
        await started(gate, 1, 0)
        task.cancel()
        await started(gate, 0, 0)

    asyncio.run(main())


def test_failure_reaches_the_caller_and_frees_the_place(caplog):
    def fail(heard):
        raise ValueError("a user's text")

    async def main():
        gate = Gate(1, 0, 10)
        with pytest.raises(ValueError, match="a user's text"):
            await gate.run(fail)
        given_up = asyncio.create_task(gate.run(lambda heard: (time.sleep(0.1), fail(heard))))
        await started(gate, 1, 0)
        given_up.cancel()
        await started(gate, 0, 0)

    asyncio.run(main())
    assert caplog.text == ""


def test_who_is_sent_away_from_a_longer_queue_is_told_to_come_later():
    async def main():
        gate, end = Gate(1, 3, 10), threading.Event()
        tasks, told = [], [gate.retry_after]
        for waiting in range(4):
            tasks.append(asyncio.create_task(gate.run(held(end))))
            await started(gate, 1, waiting)
            told.append(gate.retry_after)
        end.set()
        await asyncio.gather(*tasks)
        assert told == [1, 1, 2, 3, 4]  # a second each, until it is known how long they take

    asyncio.run(main())


def test_waiting_time_is_told_from_how_long_work_takes(monkeypatch):
    async def main():
        gate, now = Gate(1, 0, 10), [0.0]
        monkeypatch.setattr(gates, "time", SimpleNamespace(perf_counter=lambda: now[0]))
        told = []
        for seconds in (11, 11, 0):
            await gate.run(lambda heard, seconds=seconds: now.__setitem__(0, now[0] + seconds))
            await started(gate, 0, 0)
            told.append(gate.retry_after)
        assert told == [3, 5, 4]  # the mean goes a fifth of the way each time: 1, 3, 4.6, 3.68

    asyncio.run(main())


def test_work_sees_what_its_caller_has_set():
    asked_by = contextvars.ContextVar("asked_by")

    async def ask(gate, who):
        asked_by.set(who)
        return await gate.run(lambda heard: asked_by.get())

    async def main():
        gate = Gate(1, 2, 10)
        assert await asyncio.gather(*(ask(gate, who) for who in "abc")) == ["a", "b", "c"]

    asyncio.run(main())
