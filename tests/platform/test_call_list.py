"""Lists of calls as files, and the words that a search shows."""

from types import SimpleNamespace

from offhook.platform import call_list


def row(**changes: object) -> SimpleNamespace:
    known = {
        "id": "call_1", "agent_id": None, "agent_version": None, "kind": "phone", "direction": "inbound",
        "status": "ended", "from_number": "+15005550006", "to_number": "", "created_at": 0, "answered_at": None,
        "ended_at": None, "duration_ms": 76_340, "end_reason": None, "turns": 2, "gap_p50_ms": 0, "gap_p95_ms": None,
        "cost_nano": 13_200_000, "variables": {"name": "Ada"}, "metadata": {}, "warnings": ["tool.failed"],
        "is_sample": False,
    }  # fmt: skip
    return SimpleNamespace(**(known | changes))


def test_a_line_of_the_table_is_exact_and_harmless() -> None:
    line = call_list.table([row()]).decode()
    assert line == (
        "call_1,1970-01-01T00:00:00.000Z,,,ended,phone,inbound,+15005550006,,,,76.3,,2,0,,0.0132,USD,tool.failed,,"
        '"{""name"":""Ada""}",\r\n'
    )
    assert "'＝1+1" in call_list.table([row(from_number="＝1+1")]).decode()
    assert "'=HYPERLINK(1)" in call_list.table([row(from_number="=HYPERLINK(1)")]).decode()
    assert "'+1+2" in call_list.table([row(from_number="+1+2")]).decode()


def test_the_head_names_each_column() -> None:
    columns = call_list.head().decode("utf-8-sig").strip().split(",")
    assert len(columns) == len(call_list.table([row(variables={})]).decode().strip("\r\n").split(","))
