"""What a journal is told when its owner wants less than all of it."""

import msgspec
import pytest

from offhook.call.records.masking import INSIDE, TEXTS, Masking
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.keeping import Keep, Kept

OPEN = {
    # Names, ids and causes: of nobody's words.
    "CallNotAnswered.detail", "CallAnswered.direction", "LegDetached.cause", "TransferEnded.call",
    "TransferEnded.cause", "EndRequested.detail", "HumanJoined.name", "HumanSpoke.name", "AgentEntered.agent",
    "AgentEntered.call", "TranscriberLost.cause", "ReplyFailed.cause", "ToolRequested.call", "ToolRequested.name",
    "ToolReturned.call", "ToolFailed.call", "ToolLost.call", "ProviderSwitched.kind", "ProviderSwitched.provider",
    "ProviderSwitched.to", "ProviderSwitched.cause", "CollectKeys.call", "CollectKeys.reference",
    "KeysCollected.call", "Say.name", "RunTool.call", "RunTool.name", "TransferCall.call",
    "TransferCall.destination", "TransferCall.number", "TransferRequested.name",
    "TransferRequested.number", "EnterAgent.call", "EnterAgent.agent", "SendDigits.call",
    "ReportPromise.tool", "EndCall.detail", "KeysPressed.reference", "ToolCalled.call", "ToolCalled.name",
    "ToolAnswered.call", "AgentTookOver.agent", "HumanSaid.name", "PlayoutCut.ages_s",
}  # fmt: skip


def structs(kind: object) -> list[type[msgspec.Struct]]:
    """Every struct of a union."""
    return list(kind.__args__)  # type: ignore[attr-defined]


def test_every_text_there_is_has_its_kind() -> None:
    """A new event with a text is kept out of a journal without words until somebody says what the text is."""
    kinds: list[type[msgspec.Struct]] = [cmd.Ask, cmd.Say]
    kinds += [*structs(ev.AnyEvent), *structs(cmd.AnyCommand), *structs(hist.AnyEntry)]
    unknown = []
    for kind in kinds:
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            is_text = isinstance(field.type, msgspec.inspect.StrType | msgspec.inspect.VarTupleType)
            is_text = is_text or isinstance(field.type, msgspec.inspect.LiteralType)
            place = f"{kind.__name__}.{field.name}"
            if is_text and field.name not in TEXTS.get(kind, {}) and place not in OPEN:
                unknown.append(place)
    assert not unknown
    assert {kind.__name__ for kind in INSIDE} == {"StartReply", "ContinueReply", "Remember"}


def test_all_that_is_kept_is_the_same_object() -> None:
    said = ev.TranscriptFinal("my card is 4242", 0.0, 1.0)
    assert Masking(Kept()).masked(said) is said


@pytest.mark.parametrize(
    ("keep", "words", "keys", "arguments"),
    [(Keep.MASKED, "x x x x", "****", '{"card":"x","on":"x"}'), (Keep.OFF, "", "", "")],
)
def test_each_kind(keep: Keep, words: str, keys: str, arguments: str) -> None:
    masking = Masking(Kept(transcript=keep, keys=keep, tool_arguments=keep))
    said = masking.masked(cmd.Remember(3, hist.CallerSaid(2, "my card is 4242")))
    assert said == cmd.Remember(3, hist.CallerSaid(2, words))
    asked = masking.masked(cmd.StartReply(1, 2, cmd.Ask(4, caller_text="my card is 4242", keys="4242"), True))
    assert asked == cmd.StartReply(1, 2, cmd.Ask(4, caller_text=words or "x", keys=keys), True)
    ran = masking.masked(cmd.RunTool("c1", "pay", '{"card": 4242, "on": true}', "pay-0123456789abcdef-1"))
    assert ran == cmd.RunTool("c1", "pay", arguments, ""), "the key is made of the arguments"
    looked_up = masking.masked(ev.KnowledgeFound(1, "my card is 4242", ("one two", "three")))
    assert looked_up.query == words and "one" not in looked_up.passages
    assert masking.masked(ev.DigitPressed("4")).digit == ("*" if keep is Keep.MASKED else "")


def test_keys_that_a_tool_was_told_are_keys() -> None:
    masking = Masking(Kept(keys=Keep.OFF))
    masking.masked(ev.ToolRequested(1, "c1", "collect_digits", "{}"))
    masking.masked(ev.ToolRequested(1, "c2", "order_status", '{"order": "77"}'))
    assert masking.masked(cmd.Remember(1, hist.ToolAnswered("c1", hist.Outcome.DONE, "4242"))).entry.text == ""  # type: ignore[union-attr]
    other = cmd.Remember(2, hist.ToolAnswered("c2", hist.Outcome.DONE, "on its way"))
    assert masking.masked(other) == other


def test_a_handoff_keeps_no_more_than_either() -> None:
    masking = Masking(Kept(transcript=Keep.MASKED, days=30))
    masking.follow(Kept(recording=Keep.OFF, keys=Keep.MASKED, days=7))
    assert masking.kept == Kept(recording=Keep.OFF, transcript=Keep.MASKED, keys=Keep.MASKED, days=7)
