"""Keys pressed towards the other side, as tones in place of the agent's voice."""

import asyncio
from typing import Final

from offhook import clock
from offhook.audio.dtmf import dtmf
from offhook.call.pacer import Pacer
from offhook.core.formats import FRAME_S

QUIET_S: Final = 0.4
"""A sentence that was written before the keys has begun to sound by then."""
LONGEST_WAIT_S: Final = 15.0
"""For what the agent is saying; then the tones come over it."""


async def send_digits(digits: str, pacer: Pacer) -> None:
    """Send their tones, frame by frame as a person's audio would come. Raises `ValueError`: these are no keys."""
    audio = pacer.audio_format
    tones = dtmf(digits, audio)
    # What the agent was saying is said to its end: tones in the middle of a word are neither.
    until = clock.now() + LONGEST_WAIT_S
    wait_s = max(pacer.drain_s(), QUIET_S)
    while wait_s and clock.now() < until:
        await asyncio.sleep(wait_s)
        wait_s = pacer.drain_s()
    source, loop, began_at = pacer.source(), asyncio.get_running_loop(), clock.now()
    try:
        for count, at in enumerate(range(0, len(tones), audio.frame_bytes), start=1):
            source.hear(tones[at : at + audio.frame_bytes])
            due = loop.create_future()
            loop.call_at(began_at + count * FRAME_S, due.set_result, None)
            await due
    finally:
        source.close()
