from functools import partial

from newstance.models.training import parallel
from newstance.models.training.parallel import mapped

# A process of its own cannot import this file; what it loads is sent as text.
THREADS = partial(eval, "lambda item: (item, __import__('torch').get_num_threads())")


def test_several_processes_share_the_cores_and_keep_the_order(monkeypatch):
    monkeypatch.setattr(parallel, "usable_cores", lambda: 6)
    said = list(mapped(THREADS, list(range(5)), processes=2, chunk=1))
    assert [item for item, _ in said] == list(range(5))
    assert {count for _, count in said} == {3}
