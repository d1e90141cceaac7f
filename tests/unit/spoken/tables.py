"""The tables of what is written and what is said: a line a row, tabs between, `#` in front of a heading."""

from pathlib import Path


def rows(name: str, region: str) -> list[tuple[str, str, str]]:
    """Written, spoken, region of each row; `region` where the row names none."""
    found = []
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
        written, tab, behind = line.partition("\t")
        if tab and written != "# written":
            spoken, _, own = behind.partition("\t")
            found.append((written, spoken, own or region))
    return found
