"""Fixtures of whole calls."""

import pytest

from tests.simulation.services import Service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service().serve(monkeypatch)
