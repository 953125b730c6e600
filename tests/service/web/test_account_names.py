"""Who has logged in is told to those who answer."""

import asyncio
import base64

from newstance.service.web.auth import Door, add_user
from newstance.service.web.front import Authenticated


def test_the_account_is_in_the_state_of_the_request(tmp_path):
    add_user(tmp_path / "accounts.yaml", "ann", "a password that is long")
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["state"])

    async def ask():
        header = b"Basic " + base64.b64encode(b"ann:a password that is long")
        scope = {"type": "http", "path": "/", "headers": [(b"authorization", header)], "state": {"other": 1}}
        await Authenticated(app, Door(tmp_path / "accounts.yaml"), ())(scope, None, None)
        assert scope["state"] == {"other": 1}

    asyncio.run(ask())
    assert seen == [{"other": 1, "account": "ann"}]
