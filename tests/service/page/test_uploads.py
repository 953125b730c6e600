"""Files that readers send: what was not uploaded is neither read, nor copied, nor deleted, whichever event names it."""

import json
import os
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import serving

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
for needed in ("matplotlib", "rouge_score", "vaderSentiment"):
    pytest.importorskip(needed, reason="the tab of evaluations needs the eval extra")

from newstance.eval.page.tab import evaluate_tab  # noqa: E402
from newstance.service import Article  # noqa: E402
from newstance.service.page import build, uploads  # noqa: E402
from newstance.service.page.uploads import NotUploadedError, private_folder, taken, uploaded_file  # noqa: E402

MARK = "Qvxolm"  # what nobody may get to read
CONTENTS = {".csv": f"text,target,label\n{MARK},tax,pro\n", ".txt": f"{MARK} praised the tax."}
REFUSED = "was not uploaded here"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The server's upload folder; set before the page is built, as `newstance serve` does."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("uploads")
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def address(analyzer, folder):
    settings = server.ServerSettings(more_tabs=lambda analyzer: [evaluate_tab(analyzer)])
    with serving.running(server.create_app(analyzer, settings)) as address:
        yield address


@pytest.fixture
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def downloads(monkeypatch):
    """The addresses that Gradio was about to fetch."""
    asked = []

    async def download(address, **more):
        asked.append(address)
        raise ValueError("fetched")

    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", download)
    monkeypatch.setattr("gradio.processing_utils.save_url_to_cache", lambda address, **more: asked.append(address))
    return asked


def events(client):
    """Each event of the page that a file can be sent to: it, where the file stands, its suffix, whether in a list."""
    config = client.get("/config").json()
    components = {component["id"]: component for component in config["components"]}
    found = []
    for event in config["dependencies"]:
        for place, number in enumerate(event["inputs"]):
            component = components[number]
            if event["backend_fn"] and "FileData" in json.dumps(component.get("api_info_as_input")):
                kinds = component["props"].get("file_types") or [".txt"]
                suffix = ".txt" if ".txt" in kinds else kinds[0]
                found.append((event, place, suffix, component["props"]["file_count"] != "single"))
    return found


def send(client, event, data):
    """What an event answers when it is sent as the page sends it."""
    reader = f"reader{time.time_ns()}"
    asked = {"data": data, "fn_index": event["id"], "session_hash": reader, "event_data": None}
    joined = client.post("/gradio_api/queue/join", json=asked)
    assert joined.status_code == 200, joined.text
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": reader}) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line else {}
            if message.get("msg") == "process_completed":
                return message
    raise AssertionError("the event was not answered")


def file_data(path, name):
    url = {"url": str(path)} if str(path).startswith("http") else {}
    return {"path": str(path), "orig_name": name, **url, "meta": {"_type": "gradio.FileData"}}


