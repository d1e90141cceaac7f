"""Barge-in: what to do while the caller sounds over the agent. Three steps, and nothing is lost before the third."""

from enum import Enum

from offhook.core.behaviour import Behaviour, Script
from offhook.core.words import is_backchannel


class Step(Enum):
    """The next step of a barge-in."""

    WAIT = "wait"
    DUCK = "duck"
    HUSH = "hush"
    TAKE = "take"
    """The caller has the floor."""
    RESUME = "resume"
    """It was a backchannel, a cough, a noise: the agent goes on."""


def step_for_voice(behaviour: Behaviour, voice_s: float) -> Step:
    """The step that so much of the caller's voice asks for."""
    if voice_s >= behaviour.takeover_voice_s:
        return Step.TAKE
    if voice_s >= behaviour.hush_voice_s:
        return Step.HUSH
    return Step.DUCK if voice_s >= behaviour.duck_voice_s else Step.WAIT


def step_for_words(script: Script, text: str, *, is_all: bool) -> Step:
    """The step that the words ask for; `is_all` when the spurt is over and its transcript final."""
    if not is_backchannel(text, script):
        return Step.TAKE
    return Step.RESUME if is_all else Step.WAIT
