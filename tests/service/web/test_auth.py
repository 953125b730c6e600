"""Who is let in: the accounts file, and its commands."""

import asyncio
import base64
import errno
import getpass
import io
import json
import os
import stat
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from accounts import PASSWORD, basic, bearer, today

from newstance.configs import SettingsError
from newstance.models.errors import InputError
from newstance.service.cli import main
from newstance.service.web import auth
from newstance.service.web.auth import Accounts, Door, RefusedError, add_token, add_user

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "accounts.yaml"


# The accounts file


def test_file_holds_no_secret_and_is_its_owners_alone(file):
    token = add_token(file, "ci")
    add_user(file, "Anna", PASSWORD)
    content = file.read_text()
    assert token not in content
    assert token.removeprefix("nst_") not in content
    assert PASSWORD not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, today()) == "ci"
    assert accounts.is_password("Anna", PASSWORD)
    assert not accounts.is_password("Anna", PASSWORD + " ")
    assert not accounts.is_password("Bert", PASSWORD)


def test_nothing_is_left_of_a_file_that_cannot_be_replaced(file, monkeypatch):
    add_token(file, "ci")
    before = file.read_bytes()

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"accounts\.yaml cannot be written: No space left on device"):
        add_token(file, "new")
    assert [(path, path.read_bytes()) for path in file.parent.iterdir()] == [(file, before)]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files to others")
def test_file_stays_its_owners_if_root_adds_to_it(file):
    add_token(file, "ci")
    os.chown(file, 10001, 10002)
    add_user(file, "Anna", PASSWORD)
    found = file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (10001, 10002, 0o600)


def test_same_password_is_hashed_differently_for_each_user(file):
    add_user(file, "Anna", PASSWORD)
    add_user(file, "Bert", PASSWORD)
    anna, bert = Accounts.load(file).users
    assert anna.scrypt != bert.scrypt


def test_passwords_are_hashed_as_slowly_for_nobody_as_for_somebody(file):
    add_user(file, "Anna", PASSWORD)
    assert Accounts.load(file).users[0].scrypt.split(":")[:3] == auth._NOBODY.split(":")[:3]


def test_token_is_taken_to_the_end_of_its_last_day(file):
    day = today() + timedelta(days=3)
    token = add_token(file, "ci", day)
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, day) == "ci"
    assert accounts.owner_of(token, day + timedelta(days=1)) is None
    with pytest.raises(InputError, match="has passed"):
        add_token(file, "old", date(2020, 1, 1))


@pytest.mark.parametrize("add", [add_token, lambda file, name: add_user(file, name, PASSWORD)])
def test_name_is_taken_once(file, add):
    add(file, "ci")
    with pytest.raises(InputError, match="has an entry named 'ci'"):
        add(file, "ci")


@pytest.mark.parametrize("name", ["", " ", "a ", "\n", "a\nb", "x" * 200])
def test_names_are_plain(file, name):
    with pytest.raises(InputError, match="is no name"):
        add_token(file, name)
    assert not file.exists()


def test_users_that_http_cannot_carry_and_short_passwords(file):
    with pytest.raises(InputError, match="colon"):
        add_user(file, "a:b", PASSWORD)
    with pytest.raises(InputError, match="at least 8 characters"):
        add_user(file, "Anna", "short")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tokens: [{name: a, sha256: secret}]", r"tokens\.0\.sha256"),
        ("users: [{name: a, scrypt: secret}]", r"users\.0\.scrypt"),
        ("people: []", "people"),
        (json.dumps({"tokens": [{"name": "a", "sha256": digit * 64} for digit in "01"]}), "comes twice"),
        ("{", "no valid YAML"),
    ],
)
def test_wrong_file_is_refused_by_name(file, content, message):
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match=message):
        Accounts.load(file)


def test_file_that_others_may_write_is_refused_and_one_they_may_read_is_told(file, caplog):
    add_token(file, "ci")
    file.chmod(0o644)
    Accounts.load(file)
    assert "others may read" in caplog.text
    file.chmod(0o660)
    with pytest.raises(SettingsError, match="chmod 600"):
        Accounts.load(file)


@pytest.mark.parametrize("content", [None, "{}"])
def test_server_that_would_let_nobody_in_does_not_start(file, content):
    if content:
        file.write_text(content)
        file.chmod(0o600)
    with pytest.raises(SettingsError, match="newstance auth add-token"):
        Door(file)


# The commands


