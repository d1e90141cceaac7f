"""What transcribers write for sounds: listening, yes, no and "um", in every language that has a file."""

import pytest

from offhook.agents.languages import languages, script_for
from offhook.core.words import is_backchannel, is_hesitation
from tests.world import SCRIPT, World

LISTENING = ["Mhmm.", "mhmm", "Uh-huh.", "uh-huh", "Mm-hmm.", "Mhm."]
"""As Deepgram writes them, always (https://developers.deepgram.com/docs/filler-words), and as Whisper does."""
DENYING = ["Mm-mm.", "mm-mm", "Uh-uh.", "uh-uh", "Nuh-uh.", "nuh-uh"]
DRAWN_OUT = {
    "en": ["Um.", "uh", "Ummm.", "Uhhhh...", "Erm, uh", "Uhm"],
    "de": ["Äh.", "Ähhhm.", "öhm", "Uh.", "Uhhh"],
    "es": ["Eh...", "Ehhh.", "Em.", "Uh", "Um."],
    "fr": ["Euh.", "Euuuh...", "Heu", "Uh", "Um."],
    "it": ["Ehm.", "Ehhhm...", "Uhm", "Uh", "Um."],
    "nl": ["Eh.", "Euhhh", "Uhm.", "Uh", "Um."],
    "pt": ["Eh.", "Ahn...", "Uh", "Uhmmm"],
}
WORDS = {"de": "um acht", "pt": "um", "en": "no", "es": "no", "fr": "non", "it": "no", "nl": "nee"}
"""Words that are none of them, however short."""


@pytest.mark.parametrize("language", languages())
def test_sounds_as_transcribers_write_them(language: str) -> None:
    script = script_for(language)
    assert [sound for sound in LISTENING if not is_backchannel(sound, script)] == []
    assert [sound for sound in DENYING if is_backchannel(sound, script)] == []
    assert [sound for sound in DENYING if is_hesitation(sound, script)] == []
    assert [sound for sound in DRAWN_OUT[language] if not is_hesitation(sound, script)] == []
    assert [sound for sound in DRAWN_OUT[language] if not is_backchannel(sound, script)] == []
    assert not is_hesitation(WORDS[language], script)


@pytest.mark.parametrize("said", ["um", "Ummm.", "Uh, um"])
def test_a_long_um_alone_is_not_asked_about(said: str) -> None:
    script = script_for("en-US")
    world = World(script=script).answered().says(said, 3.0, 4.6).run(9)
    assert [who for who, _ in world.turns] == ["agent"], "the greeting, and patience"
    world.says("I would like a table.", 10.0, 11.5).run(15)
    assert ("caller", "I would like a table.") in world.turns


def test_a_long_sound_without_a_word_is_asked_about() -> None:
    world = World().answered().says("", 3.0, 4.6).run(9)
    assert ("agent", SCRIPT.repeat) in world.turns
