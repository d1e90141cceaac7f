"""One browser for all pages of a worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.dashboard_world import FAKE_MICROPHONE, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(*FAKE_MICROPHONE) as opened:
        yield opened


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file share a server, and some go on where the one before left off: one worker for all of them."""
    for item in items:
        if item.path.parent.name == "dashboard":
            item.add_marker(pytest.mark.xdist_group(item.path.name))
