"""Users at once on the real models, each with articles of its own; in the second run, some of them mean harm.

NEWSTANCE_LOAD_SECONDS says for how long (20); the figures of a full minute are shown by

    NEWSTANCE_LOAD_SECONDS=60 pytest -s tests/service/web/test_load.py
"""

import os
import re
import threading
import time
from collections import Counter

import httpx
import pytest

pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
from newstance.eval.speed.load import LIMIT, NAMES, article, ask_together, served
from newstance.eval.speed.load import User as Asking

pytestmark = [pytest.mark.embedded, pytest.mark.alone]

SECONDS = float(os.environ.get("NEWSTANCE_LOAD_SECONDS", "20"))
USERS = 20
CROWD, HOSTILE = 50, 10  # users in the second run, and how many of them mean harm
SLOTS = 2  # analyses at once, as the server has by default
QUEUE = 12  # fewer than the users, so that some are sent away
# What parses and models keep of new words, and what an allocator does not hand back.
MOST_GROWTH = 64e6  # bytes
assert len(set(NAMES)) == CROWD


class User(Asking):
    """Holds each answer against what was asked."""

    summary_each = 10

    def check(self, answer, round_):
        if answer.status_code == 503:
            assert "the server is busy" in answer.json()["detail"]
            return
        assert answer.status_code == 200, answer.text
        found, actor = answer.json(), f"Maria {self.name_}"
        labels = {stance["actor"]: stance["label"] for stance in found["stances"]}
        assert labels[actor] == "favor", labels
        assert labels["Thomas Grant"] == "against", labels
        others = [name for name in NAMES if name != self.name_ and name in answer.text]
        assert others == []
        if not round_ % 2:
            asked = {"title": f"{self.name_} {round_}", "text": article(self.name_, round_)}
            assert found["article"] == found["article"] | asked
            assert [a["name"] for a in found["actors"] if a["name"].startswith("Maria")] == [actor]

    def ask_patiently(self, round_):
        with httpx.Client(base_url=self.address, timeout=150, verify=False) as client:
            self.ask(client, round_)


# Short texts that readers took minutes for, and long ones of the same kinds.
HARM = [
    "Kim " * 625,
    "Kim " * 6000,
    "Kim said that Putin said that " * 350,
    '"' * 50_000,
    'Kim said: "We will go. ' * 1000,
    "'s " * 8000,
    "he " * 8000,
    "(" * 20_000 + "Kim" + ")" * 20_000,
    "Kim, Putin and " * 1500,
    "a" * 50_000,
    "Kim's " * 5000,
    "\u202e\u200b" * 10_000 + "Kim praised the ferry law.",
]


class Crowd(User):
    """Asks for stances alone, one article after another, until the time is over."""

    def goes_on(self):
        return time.monotonic() < self.end

    def ask(self, client, round_):
        super().ask(client, 2 * round_ + 1)


class Enemy(Crowd):
    """Asks for the stances in texts that were written to hold the server up, and does not always wait for them."""

    def ask(self, client, round_):
        text = self.random.choice(HARM)
        pairs = [{"actor": actor, "target": "the ferry law"} for actor in ("Kim", "Putin", "he")]
        patience = self.random.choice((2, 150, 150))
        try:
            answer = client.post("/v1/stances", json={"text": text, "pairs": pairs}, timeout=patience)
        except httpx.TimeoutException:
            assert patience == 2, (text[:30], len(text))
            self.statuses["left"] += 1
            return
        self.statuses[answer.status_code] += 1
        assert answer.status_code in (200, 413, 422, 503), (text[:30], answer.text)
        if answer.status_code == 503:
            time.sleep(self.random.uniform(0.5, 1))


@pytest.fixture(scope="module")
def address():
    with served("--max-queue", str(QUEUE)) as server:
        yield server.address


def memory(address):
    """Bytes that the server holds."""
    text = httpx.get(f"{address}/metrics", timeout=60).text
    return float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.MULTILINE)[1])


def do_everything_once(address):
    """What takes memory the first time alone: an answer of each kind in every slot, a summary among them."""
    users = [User(address, number, 0) for number in range(SLOTS)]
    for round_ in (1, 2, 10):
        asked = [threading.Thread(target=user.ask_patiently, args=(round_,)) for user in users]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join()
    assert [len(user.answered) for user in users] == [3] * SLOTS


def test_twenty_users_at_once(address):
    do_everything_once(address)
    warm = memory(address)
    begin = time.monotonic()
    users = [User(address, number, begin + SECONDS) for number in range(USERS)]
    took = ask_together(users)
    end = memory(address)
    statuses = sum((user.statuses for user in users), Counter())
    times = sorted(seconds for user in users for seconds in user.answered)
    print(
        f"\n{USERS} users, {took:.0f} s: {statuses[200] / took * 60:.0f} answers a minute, "
        f"{statuses[503] / statuses.total():.0%} of {statuses.total()} requests sent away; "
        f"median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s; "
        f"memory {warm / 1e6:.0f} MB warm, {end / 1e6:.0f} MB at the end"
    )
    assert [problem for user in users for problem in user.problems] == []
    assert statuses.keys() <= {200, 503}
    assert all(user.answered for user in users)
    assert end - warm < MOST_GROWTH


def running(address):
    """How many analyses the server is at."""
    text = httpx.get(f"{address}/metrics", timeout=60).text
    return sum(
        float(re.search(rf"^newstance_analyses_{kind} (\S+)", text, re.MULTILINE)[1]) for kind in ("running", "waiting")
    )


def test_hostile_texts_among_honest_ones(address):
    begin = time.monotonic()
    end = begin + SECONDS
    enemies = [Enemy(address, number, end) for number in range(HOSTILE)]
    honest = [Crowd(address, number, end) for number in range(HOSTILE, CROWD)]
    took = ask_together([*enemies, *honest])
    times = sorted(seconds for user in honest for seconds in user.answered)
    statuses, harm = (sum((user.statuses for user in users), Counter()) for users in (honest, enemies))
    assert [problem for user in (*enemies, *honest) for problem in user.problems] == []
    assert times, (statuses, harm)
    print(
        f"\n{CROWD} users, {HOSTILE} of them hostile, {took:.0f} s: {len(times) / took * 60:.0f} honest answers a "
        f"minute, median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s; "
        f"honest {dict(statuses)}, hostile {dict(harm)}"
    )
    assert statuses.keys() <= {200, 503}
    assert times[-1] < LIMIT
    deadline = time.monotonic() + 15  # whoever has gone is noticed, and nothing of theirs runs on
    while running(address):
        assert time.monotonic() < deadline, running(address)
        time.sleep(0.2)
    last = Crowd(address, CROWD - 1, time.monotonic() + 5)
    last.run()
    assert last.problems == []
    assert last.answered
