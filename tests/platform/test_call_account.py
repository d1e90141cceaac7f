"""What a journal tells of a call: warnings, tools, costs, ends; and the pieces that a record is made with."""

from pathlib import Path

import pytest

from offhook.api.sound_answer import span_of
from offhook.call.journal import Closed, Gap, Header, Line
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.ids import new_id
from offhook.platform.call_account import Account, Told
from offhook.platform.call_turns import percentile
from offhook.platform.call_warnings import CODES, told
from offhook.platform.journal_tail import HEADER_KIND, LOST_KIND, JournalTail, parsed
from offhook.platform.price_book import PriceBook
from offhook.platform.problems import RangeUnsatisfiable
from offhook.store.search import place_of, words_of

What = ev.Event | cmd.Command | Closed
PROVIDERS = {"stt": ["deepgram nova-3"], "llm": ["openai gpt-6-luna"], "tts": ["deepgram aura-2-thalia-en", "local"]}
NOW = 1_800_000_000_000


def account_of(*lines: tuple[float, What] | Gap, over: tuple[EndReason, float] | None = None) -> Told:
    header = Header(
        call="call_1", agent="hotel", started="2026-11-28T10:00:00+00:00", behaviour=Behaviour(), script=Script(),
        from_number="+15005550006", to_number="+15005550001", providers=PROVIDERS,
    )  # fmt: skip
    account = Account(header)
    for line in lines:
        account.add(line if isinstance(line, Gap) else Line(line[0], line[1]))
    return account.told(PriceBook(), NOW, "", over)


BEGIN: tuple[tuple[float, What], ...] = ((0.0, ev.LegAttached(1, 0.0)), (0.0, ev.CallAnswered()))
SPOKEN: tuple[tuple[float, What], ...] = (
    (0.1, cmd.StartReply(1, 0, cmd.Ask(0), held=False)),
    (0.2, ev.SegmentReady(1, 0, "Good day.")),
    (0.3, ev.SegmentStarted(1, 0, 0.3)),
    (0.9, ev.ReplyGenerated(1, "Good day.", 1, tokens_in=1_000, tokens_out=100)),
    (1.5, ev.ReplyHeard(1, "Good day.")),
    (1.5, cmd.Remember(0, hist.AgentSaid(0, "Good day.", "Good day."))),
)
END: tuple[tuple[float, What], ...] = ((60.0, cmd.EndCall(EndReason.CALLER_HUNG_UP)), (60.0, Closed()))


def test_a_call_without_trouble_has_no_warning_and_its_costs_are_counted() -> None:
    told = account_of(*BEGIN, *SPOKEN, *END)
    assert told.warnings == [] and told.end_reason is EndReason.CALLER_HUNG_UP and told.ended_s == 60.0
    costs = {(line["component"], line["unit"]): (line["quantity"], line["nano"]) for line in told.detail["costs"]}
    assert costs == {
        ("stt", "second"): (60, 60 * 80_000), ("llm", "token_in"): (1_000, 100_000),
        ("llm", "token_out"): (100, 50_000),
        ("tts", "character"): (9, 270_000),
    }  # fmt: skip
    assert told.cost_nano == sum(nano for _, nano in costs.values())
    assert told.detail["agent_heard_s"] == 1.2 and told.said == "Good day."


def test_a_caller_who_heard_nothing_is_a_warning() -> None:
    assert account_of(*BEGIN, *END).warnings == ["caller.heard_nothing"]
    assert account_of(*END).warnings == [], "a call that was never answered"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (ev.ProviderSwitched("tts", "deepgram aura-2-thalia-en", "local", "503", reply=2), "tts.fell_back"),
        (ev.ProviderSwitched("stt", "deepgram nova-3", "local", "lost"), "stt.fell_back"),
        (ev.TranscriberLost("1011"), "stt.lost"),
        (ev.TranscriberLagging(2.0), "stt.lagging"),
        (ev.ReplyFailed(2, ev.Stage.VOICE, "no sound"), "reply.failed"),
        (ev.LegDetached(1, ev.Detachment.LOST, "1006"), "leg.lost"),
        (cmd.ReportPromise(1, "book_table", "I have booked it."), "promise.without_tool"),
        (cmd.Remember(1, hist.ToolAnswered("t1", hist.Outcome.UNKNOWN, "?")), "tool.outcome_unknown"),
        (Gap(5, 3, "they could not be written in time"), "record.lines_lost"),
    ],
)
def test_what_went_wrong_is_told_once_with_what_to_do(what: What | Gap, code: str) -> None:
    line: tuple[float, What] | Gap = what if isinstance(what, Gap) else (2.0, what)
    found = account_of(*BEGIN, *SPOKEN, line, line, *END)
    assert found.warnings == [code]
    (warning,) = found.detail["warnings"]
    assert warning["says"] and warning["what_to_do"] and warning["times"] == (6 if isinstance(what, Gap) else 2)
    assert isinstance(what, cmd.Remember | ev.TranscriberLagging) or found.detail["events"]


def test_a_provider_that_is_asked_once_more_has_not_fallen_back() -> None:
    again = ev.ProviderSwitched("llm", "openai gpt-6-luna", "openai gpt-6-luna", "timeout")
    assert account_of(*BEGIN, *SPOKEN, (2.0, again), *END).warnings == []


