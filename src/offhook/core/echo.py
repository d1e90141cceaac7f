"""The agent's own voice, come back by a loudspeaker or a bad line: it is nobody's turn.

An echo comes a moment after the word itself. So only words that the agent was saying where the caller's sound lies, or
just before, can be its own; a caller's "yes" to "please say yes to confirm" comes too late for that.

Three words and more are known again there whatever the line. One or two are the agent's own when it has fallen silent
over them; on a line that has given back words twice, they are so also when it went on.
"""

from typing import Final

from offhook.core.again import is_echo
from offhook.core.listening import Spurt
from offhook.core.reply import Reply, ReplyState
from offhook.core.sounded import stand_in
from offhook.core.speaking import Speaking
from offhook.core.state import Call
from offhook.core.words import normalize

WAY_S: Final = 0.5
"""An echo's way: what is heard of a word begins no later behind it. Carriers bring it back in 0.1 to 0.4 s."""
LONG_WAY_S: Final = 1.5
"""The same for words that are known again by their number alone."""
SLOWEST_CHARS_PER_S: Final = 8.0
"""A text is of more than one spurt when even so slowly it would not fit: then its words lie before it too."""
KNOWN_SPURTS: Final = 2
"""A caller may say two words of a question again, once."""


class Echo:
    """Knows the agent's words again, in one call."""

    def __init__(self, call: Call, speaking: Speaking) -> None:
        self._call, self._speaking = call, speaking
        self._spurts: set[float] = set()
        """Onsets of the first spurts in which the line gave back more than one word."""

    def is_own_voice(self, text: str, spurt: Spurt) -> bool:
        """Nothing but the agent's own words."""
        least, count = self._call.behaviour.echo_words, len(normalize(text).split())
        if not least or not count or not spurt.is_over_agent:
            return False
        begins_at = min(spurt.onset_at, (spurt.ended_at or spurt.onset_at) - len(text) / SLOWEST_CHARS_PER_S)
        said = f"{self._sounded(spurt, begins_at - LONG_WAY_S)} {self._speaking.sounded.just_behind}"
        is_own = is_echo(text, said, least, self._call.script)
        if not is_own and count < least and (self._is_known or self._is_hushed):
            is_own = stand_in(text, self._sounded(spurt, spurt.onset_at - WAY_S), self._call.script)
        if is_own and count > 1 and not self._is_known:
            self._spurts.add(spurt.onset_at)
        return is_own

    def may_be_own_voice(self, text: str, spurt: Spurt, reply: Reply) -> bool:
        """Too few words to tell: they are waited for in silence."""
        if not spurt.is_over_agent or len(normalize(text).split()) >= self._call.behaviour.echo_words:
            return False
        if reply.state is ReplyState.HUSHED:
            return True
        return stand_in(text, self._sounded(spurt, spurt.onset_at - WAY_S), self._call.script)

    @property
    def _is_known(self) -> bool:
        """This line gives the agent's voice back."""
        return len(self._spurts) >= KNOWN_SPURTS

    @property
    def _is_hushed(self) -> bool:
        # Who answers with the agent's last word, and lets it end, is believed.
        reply = self._speaking.reply
        return reply is not None and reply.state is ReplyState.HUSHED

    def _sounded(self, spurt: Spurt, from_s: float) -> str:
        """What the agent was saying where an echo would have come from."""
        return self._speaking.sounded.between(from_s, spurt.ended_at or float("inf"))
