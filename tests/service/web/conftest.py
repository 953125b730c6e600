"""Hashes that take no time."""

import pytest

from newstance.service.web import auth


@pytest.fixture(scope="module")
def quick_hashes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_N", 2**10)
        patch.setattr(auth, "_NOBODY", auth._NOBODY.replace(str(2**15), str(2**10)))
        yield
