"""Fixtures of several files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from offhook.call.records.files import FileRecords
from tests.disks import TroubledDisk


@pytest.fixture
def disk() -> Iterator[TroubledDisk]:
    found = TroubledDisk()
    yield found
    found.go_on()


@pytest.fixture
def records(tmp_path: Path, disk: TroubledDisk) -> Iterator[FileRecords]:
    found = FileRecords(tmp_path, disk)
    yield found
    disk.go_on()
    found.stop()
