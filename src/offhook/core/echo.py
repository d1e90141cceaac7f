"""The agent's own voice, come back by a loudspeaker or a bad line: it is nobody's turn.

Three words and more are known again by what the agent has said lately. One or two are its own if they stand where it
has just fallen silent. A line that has given back words twice is known to do so: there one or two are the agent's own
wherever they stand in what it has said lately.
"""

from typing import Final

from offhook.core.again import is_echo
from offhook.core.listening import Spurt
from offhook.core.reply import Reply, ReplyState
from offhook.core.speaking import Speaking
from offhook.core.state import Call
from offhook.core.words import normalize

TAIL_WORDS: Final = 3
"""One or two words stand where the agent fell silent when no more than so many follow them."""
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
        least, words = self._call.behaviour.echo_words, normalize(text).split()
        if not least or not words or not spurt.is_over_agent:
            return False
        sounded = self._speaking.sounded_since(spurt.onset_at)
        is_own = is_echo(text, sounded, least, self._call.script) or (len(words) < least and _stand_in(words, self._place(sounded, words)))
        if is_own and len(words) > 1 and not self._is_known:
            self._spurts.add(spurt.onset_at)
        return is_own

    def may_be_own_voice(self, text: str, spurt: Spurt, reply: Reply) -> bool:
        """Too few words to tell: they are waited for in silence."""
        words = normalize(text).split()
        if not spurt.is_over_agent or len(words) >= self._call.behaviour.echo_words:
            return False
        if reply.state is ReplyState.HUSHED:
            return True
        return _stand_in(words, normalize(self._speaking.sounded_since(spurt.onset_at)).split())

    @property
    def _is_known(self) -> bool:
        """This line gives the agent's voice back."""
        return len(self._spurts) >= KNOWN_SPURTS

    def _place(self, sounded: str, words: list[str]) -> list[str]:
        """Where one or two words are the agent's own."""
        if self._is_known:
            return normalize(sounded).split()
        reply = self._speaking.reply
        if reply is None or reply.state is not ReplyState.HUSHED:
            return []  # Whoever answers with the agent's last word is believed.
        return normalize(reply.heard_text).split()[-(len(words) + TAIL_WORDS) :]


def _stand_in(words: list[str], said: list[str]) -> bool:
    """These words, side by side."""
    return any(said[at : at + len(words)] == words for at in range(len(said) - len(words) + 1))