def test_commands_add_a_token_and_a_user(file, capsys, monkeypatch):
    assert main(["auth", "add-token", "ci", "--expires", str(today()), "--auth-file", str(file)]) == 0
    token = capsys.readouterr().out.strip()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\nmore\n"))
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 0
    assert PASSWORD not in "".join(capsys.readouterr())
    accounts = Accounts.load(file)
    assert accounts.owner_of(token, today()) == "ci"
    assert accounts.tokens[0].expires == today()
    assert accounts.is_password("Anna", PASSWORD)


def test_password_typed_at_a_terminal_is_asked_for_twice(file, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    answers = iter([PASSWORD, "another one"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 2
    assert "differ" in capsys.readouterr().err
    monkeypatch.setattr(getpass, "getpass", lambda prompt: PASSWORD)
    assert main(["auth", "add-user", "Anna", "--auth-file", str(file)]) == 0


def test_wrong_day_is_told(file, capsys):
    with pytest.raises(SystemExit):
        main(["auth", "add-token", "ci", "--expires", "soon", "--auth-file", str(file)])
    assert "soon is no day" in capsys.readouterr().err


# The door


@pytest.fixture
def guarded(file):
    add_token(file, "old")
    token = add_token(file, "ci")
    kept = yaml.safe_load(file.read_text())
    kept["tokens"][0]["expires"] = "2020-01-01"
    file.write_text(yaml.safe_dump(kept))
    add_user(file, "Anna", PASSWORD)
    return file, token


def admit(door, authorization, address="192.0.2.1"):
    return asyncio.run(door.admit(authorization, address))


def test_door_opens_to_tokens_and_passwords(guarded):
    file, token = guarded
    door = Door(file)
    assert admit(door, bearer(token)) == "ci"
    assert admit(door, f"bearer  {token} ") == "ci"
    assert admit(door, basic("Anna", PASSWORD)) == "Anna"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nst_x",
        "Bearer \udcff",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic " + base64.b64encode(b"Anna").decode(),
        basic("Anna", ""),
        basic("Anna", PASSWORD + "x"),
        basic("anna", PASSWORD),
        basic("", ""),
        basic("ci", PASSWORD),
        "Digest username=Anna",
        PASSWORD,
    ],
)
def test_door_stays_shut(guarded, authorization):
    with pytest.raises(RefusedError):
        admit(Door(guarded[0]), authorization)


def test_hashes_in_the_file_open_nothing(guarded):
    file, _ = guarded
    accounts, door = Accounts.load(file), Door(file)
    for secret in (accounts.tokens[1].sha256, accounts.users[0].scrypt):
        with pytest.raises(RefusedError):
            admit(door, bearer(secret))
        with pytest.raises(RefusedError):
            admit(door, basic("Anna", secret))


def test_password_is_hashed_once(guarded, monkeypatch):
    door, asked = Door(guarded[0]), []
    check = Accounts.is_password
    monkeypatch.setattr(Accounts, "is_password", lambda *given: asked.append(1) or check(*given))

    async def many():
        await asyncio.gather(*[door.admit(basic("Anna", PASSWORD), "192.0.2.1") for _ in range(20)])

    asyncio.run(many())
    assert len(asked) == 1


def test_guessing_is_slowed_down_by_address_and_shuts_out_nobody_who_is_in(guarded, monkeypatch):
    file, token = guarded
    monkeypatch.setattr(Accounts, "is_password", lambda self, name, password: password == PASSWORD)
    now = [1000.0]
    monkeypatch.setattr(auth, "monotonic", lambda: now[0])
    add_user(file, "Bert", PASSWORD)
    door = Door(file)
    admit(door, basic("Anna", PASSWORD))
    for i in range(10):
        with pytest.raises(RefusedError, match="wrong"):
            admit(door, basic("Bert", f"guess {i}"))
    with pytest.raises(RefusedError, match="too many wrong passwords") as found:
        admit(door, basic("Bert", PASSWORD))
    assert 0 < found.value.retry_after <= 61
    assert admit(door, basic("Anna", PASSWORD)) == "Anna"
    assert admit(door, bearer(token)) == "ci"
    assert admit(door, basic("Bert", PASSWORD), "192.0.2.2") == "Bert"
    now[0] += 61
    assert admit(door, basic("Bert", PASSWORD)) == "Bert"


@pytest.fixture
def quick(guarded, monkeypatch):
    """A door that looks at passwords without hashing them."""
    monkeypatch.setattr(Accounts, "is_password", lambda self, name, password: password == PASSWORD)
    return Door(guarded[0])


def wrong(door, name, times, address="192.0.2.1"):
    for i in range(times):
        with pytest.raises(RefusedError, match="wrong"):
            admit(door, basic(name, f"guess {i}"), address)


def test_wrong_passwords_for_one_account_shut_out_nobody_else_behind_the_same_proxy(quick):
    wrong(quick, "Bert", 10)
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Bert", PASSWORD))
    assert admit(quick, basic("Anna", PASSWORD)) == "Anna"


def test_account_is_not_guessed_from_many_addresses(quick):
    for i in range(5):
        wrong(quick, "Anna", 10, f"192.0.2.{i}")
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Anna", PASSWORD), "192.0.2.99")
    assert admit(quick, basic("Bert", PASSWORD), "192.0.2.99") == "Bert"


def test_address_does_not_guess_at_many_accounts(quick):
    for i in range(50):
        wrong(quick, f"name {i}", 1)
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic("Anna", PASSWORD))
    assert admit(quick, basic("Anna", PASSWORD), "192.0.2.2") == "Anna"


