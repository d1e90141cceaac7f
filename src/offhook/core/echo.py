"""The agent's own voice, come back by a loudspeaker or a bad line: it is nobody's turn."""

from typing import Final

from offhook.core.listening import Spurt
from offhook.core.reply import Reply, ReplyState
from offhook.core.speaking import Speaking
from offhook.core.state import Call
from offhook.core.words import is_echo, normalize

ECHO_TAIL_WORDS: Final = 3
"""One or two words are the agent's own only if they stand at the end of what was just heard of it."""


class Echo:
    """Knows the agent's words again."""

    def __init__(self, call: Call, speaking: Speaking) -> None:
        self._call, self._speaking = call, speaking

    def is_own_voice(self, text: str, spurt: Spurt) -> bool:
        """The agent's own words, come back by a loudspeaker or a bad line."""
        least, words = self._call.behaviour.echo_words, normalize(text).split()
        if not least or not words or not spurt.is_over_agent:
            return False
        if is_echo(text, self._speaking.sounded_since(spurt.onset_at), least):
            return True
        reply = self._speaking.reply
        if reply is None or reply.state is not ReplyState.HUSHED or len(words) >= least:
            return False
        tail = normalize(reply.heard_text).split()[-(len(words) + ECHO_TAIL_WORDS) :]
        return any(tail[i : i + len(words)] == words for i in range(len(tail) - len(words) + 1))

    def may_be_own_voice(self, text: str, spurt: Spurt, reply: Reply) -> bool:
        """Too few words to tell, and time to wait for more: the agent is silent already."""
        least = self._call.behaviour.echo_words
        return spurt.is_over_agent and reply.state is ReplyState.HUSHED and len(normalize(text).split()) < least
