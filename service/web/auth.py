"""Who may use a server: a file of bearer tokens and users, which holds no secret that could be used.

A token is 256 random bits, so its SHA-256 gives nothing away. A password is hashed by scrypt with its own salt.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

import yaml
from pydantic import Field, model_validator

from newstance import configs
from newstance.configs import Settings, SettingsError
from newstance.models.errors import InputError, NewstanceError

from ..disk import whole
from ..failures import log_failure

log = logging.getLogger(__name__)

_TOKEN_PREFIX = "nst_"
_HEADER = "# Tokens and users of a newstance server, by `newstance auth`; take an entry out to end its access.\n"
# OWASP's setting of 32 MiB; a check takes about 0.2 s.
_N, _R, _P = 2**15, 8, 3
_SHORTEST_PASSWORD = 8
# Wrong passwords within so many seconds. Readers behind one proxy may have one address, so that what one of them gets
# wrong must not shut out the others; and who has many addresses must not guess on from each.
_FAILURES_KEPT = 60.0
_MOST_FOR_ACCOUNT_FROM_ADDRESS = 10
_MOST_FOR_ACCOUNT = 50
_MOST_FROM_ADDRESS = 50
_MOST_COUNTED = 30_000
_MOST_KNOWN = 1000

Name = str


class Token(Settings):
    """A bearer token.

    Attributes:
        name: Whose it is.
        sha256: The hash of the token.
        expires: The last day (UTC) on which it is taken; None for no end.
    """

    name: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    expires: date | None = None


class User(Settings):
    """Somebody who logs in by name and password.

    Attributes:
        name: The name; no colon, since HTTP ends the name there.
        scrypt: ``n:r:p:salt:hash``, salt and hash in hexadecimal.
    """

    name: str = Field(pattern="^[^:]+$")
    scrypt: str = Field(pattern=r"^\d{4,7}:\d{1,2}:\d{1,2}:[0-9a-f]{32,}:[0-9a-f]{64}$")


class Accounts(Settings):
    """What an accounts file holds."""

    tokens: tuple[Token, ...] = ()
    users: tuple[User, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Accounts:
        for entries in (self.tokens, self.users):
            names = [entry.name for entry in entries]
            if len(set(names)) < len(names):
                raise ValueError(f"a name comes twice: {', '.join(names)}")
        return self

    @classmethod
    def load(cls, file: Path) -> Accounts:
        """Read an accounts file.

        Raises:
            SettingsError: It is missing or wrong, or others may write it.
        """
        if not file.is_file():
            raise SettingsError(f"there is no accounts file {file}; make one by: newstance auth add-token NAME")
        mode = file.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise SettingsError(f"others may write {file}, and so let themselves in; run: chmod 600 {file}")
        if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
            log.warning("others may read %s; it holds hashes alone, but run: chmod 600 %s", file, file)
        return configs.load("accounts", file, cls)

    def save(self, file: Path) -> None:
        """Write the file, readable by its owner alone; who owned it before still does. It is whole at every moment.

        Raises:
            InputError: It cannot be written, or not for its owner.
        """
        content = _HEADER + yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False)
        with whole(file) as unfinished:  # in a folder that nobody else can enter
            unfinished.write_text(content, encoding="utf-8")
            unfinished.chmod(0o600)
            if os.name == "posix" and file.exists():
                before = file.stat()
                os.chown(unfinished, before.st_uid, before.st_gid)

    def owner_of(self, token: str, today: date) -> Name | None:
        """Whose a token is; None if it is nobody's, or has expired."""
        found, digest = None, _digest(token)
        for entry in self.tokens:  # all of them: the time taken must not tell which one was near
            if hmac.compare_digest(entry.sha256, digest) and (entry.expires is None or today <= entry.expires):
                found = entry.name
        return found

    def is_password(self, name: str, password: str) -> bool:
        """Whether this is the user's password; takes as long where there is no such user."""
        hashed = next((user.scrypt for user in self.users if user.name == name), _NOBODY)
        n, r, p, salt, expected = hashed.split(":")
        is_right = hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p)), expected)
        return is_right and hashed is not _NOBODY


def add_token(file: Path, name: str, expires: date | None = None) -> str:
    """Add a token to an accounts file, which is made if there is none.

    Returns:
        The token; it cannot be had again.

    Raises:
        InputError: The name is taken, or the day has passed.
        SettingsError: The file is wrong.
    """
    if expires is not None and expires < _today():
        raise InputError(f"{expires} has passed; give a day to come")
    accounts = _accounts(file, name, lambda found: found.tokens)
    token = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    new = Token(name=name, sha256=_digest(token), expires=expires)
    Accounts(tokens=(*accounts.tokens, new), users=accounts.users).save(file)
    return token


def add_user(file: Path, name: str, password: str) -> None:
    """Add a user to an accounts file, which is made if there is none.

    Raises:
        InputError: The name is taken or holds a colon, or the password is short.
        SettingsError: The file is wrong.
    """
    if ":" in name:
        raise InputError(f"the name {name!r} holds a colon, where HTTP ends a name; choose another")
    if len(password) < _SHORTEST_PASSWORD:
        raise InputError(f"the password is too short; give at least {_SHORTEST_PASSWORD} characters")
    accounts = _accounts(file, name, lambda found: found.users)
    salt = secrets.token_bytes(16)
    new = User(name=name, scrypt=f"{_N}:{_R}:{_P}:{salt.hex()}:{_scrypt(password, salt, _N, _R, _P)}")
    Accounts(tokens=accounts.tokens, users=(*accounts.users, new)).save(file)


