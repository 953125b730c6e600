"""What a file does to its parser ends with the parser's process, whatever it is; the next file has another one."""

import os
import signal
import subprocess
import sys
import threading
import time

import hostile
import psutil
import pytest

from newstance.models.errors import ConfigError, InputError
from newstance.service import Article
from newstance.service.intake import workers
from newstance.service.intake.worker import PAGE
from newstance.service.intake.workers import Workers

pytestmark = pytest.mark.alone

PAGE_OF_AN_ARTICLE = hostile.page("").encode()
ENDLESS = hostile.MADE["page with a tag of 500,000 attributes"]()[1]


@pytest.fixture
def make():
    made = []

    def workers_of(**settings):
        made.append(Workers(**settings))
        return made[-1]

    yield workers_of
    for each in made:
        each.close()


def processes(of):
    return {worker._process.pid for worker in of._all}


def wait_until(is_so, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def start_reading(of, content, name="a.html"):
    """Read in a thread; gives what can be joined, and a list that holds the outcome then."""
    outcome = []

    def read():
        try:
            outcome.append(of.read(content, PAGE, name))
        except InputError as error:
            outcome.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    return thread, outcome


def test_one_worker_reads_many_files(make):
    mine = make()
    for _ in range(3):
        assert hostile.SENTENCE.strip() in mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text
    assert len(processes(mine)) == 1
    assert os.getpid() not in processes(mine)


def test_honest_page_takes_well_under_a_second(make):
    mine = make()
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    start = time.monotonic()
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    assert time.monotonic() - start < 0.5


def test_what_takes_too_long_is_ended_and_the_next_file_is_read(make):
    mine = make(seconds=0.5)
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    first = processes(mine)
    start = time.monotonic()
    with pytest.raises(InputError, match=r"^b\.html takes longer than 0\.5 s to be read; paste the article's text"):
        mine.read(ENDLESS, PAGE, "b.html")
    assert time.monotonic() - start < 1.5
    assert not any(psutil.pid_exists(pid) for pid in first)
    assert mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text


def test_what_takes_too_much_memory_is_ended_and_the_next_file_is_read(make):
    mine = make(memory=20_000_000)
    _, links = hostile.MADE["page of as many links as are taken"]()
    with pytest.raises(InputError, match=r"^b\.html takes more than 20 MB of memory to be read; paste the article's"):
        mine.read(links, PAGE, "b.html")
    assert mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep their word")
def test_memory_that_comes_too_fast_to_be_seen_fails(make, monkeypatch):
    monkeypatch.setattr(workers, "_ADDRESS_SPACE", 10_000_000)
    with pytest.raises(InputError, match=r"a\.html (takes too much memory|cannot be read)"):
        make().read(hostile.page(f"<p>{'ship ' * 1_800_000}</p>").encode(), PAGE, "a.html")


def test_parser_that_crashes_takes_nothing_with_it(make):
    mine = make()
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    (pid,) = processes(mine)
    thread, outcome = start_reading(mine, ENDLESS)
    wait_until(lambda: len(processes(mine)) == 2)  # it is at work: the next one is made ready
    os.kill(pid, signal.SIGSEGV)
    thread.join()
    assert outcome == ["a.html makes its parser crash; paste the article's text instead"]
    assert mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text


def test_worker_that_was_ended_while_idle_is_not_asked(make):
    mine = make()
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    (pid,) = processes(mine)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text
    assert pid not in processes(mine)


def test_file_waits_for_its_turn(make):
    mine = make(most=1, seconds=1.5)
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    first, of_first = start_reading(mine, ENDLESS, "first.html")
    wait_until(lambda: not mine._idle)
    second, of_second = start_reading(mine, PAGE_OF_AN_ARTICLE, "second.html")
    first.join()
    second.join()
    assert "first.html takes longer" in of_first[0]
    assert of_second[0].title == "Council bans ships"
    assert len(processes(mine)) == 1


def test_turn_that_does_not_come(make):
    mine = make(most=0, seconds=-1.9)
    with pytest.raises(InputError, match=r"a\.html was not read, since 0 others are being read.*try again in a moment"):
        mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")


def test_many_threads_get_their_own_answers(make):
    mine = make(most=2)
    titles = [f"Council number {i} bans ships" for i in range(12)]
    pages = [PAGE_OF_AN_ARTICLE.replace(b"Council bans ships", title.encode()) for title in titles]
    started = [start_reading(mine, page) for page in pages]
    for thread, _ in started:
        thread.join()
    assert [outcome[0].title for _, outcome in started] == titles
    assert len(processes(mine)) <= 2


def test_worker_that_has_grown_is_not_kept(make, monkeypatch):
    monkeypatch.setattr(workers, "_GROWN", -1_000_000_000)
    mine = make()
    mine.read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    assert not processes(mine)


def test_worker_that_cannot_begin(make, monkeypatch):
    monkeypatch.setattr(workers, "_PROGRAM", "raise SystemExit(3)")
    with pytest.raises(ConfigError, match=r"the process that reads files ended as it began \(status 3\)"):
        make().read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(ConfigError, match="the process that reads files cannot be started: No such file"):
        make().read(PAGE_OF_AN_ARTICLE, PAGE, "a.html")


def test_prints_and_logs_of_a_parser_are_no_answers(make, monkeypatch):
    monkeypatch.setattr(
        workers, "_PROGRAM", workers._PROGRAM.replace("main(float", f"import trafilatura\n{_PRINTS}main(float")
    )
    assert make().read(PAGE_OF_AN_ARTICLE, PAGE, "a.html").text


_PRINTS = """
from newstance.service.intake import worker
real = worker.extract
def extract(*arguments):
    print("stray", flush=True)
    return real(*arguments)
worker.extract = extract
"""


def test_file_name_that_is_no_unicode(tmp_path):
    file = tmp_path / os.fsdecode(b"a\xff.html")
    file.write_bytes(PAGE_OF_AN_ARTICLE)
    assert Article.from_file(file).title == "Council bans ships"
    file.write_bytes(b"")
    with pytest.raises(InputError, match="no article was found in"):
        Article.from_file(file)


# In programs of their own


def run(program, *arguments):
    command = [sys.executable, "-c", f"PAGE = {PAGE_OF_AN_ARTICLE.decode()!r}\n{program}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_program_without_a_main_guard_is_run_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"from newstance.service import Article\nprint(Article.from_html({PAGE_OF_AN_ARTICLE.decode()!r}).title)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("Council bans ships\n", "")


@pytest.mark.parametrize("end", ["", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_workers_end_with_the_program(end):
    done = run(
        "from newstance.service.intake.workers import shared\n"
        "shared().read(PAGE.encode(), '.html', 'a.html')\n"
        f"print(*[worker._process.pid for worker in shared()._all], flush=True)\n{end}"
    )
    pids = list(map(int, done.stdout.split()))
    assert pids
    wait_until(lambda: not any(map(psutil.pid_exists, pids)), seconds=10)


def test_busy_worker_ends_itself_if_nobody_is_left_to_do_so(tmp_path):
    (tmp_path / "endless.html").write_bytes(ENDLESS)
    done = run(
        "import os, sys, threading, time, pathlib\n"
        "from newstance.service.intake.workers import Workers\n"
        "mine = Workers(seconds=1)\n"
        "mine.read(PAGE.encode(), '.html', 'a.html')\n"
        "print(*[worker._process.pid for worker in mine._all], flush=True)\n"
        "content = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "threading.Thread(target=mine.read, args=(content, '.html', 'b.html'), daemon=True).start()\n"
        "time.sleep(0.25)\n"
        "os.kill(os.getpid(), 9)\n",
        str(tmp_path / "endless.html"),
    )
    (pid,) = map(int, done.stdout.split())
    wait_until(lambda: not psutil.pid_exists(pid), seconds=6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked_child_has_workers_of_its_own():
    done = run(
        "import os, sys\n"
        "from newstance.service import Article\n"
        "from newstance.service.intake.workers import shared\n"
        "Article.from_html(PAGE)\n"
        "mine = {worker._process.pid for worker in shared()._all}\n"
        "if child := os.fork():\n"
        "    os.waitpid(child, 0)\n"
        "    print(Article.from_html(PAGE).title, {w._process.pid for w in shared()._all} == mine, flush=True)\n"
        "else:\n"
        "    title = Article.from_html(PAGE.replace('Council', 'Parliament')).title\n"
        "    print(title, {w._process.pid for w in shared()._all} & mine, flush=True)\n"
        "    shared().close()\n"
        "    os._exit(0)\n"
    )
    assert done.stdout == "Parliament bans ships set()\nCouncil bans ships True\n", done.stderr
