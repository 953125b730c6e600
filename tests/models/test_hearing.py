import threading

import pytest

from newstance.models.hearing import Stopped, listening, unheard, until


def test_work_goes_on_until_its_event_is_set():
    stop = threading.Event()
    heard = until(stop)
    heard("whatever", "a hook", "is handed")
    stop.set()
    with pytest.raises(Stopped):
        heard()


def test_a_loop_hears_every_few_items_and_gives_all_of_them():
    calls = []
    assert list(listening(range(1000), lambda: calls.append(1))) == list(range(1000))
    assert 1 < len(calls) < 100
    assert list(listening("abc", unheard)) == ["a", "b", "c"]


def test_a_loop_ends_where_nobody_waits():
    stop = threading.Event()
    seen = []
    with pytest.raises(Stopped):
        for item in listening(range(1000), until(stop)):
            seen.append(item)
            stop.set()
    assert 0 < len(seen) < 1000
