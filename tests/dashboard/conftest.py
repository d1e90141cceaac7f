"""One browser for all pages of a worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.dashboard_world import FAKE_MICROPHONE, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(*FAKE_MICROPHONE) as opened:
        yield opened
