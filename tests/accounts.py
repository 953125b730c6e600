"""Logins as HTTP carries them."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

PASSWORD = "correct horse: battery"


def today() -> date:
    return datetime.now(UTC).date()


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
