"""The system message: the owner's words, how to speak on a telephone, the facts; the same bytes each time."""

from collections.abc import Sequence

import pytest

from offhook.agents.known import KNOWLEDGE_CHARS
from offhook.agents.model import Agent
from offhook.agents.prompt import system_message
from offhook.speech.ports import Fact


class Known:
    """Facts that are given."""

    def __init__(self, *texts: str) -> None:
        self._facts = [Fact(text, "facts.md") for text in texts]

    def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
        """All of them."""
        return self._facts[since:][:limit]

    def all(self) -> Sequence[Fact]:
        """Every fact."""
        return self._facts


AGENT = Agent.model_validate({"name": "shop", "language": "de-DE", "prompt": "You sell {bread}.\n"})


def test_the_owners_words_come_first() -> None:
    assert system_message(AGENT, None).startswith("You sell {bread}.\n\nHow to speak\n")


def test_the_language_is_told() -> None:
    assert "Answer in de-DE" in system_message(AGENT, None)


@pytest.mark.parametrize(
    ("voice", "speaks_any"),
    [
        ({"provider": "local"}, False),
        ({"provider": "deepgram"}, False),
        ({"provider": "cartesia", "voice": "v"}, False),
        ({"provider": "azure", "voice": "en-US-AvaMultilingualNeural"}, False),
        ({"provider": "elevenlabs", "voice": "v"}, False),
        ({"provider": "elevenlabs", "voice": "v", "model": "eleven_turbo_v2_5"}, False),
        ({"provider": "elevenlabs", "voice": "v", "model": "eleven_multilingual_v2"}, True),
        ({"provider": "elevenlabs", "voice": "v", "model": "eleven_multilingual_v2", "language": "de"}, False),
        ({"provider": "openai"}, True),
        ({"provider": "openai", "base_url": "https://voice.example.com/v1"}, False),
        ({"provider": "openai", "fallback": [{"provider": "local"}]}, False),
        ({"provider": "openai", "fallback": [{"provider": "openai", "voice": "cedar"}]}, True),
    ],
)
def test_no_language_is_promised_that_the_voice_cannot_speak(voice: dict[str, object], speaks_any: bool) -> None:
    agent = Agent.model_validate({"name": "shop", "language": "en-US", "tts": voice})
    text = system_message(agent, None)
    assert ("unless the caller speaks another language" in text) is speaks_any
    assert ("Answer in en-US and in no other language" in text) is not speaks_any
    assert "{" not in text.replace("{keys-1}", "")


def test_facts_are_written_out_on_one_line_each() -> None:
    text = system_message(AGENT, Known("Open from\n  seven to six.", "Closed on Sundays."))
    assert text.endswith("What you know\n- Open from seven to six.\n- Closed on Sundays.\n")


def test_no_facts_no_heading() -> None:
    assert "What you know" not in system_message(AGENT, Known())
    assert "What you know" not in system_message(AGENT, None)


def test_many_facts_are_bounded_and_say_so() -> None:
    text = system_message(AGENT, Known(*[f"Fact {number} {'x' * 100}" for number in range(1000)]))
    assert len(text) < KNOWLEDGE_CHARS + 5000
    assert "There is more: what fits the caller's words is looked up" in text


def test_facts_stand_under_their_headings_and_answers_behind_their_questions() -> None:
    facts = Known()
    facts._facts = [
        Fact("Eggs 12.", "menu.md > Menu > Brunch (Sundays only)", headings=("Menu", "Brunch (Sundays only)")),
        Fact("Waffles 9.", "menu.md > Menu > Brunch (Sundays only)", headings=("Menu", "Brunch (Sundays only)")),
        Fact("Yes, until 24 hours before.", "faq.txt", question="Can I cancel?"),
    ]
    assert system_message(AGENT, facts).endswith(
        "What you know\nMenu > Brunch (Sundays only)\n- Eggs 12.\n- Waffles 9.\nfaq.txt\n"
        "- Can I cancel? Yes, until 24 hours before.\n"
    )


def test_how_much_stands_in_it_is_the_owners_choice() -> None:
    facts = Known(*[f"Fact {number}." for number in range(100)])
    for room, told in ((0, 0), (11, 1), (22, 2), (100_000, 100)):
        agent = Agent.model_validate({"name": "shop", "knowledge_prompt_chars": room})
        text = system_message(agent, facts)
        assert text.count("- Fact ") == told and ("There is more" in text) == (told < 100)


def test_the_same_agent_gives_the_same_bytes() -> None:
    facts = Known("Open from seven to six.")
    again = Agent.model_validate({"name": "shop", "language": "de-DE", "prompt": "You sell {bread}.\n"})
    assert system_message(AGENT, facts) == system_message(again, facts)


def test_what_was_not_spoken_is_explained() -> None:
    text = system_message(AGENT, None)
    assert "[keypad] 42 means that keys were pressed" in text and "a note to you about the call" in text


@pytest.mark.parametrize(
    ("tools", "are_explained", "keys_are"),
    [
        ([], False, False),
        (["end_call"], False, False),
        (["take_message"], True, False),
        (["collect_digits"], True, True),
    ],
)
def test_what_becomes_of_tools_is_explained_to_who_has_some(
    tools: list[str], are_explained: bool, keys_are: bool
) -> None:
    agent = Agent.model_validate({"name": "shop", "tools": [{"name": name} for name in tools]})
    text = system_message(agent, None)
    assert ("still running" in text, "{keys-1}" in text) == (are_explained, keys_are)
