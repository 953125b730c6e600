import socket

import pytest
from listener import NAMES, Listener


@pytest.fixture
def site():
    site = Listener()
    yield site
    site.close()


@pytest.fixture
def dialed(monkeypatch):
    """Every address that is connected to; all but loopback refuse."""
    dialed, connect = [], socket.create_connection

    def create_connection(address, *arguments, **more):
        dialed.append(address)
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError(111, "Connection refused")
        return connect(address, *arguments, **more)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    return dialed


@pytest.fixture
def names(monkeypatch):
    """A resolver that knows ``NAMES``, and numbers in all notations."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *arguments, **more):
        if host not in NAMES:
            return resolve(host, port, *arguments, **more)
        return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in NAMES[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
