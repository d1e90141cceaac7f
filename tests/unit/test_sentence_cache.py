"""Sentences on disk: found again, never mistaken, bounded, and no trouble when the disk is."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from offhook.agents.model import Agent
from offhook.audio.trim import TAIL_BYTES
from offhook.errors import ProviderUnavailable
from offhook.platform.assembly import sentence_cache_of
from offhook.settings import Settings
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.sound import SoundFault, SoundTiming
from offhook.speech.ports import Setup, Voice
from offhook.speech.registry import create_voice
from offhook.speech.scripted.tape import speak
from offhook.speech.sentence_cache import SENTENCE_BYTES, KeptSentence, SentenceCache, fingerprint
from offhook.speech.tts import azure, openai
from tests.rig import Rig

HELLO = KeptSentence(b"\x12\x34" * 800, ((0.0, 0.05), (0.05, 0.1)))
VOICE = fingerprint(azure.Config(region="westeurope"), "en-US", {})


def get(cache: SentenceCache, *texts: str) -> dict[str, KeptSentence]:
    return asyncio.run(cache.get(texts))


def put(cache: SentenceCache, text: str, sentence: KeptSentence = HELLO) -> None:
    asyncio.run(cache.put(text, sentence))


def test_a_sentence_is_found_again_by_another_process(tmp_path: Path) -> None:
    folder = tmp_path / "cache/sentences"
    assert get(SentenceCache(folder, VOICE), "Hello.") == {}
    put(SentenceCache(folder, VOICE), "Hello.")
    assert get(SentenceCache(folder, VOICE), "Hello.", "Other.") == {"Hello.": HELLO}
    assert [file.suffix for file in folder.iterdir()] == [".sentence"], "no draft is left"


@pytest.mark.parametrize(
    "other",
    [
        fingerprint(azure.Config(region="westeurope", rate_percent=5), "en-US", {}),
        fingerprint(azure.Config(region="westeurope"), "en-GB", {}),
        fingerprint(azure.Config(region="westeurope"), "en-US", {"SQL": "sequel"}),
        fingerprint(openai.Config(), "en-US", {}),
    ],
)
def test_another_sound_is_another_sentence(tmp_path: Path, other: bytes) -> None:
    put(SentenceCache(tmp_path, VOICE), "Hello.")
    assert get(SentenceCache(tmp_path, other), "Hello.") == {}


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1], lambda data: data[:40] + b"\x00" + data[41:], lambda _: b"", lambda _: b"RIFF" * 99],
)
def test_a_spoilt_file_is_not_taken_and_is_replaced(tmp_path: Path, spoil: Any) -> None:
    cache = SentenceCache(tmp_path, VOICE)
    put(cache, "Hello.")
    (file,) = tmp_path.iterdir()
    file.write_bytes(spoil(file.read_bytes()))
    assert get(cache, "Hello.") == {}
    put(cache, "Hello.")
    assert get(cache, "Hello.") == {"Hello.": HELLO}


def test_who_stands_behind_a_voice_does_not_change_it(tmp_path: Path) -> None:
    put(SentenceCache(tmp_path, VOICE), "Hello.")
    tts = {"provider": "azure", "region": "westeurope", "fallback": [{"provider": "local"}]}
    listed = Agent.model_validate({"name": "a", "tts": tts})
    assert get(SentenceCache(tmp_path, fingerprint(listed.tts, "en-US", {})), "Hello.") == {"Hello.": HELLO}


def test_those_that_were_not_used_for_longest_make_room(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, VOICE, limit_bytes=5 * 1800)
    for number in range(5):
        put(cache, f"{number}")
    for age, file in enumerate(sorted(tmp_path.iterdir())):
        os.utime(file, (1000 + age, 1000 + age))
    assert get(cache, "3"), "it is in use now"
    put(cache, "5")
    kept = get(cache, *"012345")
    assert len(kept) == 5 and {"3", "5"} <= kept.keys()


def test_what_is_no_sentence_is_not_kept(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, VOICE)
    put(cache, "silent", KeptSentence(b""))
    put(cache, "endless", KeptSentence(bytes(SENTENCE_BYTES + 1)))
    assert not list(tmp_path.iterdir())
    put(cache, "long", KeptSentence(bytes(SENTENCE_BYTES)))
    assert get(cache, "long")


def test_a_disk_that_fails_is_as_if_nothing_was_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    cache = SentenceCache(blocked, VOICE)
    with caplog.at_level(logging.WARNING):
        put(cache, "Hello.")
        assert get(cache, "Hello.") == {}
    assert "could not be kept" in caplog.text


# ── an agent that starts ─────────────────────────────────────────────────────────────────────────────────────────


def start(voice: Voice, folder: Path, **agent: Any) -> dict[str, bytes]:
    """The fixed sentences of an agent that was made ready."""

    async def main() -> dict[str, bytes]:
        runtime = Rig(agent=agent).runtime()
        runtime.voice, runtime.kept = voice, SentenceCache(folder, VOICE)
        await runtime.prepare()
        await runtime.close()
        return {text: spoken.audio for text, spoken in runtime.sentences.items()}

    return asyncio.run(main())


class VoiceThatIsDown:
    """Counts how often it was asked."""

    asked = 0

    async def prepare(self) -> None: ...

    def synthesize(self, text: str) -> Any:
        self.asked += 1
        raise ProviderUnavailable(text)

    async def close(self) -> None: ...


def filled(folder: Path, faults: tuple[SoundFault, ...] = ()) -> dict[str, bytes]:
    async def main() -> dict[str, bytes]:
        async with AzureServer(SoundTiming(realtime_factor=0.0), faults) as server:
            config = azure.Config(base_url=server.base_url)
            runtime = Rig().runtime()
            runtime.voice = create_voice(config, Setup(key=lambda _: server.key))
            runtime.kept = SentenceCache(folder, VOICE)
            await runtime.prepare()
            await runtime.close()
            return {text: spoken.audio for text, spoken in runtime.sentences.items()}

    return asyncio.run(main())


def test_with_its_sentences_kept_an_agent_starts_while_the_voice_is_down(tmp_path: Path) -> None:
    spoken = filled(tmp_path)
    assert "Hello, how can I help you?" in spoken and len(spoken) > 5
    down = VoiceThatIsDown()
    assert start(down, tmp_path) == spoken
    assert down.asked == 0


def test_a_kept_sentence_has_no_silence_that_a_caller_would_wait_for(tmp_path: Path) -> None:
    """The vendor leaves 0.8 s behind each."""
    for text, audio in filled(tmp_path).items():
        assert 0 <= len(speak(text)) + TAIL_BYTES - len(audio) < 8, text


def test_a_sentence_that_is_new_does_not_cost_those_that_are_kept(tmp_path: Path) -> None:
    spoken = filled(tmp_path)
    found = start(VoiceThatIsDown(), tmp_path, opening={"text": "Something new."})
    del spoken["Hello, how can I help you?"]
    assert found == spoken


def test_what_was_taken_up_in_the_middle_is_not_kept(tmp_path: Path) -> None:
    spoken = filled(tmp_path, (SoundFault("cut"),))
    kept = start(VoiceThatIsDown(), tmp_path)
    assert kept == {text: audio for text, audio in spoken.items() if text != "Hello, how can I help you?"}
    assert len(kept) == len(spoken) - 1


def test_what_another_voice_said_is_not_kept(tmp_path: Path) -> None:
    async def main() -> int:
        async with AzureServer(SoundTiming(realtime_factor=0.0)) as server:
            server.usual_fault = SoundFault("overloaded")
            quick = {"provider": "scripted", "first_audio_s": 0.0, "realtime_factor": 0.0}
            tts = {"provider": "azure", "base_url": server.base_url, "fallback": [quick]}
            runtime = Rig().runtime()
            config = Agent.model_validate({"name": "a", "tts": tts}).tts
            runtime.voice = create_voice(config, Setup(key=lambda _: server.key))
            runtime.kept = SentenceCache(tmp_path, VOICE)
            await runtime.prepare()
            await runtime.close()
            return len(runtime.sentences)

    assert asyncio.run(main()) > 5, "they are there for this process"
    assert not list(tmp_path.iterdir())


def test_a_voice_of_this_process_keeps_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert sentence_cache_of(Agent.model_validate({"name": "a", "tts": {"provider": "local"}}), settings) is None
    vendor = Agent.model_validate({"name": "a", "tts": {"provider": "azure", "region": "westeurope"}})
    cache = sentence_cache_of(vendor, settings)
    assert cache is not None
    put(cache, "Hello.")
    assert list((tmp_path / "cache/sentences").iterdir())
