"""THE LIFE OF A CALL, from the answer to the record. Read `run_call` from top to bottom."""

import asyncio
from typing import Final

from offhook.call.journal import CUT_OFF
from offhook.call.performer import CallWires, Performer
from offhook.core.commands import EndCall
from offhook.core.conversation import Conversation
from offhook.core.endings import EndReason
from offhook.errors import OffhookError
from offhook.telephony.leg import Leg

__all__ = ["CallWires", "run_call"]


async def run_call(leg: Leg, wires: CallWires) -> EndReason:
    """Conduct one call until it is over, and close its leg; the reason it ended for.

    What happens comes into one inbox and is taken by one consumer, which is this loop: each event is recorded, the
    conversation says what to do about it, and that is recorded and done. Whatever a peer of the call raises has become
    an event before it comes here; what is raised here is a fault of Offhook itself. Then the caller hears an apology.
    """
    performer = Performer(wires, leg.format)
    script = wires.agent.script_on(wires.handle.facts.to_number)
    inbox, conversation = performer.inbox, Conversation(wires.agent.behaviour, script)
    reason: EndReason = EndReason.OFFHOOK_ERROR
    try:
        with performer.boundaries.around(_ITSELF):
            performer.begin(leg)
            while conversation.ended is None:
                event, at = await inbox.take(conversation.wakeup_at)
                performer.keep(event, at)
                performer.take(event, at)
                for command in conversation.receive(event, at):
                    performer.keep(command, at)
                    performer.perform(command)
            reason = conversation.ended
    except OffhookError as fault:
        await performer.apologise(fault)
    except asyncio.CancelledError:
        reason = EndReason.OFFHOOK_DRAINED
        performer.keep(EndCall(reason, CUT_OFF), inbox.now())
        raise
    finally:
        # The line falls silent here: nobody waits in it for a tool that goes on.
        performer.finish(reason)
        await performer.tasks.stop()
    return reason


_ITSELF: Final = "the call itself"
