"""What English voices are given to say, row by row."""

import pytest

from offhook.speech.spoken.prepare import Preparer
from tests.unit.spoken.tables import rows

ROWS = rows("english.tsv", "US")


@pytest.mark.parametrize(("written", "spoken", "region"), ROWS)
def test_english_is_said_as_people_say_it(written: str, spoken: str, region: str) -> None:
    entries = Preparer(f"en-{region}", {}).prepare(written).entries
    assert " ".join(entry.plain for entry in entries if entry.plain) == spoken


def test_there_are_enough_rows() -> None:
    assert len(ROWS) >= 300
