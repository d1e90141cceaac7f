"""A conversation that looks at itself after every event: what must hold in every call."""

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.conversation import Conversation
from offhook.core.state import Floor, Known, Phase, ReplyState
from offhook.core.timers import Timer

_LONG = {Timer.MAX_CALL.name.lower(), Timer.WARNING.name.lower()}


class CheckedConversation(Conversation):
    """Raises `AssertionError` when an invariant breaks, which ends the call with `offhook.error`."""

    def receive(self, event: ev.Event, at: float) -> list[cmd.Command]:
        """As the core does it, and then look."""
        started = self.state.counts.replies
        commands = super().receive(event, at)
        state, reply = self.state, self.state.reply
        if state.phase is Phase.ENDED:
            assert self.wakeup_at is None, "a closed call has no timer"
            return commands
        assert state.counts.replies - started == sum(isinstance(c, cmd.StartReply) for c in commands)
        if reply is not None:
            assert reply.state is not ReplyState.OVER
            if reply.state is not ReplyState.HELD:
                assert state.floor is Floor.AGENT, "the agent speaks only with the floor"
            else:
                assert not reply.is_audible, "a speculation is never heard"
                assert all(run not in state.tools for run in reply.tools.runs), "a speculation has no effect"
        if state.phase is Phase.OPEN:
            self._check_waits(at)
        return commands

    def _check_waits(self, at: float) -> None:
        """No dead air and no stuck floor: somebody sounds, or something short is waited for."""
        state, reply = self.state, self.state.reply
        short = set(state.timers.names()) - _LONG
        agent_sounds = reply is not None and reply.state in (ReplyState.SPEAKING, ReplyState.DUCKED)
        makes_audio = reply is not None and Known.READY in reply.known and reply.state is not ReplyState.HELD
        assert short or agent_sounds or makes_audio, f"dead air at {at}: nothing short is waited for"
        assert self.wakeup_at is not None