def upload(client, name, content):
    answer = client.post("/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200
    return answer.json()[0]


@pytest.fixture
def ways(folder, tmp_path):
    """ways(suffix): paths that lead to a secret file, each by another way."""
    made = []

    def ways(suffix):
        secret = tmp_path / f"secret{suffix}"
        secret.write_text(CONTENTS[suffix])
        below, beside = folder / f"below{suffix}", tmp_path / f"beside{suffix}"
        linked, below_link = folder / "linked", folder / "linked" / secret.name
        for link, to in ((below, secret), (beside, secret), (linked, tmp_path)):
            link.unlink(missing_ok=True)
            link.symlink_to(to)
            made.append(link)
        up = f"{folder}/{os.path.relpath(secret, folder)}"
        relative = os.path.relpath(secret)
        address = f"http://192.0.2.1/secret{suffix}"
        return [secret, below, beside, below_link, up, relative, f"file://{secret}", address, address.upper()]

    yield ways
    for link in made:
        link.unlink(missing_ok=True)


def test_every_upload_of_the_page_is_known(client):
    found = events(client)
    assert len(found) >= 3
    assert {event["id"] for event, *_ in found} == {
        event["id"]
        for event in client.get("/config").json()["dependencies"]
        if any(kind == "upload" for _, kind in event["targets"])
    }
    assert {suffix for _, _, suffix, _ in found} == {".txt", ".csv"}
    assert {is_list for *_, is_list in found} == {True, False}


def test_no_upload_event_takes_what_was_not_uploaded(client, folder, ways, downloads):
    for event, place, suffix, _ in events(client):
        for path in ways(suffix):
            for several in (False, True):
                sent = file_data(path, f"secret{suffix}")
                data = [None] * len(event["inputs"])
                data[place] = [sent] if several else sent
                answer = send(client, event, data)
                told = json.dumps(answer["output"])
                assert not answer["success"], (event["api_name"], path, told[:300])
                assert REFUSED in told, (event["api_name"], path, told[:300])
                assert MARK not in told
        assert (folder / f"below{suffix}").resolve().read_text() == CONTENTS[suffix]
    assert downloads == []
    assert [file for file in folder.rglob("*") if not file.is_symlink() and MARK in file.read_text()] == []


def test_no_other_event_takes_a_file_in_place_of_its_text(client, folder, ways, downloads):
    config = client.get("/config").json()
    states = {component["id"] for component in config["components"] if component["type"] == "state"}
    secret, *_, address, _ = ways(".txt")
    tried = 0
    for event in config["dependencies"]:
        given = [number for number in event["inputs"] if number not in states]
        if not event["backend_fn"] or not given:
            continue
        for path in (secret, address):
            tried += 1
            sent = [{"value": [file_data(path, "secret.txt")]}] * len(event["inputs"])
            if event["queue"]:
                answer = json.dumps(send(client, event, sent)["output"])
            else:
                asked = {"data": sent, "fn_index": event["id"], "session_hash": "reader"}
                answer = client.post("/gradio_api/run/predict", json=asked).text
            assert REFUSED in answer, (event["api_name"], answer[:300])
    assert tried > 20
    assert downloads == []
    assert [file for file in folder.rglob("secret.txt") if "linked" not in str(file)] == []


@pytest.mark.parametrize("route", ["run", "api", "call", "call/v2"])
def test_tools_take_no_files_either(client, folder, ways, downloads, route):
    secret, *_, address, _ = ways(".txt")
    for path in (secret, address):
        sent = file_data(path, "secret.txt")
        body = {"text": sent} if route == "call/v2" else {"data": [sent, *[None] * 6]}
        answer = client.post(f"/gradio_api/{route}/analyze_article", json=body)
        text = answer.text
        if "event_id" in text:
            text = client.get(f"/gradio_api/{route}/analyze_article/{answer.json()['event_id']}").text
        assert MARK not in text
        assert REFUSED in text, text
    assert downloads == []
    assert [file for file in folder.rglob("secret.txt") if "linked" not in str(file)] == []


def test_what_was_uploaded_is_read_and_deleted(client):
    for event, place, suffix, is_list in events(client):
        path = upload(client, f"mine{suffix}", CONTENTS[suffix])
        sent = file_data(path, f"mine{suffix}")
        data = [None] * len(event["inputs"])
        data[place] = [sent] if is_list else sent
        answer = send(client, event, data)
        assert answer["success"], answer["output"]
        assert REFUSED not in json.dumps(answer["output"])
        assert not Path(path).exists()
        assert REFUSED in json.dumps(send(client, event, data)["output"])  # it has gone


def test_upload_does_not_wait_for_those_of_others(client, address, monkeypatch):
    release = threading.Event()
    read = Article.from_file

    def slowly(file):
        if Path(file).stem.startswith("slow"):
            assert release.wait(60)
        return read(file)

    monkeypatch.setattr(Article, "from_file", slowly)
    (event, place, suffix, _), *_ = [each for each in events(client) if each[2] == ".txt" and not each[3]]
    answers = []

    def ask(name):
        with httpx.Client(base_url=address, timeout=60) as mine:
            data = [None] * len(event["inputs"])
            data[place] = file_data(upload(mine, f"{name}{suffix}", f"{name}: {CONTENTS[suffix]}"), f"{name}{suffix}")
            answers.append(send(mine, event, data)["success"])

    slow = [threading.Thread(target=ask, args=(f"slow{i}",), daemon=True) for i in range(5)]
    try:
        for thread in slow:
            thread.start()
        time.sleep(1)
        assert answers == []
        start = time.monotonic()
        ask("quick")
        assert answers == [True]
        assert time.monotonic() - start < 2
    finally:
        release.set()
    for thread in slow:
        thread.join(60)
    assert answers == [True] * 6


def test_every_upload_runs_beside_others(analyzer):
    blocks = build(analyzer, [evaluate_tab(analyzer)])
    taking = [f for f in blocks.fns.values() if any(kind == "upload" for _, kind in f.targets)]
    assert len(taking) >= 3
    assert {f.concurrency_limit for f in taking} == {8}


def test_uploads_are_handed_out_to_who_knows_their_whole_path_alone(client, folder):
    path = Path(upload(client, "mine.txt", MARK))
    assert client.get(f"/gradio_api/file={path}").text == MARK
    for other in (folder, path.parent, f"{path.parent}/", path.parent / "other.txt", f"{path.parent}/*"):
        assert client.get(f"/gradio_api/file={other}").status_code == 403
    assert len(path.parent.name) == 64  # keyed: it cannot be told from the content
    path.unlink()


def test_a_page_looks_like_a_page_and_is_downloaded_alone(client):
    path = Path(upload(client, "mine.html", "<script>alert(1)</script>"))
    answer = client.get(f"/gradio_api/file={path}")
    assert answer.headers["content-disposition"].startswith("attachment")
    path.unlink()


# The door itself


def test_door_lets_uploads_through(upload_folder):
    file = upload_folder / "a" / "news.txt"
    file.parent.mkdir()
    file.write_text("news")
    inner = upload_folder / "link.txt"
    inner.symlink_to(file)
    assert uploaded_file(str(file)) == uploaded_file(str(inner)) == file
    with taken(str(file)) as found:
        assert found.read_text() == "news"
    assert not file.exists()


def test_door_stays_shut_to_all_else(upload_folder, tmp_path_factory, monkeypatch):
    outside = tmp_path_factory.mktemp("outside") / "news.txt"
    outside.write_text("news")
    beside = upload_folder.with_name(upload_folder.name + "-beside")
    beside.mkdir()
    (beside / "news.txt").write_text("news")
    (upload_folder / "round").symlink_to(upload_folder / "round")
    os.mkfifo(upload_folder / "fifo.txt")
    (upload_folder / "relative.txt").write_text("news")
    monkeypatch.chdir(upload_folder)
    for path in [
        str(outside),
        str(beside / "news.txt"),
        str(upload_folder),
        str(upload_folder / "round"),
        str(upload_folder / "fifo.txt"),
        str(upload_folder / "missing.txt"),
        f"{upload_folder}/x/../../{beside.name}/news.txt",
        "relative.txt",
        "",
        ".",
        "/dev/zero",
        "/proc/self/environ",
        "a\0b",
        "\udc80",
        "x" * 100_000,
        "https://example.org/news.txt",
    ]:
        with pytest.raises(NotUploadedError, match=REFUSED), taken(path):
            pass
    assert outside.exists()


def test_uploads_that_nobody_uses_go_after_minutes(upload_folder):
    blocks = SimpleNamespace(upload_file_set=set())

    def written(name):
        file = upload_folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("news")
        return file

    old, download, left_over = written("old/news.txt"), written("kept/analysis.csv"), written("tmpabc")
    blocks.upload_file_set.add(str(old))
    uploads.delete_unused(blocks, kept=uploads.KEPT)
    assert old.exists()
    assert left_over.exists()
    time.sleep(0.3)  # a file's own time cannot be set back
    new = written("new/news.txt")
    blocks.upload_file_set.add(str(new))
    uploads.delete_unused(blocks, kept=0.2)
    assert {file for file in upload_folder.rglob("*") if file.is_file()} == {new, download}
    assert not old.parent.exists()
    assert blocks.upload_file_set == {str(new)}
    assert uploads.KEPT <= 600


def test_server_deletes_what_nobody_uses(analyzer, upload_folder, monkeypatch):
    monkeypatch.setattr("newstance.service.web.mount._TIDIED_EVERY", 0.05)
    monkeypatch.setattr(uploads, "KEPT", 0.1)
    with serving.running(server.create_app(analyzer)) as address, httpx.Client(base_url=address) as client:
        path = Path(upload(client, "mine.txt", MARK))
        deadline = time.monotonic() + 20
        while path.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not path.parent.exists()


def test_upload_folder_is_the_servers_own(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "given"))
    with private_folder() as folder:
        assert os.environ["GRADIO_TEMP_DIR"] == str(folder)
        assert folder.parent == tmp_path / "given"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "news.txt").write_text("news")
    assert not folder.exists()
    assert os.environ["GRADIO_TEMP_DIR"] == str(tmp_path / "given")
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    with private_folder():
        pass
    assert "GRADIO_TEMP_DIR" not in os.environ


def test_page_that_is_launched_by_hand_has_the_same_door(analyzer):
    assert isinstance(build(analyzer), uploads.Guarded)