def test_counted_failures_are_bounded(quick, monkeypatch):
    monkeypatch.setattr(auth, "_MOST_COUNTED", 30)
    for i in range(40):
        wrong(quick, f"name {i}", 1, f"192.0.2.{i}")
    assert len(quick._failures) == 30
    assert auth._counted("name 39", "192.0.2.39").keys() <= quick._failures.keys()


def test_counted_failures_are_forgotten_whoever_asks_next(quick, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(auth, "monotonic", lambda: now[0])
    for i in range(40):
        wrong(quick, f"name {i}", 1, f"192.0.2.{i}")
    now[0] += 61
    wrong(quick, "Bert", 1)
    assert quick._failures.keys() == auth._counted("Bert", "192.0.2.1").keys()


def test_long_names_are_counted_and_not_kept(quick):
    name = "x" * 45_000
    wrong(quick, name, 10)
    assert len(repr(quick._failures)) < 2000
    with pytest.raises(RefusedError, match="too many wrong passwords"):
        admit(quick, basic(name, PASSWORD))


def test_changed_file_counts_at_once(guarded, caplog):
    file, token = guarded
    door = Door(file)
    admit(door, bearer(token))
    admit(door, basic("Anna", PASSWORD))
    new = add_token(file, "new")
    assert admit(door, bearer(new)) == "new"
    kept = yaml.safe_load(file.read_text())
    kept["users"], kept["tokens"] = [], kept["tokens"][2:]
    file.write_text(yaml.safe_dump(kept))
    assert admit(door, bearer(new)) == "new"
    for lost in (bearer(token), basic("Anna", PASSWORD)):
        with pytest.raises(RefusedError):
            admit(door, lost)
    file.write_text("tokens: [")
    with pytest.raises(RefusedError):
        admit(door, bearer(new))
    assert "nobody is let in until the accounts file is mended" in caplog.text


@pytest.mark.parametrize(
    "slip",
    [b"tokens: [{name: a, sha256: b, expires: 2026-02-30}]", b"# M\xfcller", b"tokens: " + b"[" * 3000, b"a: !!bool b"],
)
def test_slip_in_the_file_lets_nobody_in(guarded, caplog, slip):
    file, token = guarded
    door, content = Door(file), file.read_bytes()
    admit(door, basic("Anna", PASSWORD))
    file.write_bytes(slip)
    for _ in range(2):
        for shut_out in (bearer(token), basic("Anna", PASSWORD)):
            with pytest.raises(RefusedError):
                admit(door, shut_out)
    assert "nobody is let in until the accounts file is mended" in caplog.text
    file.write_bytes(content)
    assert admit(door, bearer(token)) == "ci"


def test_file_that_may_not_be_read_from_now_on_lets_nobody_in(guarded, caplog, monkeypatch):
    def is_file(_):
        raise PermissionError

    file, token = guarded
    door = Door(file)
    assert admit(door, bearer(token)) == "ci"
    file.touch()
    monkeypatch.setattr(type(file), "is_file", is_file)  # root may read whatever the mode
    for _ in range(2):
        with pytest.raises(RefusedError):
            admit(door, bearer(token))
    assert "nobody is let in until the accounts file is mended" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_file_that_others_may_write_from_now_on_lets_nobody_in(guarded, caplog):
    file, token = guarded
    door = Door(file)
    assert admit(door, bearer(token)) == "ci"
    file.chmod(0o666)
    with pytest.raises(RefusedError):
        admit(door, bearer(token))
    assert f"nobody is let in until the accounts file is mended: others may write {file}" in caplog.text
    assert f"chmod 600 {file}" in caplog.text
    file.chmod(0o640)
    assert admit(door, bearer(token)) == "ci"
    assert f"others may read {file}" in caplog.text
    file.chmod(0o600)
    assert admit(door, bearer(token)) == "ci"