def test_what_the_stand_by_did_is_counted_as_its_work() -> None:
    switched = ev.ProviderSwitched("stt", "deepgram nova-3", "local", "lost")
    told = account_of(*BEGIN, *SPOKEN, (20.0, switched), *END)
    seconds = {line["item"]: line["quantity"] for line in told.detail["costs"] if line["component"] == "stt"}
    assert seconds == {"deepgram nova-3": 20, "local": 40}


def test_a_journal_without_an_end_is_ended_by_what_is_known_beside_it() -> None:
    lives = account_of(*BEGIN, *SPOKEN)
    assert lives.end_reason is None and "record.unfinished" not in lives.warnings
    died = account_of(*BEGIN, *SPOKEN, over=(EndReason.OFFHOOK_DIED, 0.0))
    assert died.end_reason is EndReason.OFFHOOK_DIED and died.ended_s == 1.5
    assert died.warnings == ["record.unfinished"] and died.detail["states"][-1]["status"] == "ended"
    known = account_of(*BEGIN, *SPOKEN, *END, over=(EndReason.OFFHOOK_DIED, 70.0))
    assert known.end_reason is EndReason.CALLER_HUNG_UP, "what the journal says counts"


def test_tools_and_keys_and_a_transfer_stand_in_the_record() -> None:
    told = account_of(
        *BEGIN, *SPOKEN,
        (3.0, cmd.Remember(1, hist.ToolCalled("t1", "book", '{"day": "friday"}', 2))),
        (3.4, cmd.Remember(2, hist.ToolAnswered("t1", hist.Outcome.DONE, "booked"))),
        (4.0, cmd.Remember(3, hist.KeysPressed(1, "***"))),
        (5.0, cmd.TransferCall("t2", "reception", "+15005550002", 20.0)),
        (9.0, ev.TransferEnded("t2", ev.TransferEnding.NO_ANSWER)), *END,
    )  # fmt: skip
    (tool,) = told.detail["tools"]
    assert (tool["outcome"], tool["answer"], tool["took_ms"]) == ("done", "booked", 400)
    assert told.detail["keys"] == [{"at_s": 4.0, "turn": 1, "keys": "***"}]
    assert [state["status"] for state in told.detail["states"]] == [
        "in_progress",
        "transferring",
        "in_progress",
        "ended",
    ]
    assert told.detail["participants"][-1]["name"] == "reception"


def test_every_warning_says_what_and_what_to_do() -> None:
    assert all(told(code)["says"].endswith(".") and told(code)["what_to_do"].endswith(".") for code in CODES)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.95, 4), (0.0, 1), (1.0, 4)])
def test_percentiles_are_values_that_were_there(share: float, expected: int) -> None:
    assert percentile([4, 1, 3, 2], share) == expected and percentile([], share) is None


def test_a_tail_gives_whole_lines_once_and_the_same_again_until_they_are_taken(tmp_path: Path) -> None:
    file, tail = tmp_path / "journal.jsonl", JournalTail()
    assert tail.read(file, 10) == []
    lines = [b'{"journal":2,"call":"x"}', b'{"n":1,"at":0.500000,"event":"CallAnswered"}', b'{"n":2,"lost":3}']
    file.write_bytes(b"\n".join(lines) + b'\n{"n":5,"at":1.0,"event":"Time')
    first = tail.read(file, 10)
    assert [line.body for line in first] == lines and tail.read(file, 10) == first
    assert [line.kind for line in first] == [HEADER_KIND, "CallAnswered", LOST_KIND]
    assert [line.at_s for line in first] == [0.0, 0.5, 0.5]
    tail.advance()
    assert tail.read(file, 10) == []
    with file.open("ab") as more:
        more.write(b'Passed"}\n{"n":6,"at":2.0,"note":"Closed"}\n')
    assert [line.sequence for line in tail.read(file, 1)] == [5]
    tail.advance()
    assert [line.sequence for line in tail.read(file, 1)] == [6]
    assert parsed(b"\x00\xff torn") is None and parsed(b"") is None and parsed(b'{"journal":2,"ca') is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("bytes=0-9", (0, 10)), ("bytes=90-", (90, 100)), ("bytes=-5", (95, 100)), ("bytes=0-999", (0, 100)),
     ("bytes=-999", (0, 100)), ("", None), ("bytes=-", None), ("bytes=5-1", None), ("bytes=0-1,5-6", None),
     ("items=0-9", None), ("bytes=a-b", None)],
)  # fmt: skip
def test_a_range_is_read_as_the_standard_says(asked: str, expected: tuple[int, int] | None) -> None:
    assert span_of(asked, 100) == expected


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=-0", "bytes=500-600"])
def test_a_range_beyond_the_file_is_refused(asked: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        span_of(asked, 100)


def test_places_are_in_the_order_of_ids_and_words_are_plain() -> None:
    ids = sorted(new_id("call") for _ in range(200))
    places = [place_of(call_id) for call_id in ids]
    assert places == sorted(places) and 0 < places[0] < 2**63 and len(set(places)) == 200
    assert place_of("call_1") == place_of("") == place_of("call_ILOU000000000") == 0
    assert words_of("Grüße, CAFÉ no. 5!") == ["grusse", "cafe", "no", "5"]