def _accounts(file: Path, name: str, entries: Callable[[Accounts], tuple[Token, ...] | tuple[User, ...]]) -> Accounts:
    """The file's accounts, once it is sure that the name can be added."""
    if not re.fullmatch(r"[^\s\x00-\x1f](.{0,98}[^\s\x00-\x1f])?", name):
        raise InputError(f"{name[:40]!r} is no name; give 1 to 100 characters without blanks at the ends")
    accounts = Accounts.load(file) if file.exists() else Accounts()
    if name in [entry.name for entry in entries(accounts)]:
        raise InputError(f"{file} has an entry named {name!r}; choose another name, or take that entry out first")
    return accounts


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> str:
    needed = 130 * n * r  # bytes; OpenSSL's own bound is too low for these settings
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=needed).hex()


# Checked against where there is no such user, so that the time taken does not tell who has an account.
_NOBODY = f"{_N}:{_R}:{_P}:{'0' * 32}:{'0' * 64}"


def _today() -> date:
    return datetime.now(UTC).date()


class RefusedError(NewstanceError):
    """Somebody is not let in.

    Attributes:
        retry_after: Seconds until another password is looked at; 0 if that is not the reason.
    """

    def __init__(self, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Door:
    """Lets in who is in an accounts file. A changed file counts from the next request on.

    Args:
        file: The accounts file.

    Raises:
        SettingsError: The file is missing or wrong, or lets nobody in.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._accounts = Accounts.load(file)
        if not self._accounts.tokens and not self._accounts.users:
            raise SettingsError(f"{file} lets nobody in; add somebody by: newstance auth add-token NAME")
        self._seen = _version(file)
        self._secret = secrets.token_bytes(32)
        # scrypt is slow on purpose, and a browser sends the password with each of a page's many requests.
        self._known: dict[bytes, Name] = {}
        self._failures: OrderedDict[_Counted, deque[float]] = OrderedDict()  # by the time of the last one
        self._checking = asyncio.Lock()

    async def admit(self, authorization: str | None, address: str) -> Name:
        """Who is at the door.

        Args:
            authorization: The request's Authorization header.
            address: Where the request comes from; wrong passwords are counted by it, and by the account.

        Raises:
            RefusedError: Nobody who may come in.
        """
        self._reread()
        scheme, _, credentials = (authorization or "").strip().partition(" ")
        match scheme.lower():
            case "bearer":
                owner = self._accounts.owner_of(credentials.strip(), _today())
                if owner is not None:
                    return owner
                raise RefusedError("this token is not known, or has expired")
            case "basic":
                name, password = _name_and_password(credentials)
                return await self._by_password(name, password, address)
            case "":
                raise RefusedError("log in, or send a token: Authorization: Bearer TOKEN")
            case _:
                raise RefusedError("only Bearer tokens and Basic logins are taken")

    async def _by_password(self, name: str, password: str, address: str) -> Name:
        key = hmac.digest(self._secret, f"{name}:{password}".encode(), "sha256")
        if key in self._known:
            return self._known[key]
        self._slow_down(name, address)
        async with self._checking:  # one at a time: wrong passwords must not take all of the processor
            if key in self._known:
                return self._known[key]
            self._slow_down(name, address)
            accounts = self._accounts
            if not await asyncio.to_thread(accounts.is_password, name, password):
                self._count_failure(name, address)
                raise RefusedError("name or password is wrong")
            if accounts is self._accounts:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[key] = name
            return name

    def _slow_down(self, name: str, address: str) -> None:
        now = monotonic()
        while self._failures and now - next(iter(self._failures.values()))[-1] > _FAILURES_KEPT:
            self._failures.popitem(last=False)
        for counted, most in _counted(name, address).items():
            failures = self._failures.get(counted, deque())
            while failures and now - failures[0] > _FAILURES_KEPT:
                failures.popleft()
            if len(failures) >= most:
                wait = int(_FAILURES_KEPT - (now - failures[0])) + 1
                raise RefusedError(f"too many wrong passwords; try again in {wait} s", wait)

    def _count_failure(self, name: str, address: str) -> None:
        for counted in _counted(name, address):
            failures = self._failures.pop(counted, deque())
            while len(self._failures) >= _MOST_COUNTED:
                self._failures.popitem(last=False)
            self._failures[counted] = failures
            failures.append(monotonic())

    def _reread(self) -> None:
        seen = _version(self._file)
        if seen == self._seen:
            return
        self._seen = seen
        # Who was to lose access must not keep it because of a slip in the file.
        self._accounts = Accounts()
        self._known.clear()
        try:
            self._accounts = Accounts.load(self._file)
        except SettingsError as error:
            log.error("nobody is let in until the accounts file is mended: %s", error)
        except Exception as error:
            log_failure("nobody is let in until the accounts file is mended", error)


# An account (hashed: whoever asks may give a name of any length), an address, or one from the other.
_Counted = tuple[str | None, str | None]


def _counted(name: str, address: str) -> dict[_Counted, int]:
    """What a wrong password is counted for, and how many of them are taken."""
    account = _digest(name)
    return {
        (account, address): _MOST_FOR_ACCOUNT_FROM_ADDRESS,
        (account, None): _MOST_FOR_ACCOUNT,
        (None, address): _MOST_FROM_ADDRESS,
    }


def _version(file: Path) -> tuple[int, int, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    # Who may write the file counts as much as what is in it.
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode, found.st_uid


def _name_and_password(credentials: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise RefusedError("the Basic login cannot be read: it is base64 of NAME:PASSWORD in UTF-8")
    return name, password
