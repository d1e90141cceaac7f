"""A conversation that looks at itself after every event: what must hold in every call."""

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.conversation import Conversation
from offhook.core.reply import ReplyState
from offhook.core.state import Phase
from offhook.core.timers import LONG

_LONG = {timer.name.lower() for timer in LONG}


class CheckedConversation(Conversation):
    """Raises `AssertionError` when an invariant breaks, which ends the call with `offhook.error`."""

    _entries = 0
    _asked = 0
    """The reply that was started last."""

    def receive(self, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        """As the core does it, and then look."""
        commands = super().receive(event, at)
        for command in commands:
            match command:
                case cmd.Remember(index=index):
                    assert index == self._entries, "the history has no gap"
                    self._entries += 1
                case cmd.StartReply(reply=number, content=content):
                    assert number > self._asked, "a reply's number is its own"
                    self._asked = number
                    if isinstance(content, cmd.Ask):
                        assert content.since <= content.until <= self._entries, "no more is asked than is remembered"
                case _:
                    pass
        if self.phase is Phase.ENDED:
            assert self.wakeup_at is None and self.ended is not None, "a closed call has no timer, and a reason"
        reply = self.reply
        if reply is not None:
            assert reply.state is not ReplyState.OVER
            assert reply.state is not ReplyState.HELD or not reply.is_audible, "a speculation is never heard"
        if self.phase is Phase.OPEN:
            self._check_waits(at)
        return commands

    def _check_waits(self, at: float) -> None:
        """No dead air and no stuck floor: somebody sounds, or something short is waited for."""
        reply, short = self.reply, {str(name).lower() for name in self.timers} - _LONG
        agent_sounds = reply is not None and reply.state in (ReplyState.SPEAKING, ReplyState.DUCKED)
        makes_audio = reply is not None and reply.is_ready and reply.state is not ReplyState.HELD
        assert short or agent_sounds or makes_audio, f"dead air at {at}: nothing short is waited for"
        assert self.wakeup_at is not None
