"""A server, one that is held up, and hashes that take no time."""

import httpx
import pytest
from asked_server import Held

from newstance.service.web import auth


@pytest.fixture(scope="module")
def quick_hashes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_N", 2**10)
        patch.setattr(auth, "_NOBODY", auth._NOBODY.replace(str(2**15), str(2**10)))
        yield


@pytest.fixture(scope="module")
def address(analyzer):
    server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
    import serving

    with serving.running(server.create_app(analyzer, server.ServerSettings(body_bytes=1_000_000))) as address:
        yield address


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def held(analyzer):
    return Held.like(analyzer)
