"""The vendors' own voices: listed with the workspace's keys, heard before a call is."""

import asyncio
import contextlib
import io
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cartesia import AsyncCartesia
from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs.client import AsyncElevenLabs

from offhook.platform import voice_lists
from offhook.platform.vault import PROVIDER_KEY
from offhook.settings import Secret
from offhook.simulator.vendors.openai_speech import OpenAISpeechServer
from offhook.simulator.vendors.voice_lists import KEYS, VoiceListServer
from offhook.store.scope import SYSTEM
from tests.platform_world import World, new_database, world

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@contextlib.asynccontextmanager
async def listed(folder: Path, *, keys: dict[str, str] | None = None) -> AsyncIterator[tuple[World, VoiceListServer]]:
    async with (
        asyncio.timeout(30),
        VoiceListServer() as vendors,
        world(new_database("sqlite", folder), folder, vendor_urls=vendors.urls()) as here,
    ):
        for name, key in (KEYS if keys is None else keys).items():
            await here.platform.vault.put(here.workspace, PROVIDER_KEY, name, Secret(key), SYSTEM)
        await here.platform.snapshot.settle()
        yield here, vendors


async def voices(here: World, **query: str) -> Any:
    answer = await here.client.get("/voices", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def states(found: Any) -> dict[str, str]:
    return {one["provider"]: one["state"] for one in found["sources"]}


def of(found: Any, provider: str) -> dict[str, Any]:
    return {one["voice"]: one for one in found["data"] if one["provider"] == provider}


def test_the_lists_of_all_vendors_with_what_they_say_of_each_voice(tmp_path: Path) -> None:
    async def main() -> None:
        async with listed(tmp_path) as (here, vendors):
            found = await voices(here)
            assert states(found) == {"azure": "live", "cartesia": "live", "deepgram": "live", "elevenlabs": "live",
                                     "local": "built_in", "openai": "built_in"}  # fmt: skip
            rachel = of(found, "elevenlabs")["21m00Tcm4TlvDq8ikWAM"]
            assert (rachel["name"], rachel["gender"], rachel["languages"]) == ("Rachel", "female", ["en-US", "de-DE"])
            assert rachel["preview_url"] == "https://storage.example/rachel.mp3" and rachel["field"] == "voice"
            own, odd = (of(found, "elevenlabs")[f"{name}Voice0123456789ab"] for name in ("own", "odd"))
            assert own["is_own"] and own["gender"] is None and own["languages"] == []
            assert (odd["name"], odd["preview_url"], odd["gender"]) == ("Sam of the shop", None, "neutral")
            # Both pages, and no preview: it would want the key.
            cartesia = of(found, "cartesia")
            assert len([name for name in cartesia if name]) == 130
            assert all(one["preview_url"] is None and one["gender"] for name, one in cartesia.items() if name)
            assert set(of(found, "deepgram")) == {"aura-2-thalia-en", "aura-2-orion-en"}
            thalia = of(found, "deepgram")["aura-2-thalia-en"]
            assert thalia["is_default"] and thalia["field"] == "model" and thalia["description"] == "Clear, Energetic"
            azure = of(found, "azure")
            assert set(azure) == {"en-US-AvaMultilingualNeural", "de-DE-ConradNeural"}
            assert azure["en-US-AvaMultilingualNeural"]["languages"] == ["en-US", "de-DE", "fr-FR"]
            assert len(of(found, "openai")) == 13 and of(found, "openai")["marin"]["is_default"]
            # Kept: nobody is asked again.
            asked = len(vendors.asked)
            assert await voices(here) == found and len(vendors.asked) == asked
            german = await voices(here, language="de", gender="male")
            assert {one["voice"] for one in german["data"] if one["provider"] == "azure"} == {"de-DE-ConradNeural"}

    asyncio.run(main())


def test_a_vendor_that_fails_takes_only_its_own_list_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_lists, "DEADLINE_S", 0.3)

    async def main() -> None:
        wrong = {**KEYS, "deepgram": "wrong-key-0123456789"}
        async with listed(tmp_path, keys=wrong) as (here, vendors):
            vendors.silent.add("cartesia")
            vendors.instead["azure"] = (200, b'{"voices": 3}')
            found = await voices(here)
            assert states(found)["elevenlabs"] == "live"
            details = {one["provider"]: one["detail"] for one in found["sources"] if one["state"] == "failed"}
            assert set(details) == {"cartesia", "azure", "deepgram"}
            assert "0.3 s" in details["cartesia"] and "no list of voices" in details["azure"]
            assert "Deepgram" in details["deepgram"] and "wrong-key" not in details["deepgram"]
            # What is known here is given all the same.
            assert set(of(found, "azure")) == {"en-US-AvaMultilingualNeural"}
            assert set(of(found, "cartesia")) == {""}
            # A failure is remembered for a moment: who looks again does not wait again.
            asked = len(vendors.asked)
            await voices(here, provider="cartesia")
            assert len(vendors.asked) == asked

    asyncio.run(main())


def test_lists_without_an_end_and_without_a_bound_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_lists, "MOST_BYTES", 2_000)

    async def main() -> None:
        async with listed(tmp_path) as (here, vendors):
            vendors.instead["elevenlabs"] = (
                200, b'{"voices": [{"voice_id": "a"}], "has_more": true, "next_page_token": "t1"}',
            )  # fmt: skip
            vendors.instead["azure"] = (200, b"[" + b" " * 3_000 + b"]")
            vendors.instead["deepgram"] = (200, b"[" * 200_00)
            found = await voices(here)
            assert set(of(found, "elevenlabs")) == {"", "a"} and vendors.asked.count("elevenlabs") == 2
            details = {one["provider"]: one["detail"] for one in found["sources"]}
            assert "longer than" in details["azure"] and "longer than" in details["deepgram"]

    asyncio.run(main())


def test_without_keys_nobody_is_asked_and_another_workspace_has_no_keys_of_ours(tmp_path: Path) -> None:
    async def main() -> None:
        async with listed(tmp_path) as (here, vendors):
            _, key = await here.other()
            found = (await here.client.get("/voices", headers=here.as_key(key))).json()
            assert set(states(found).values()) == {"no_key", "built_in"} and vendors.asked == []

    asyncio.run(main())


def test_the_vendors_own_clients_read_the_stand_ins() -> None:
    async def main() -> None:
        async with asyncio.timeout(30), VoiceListServer() as vendors:
            urls = vendors.urls()
            eleven = AsyncElevenLabs(api_key=KEYS["elevenlabs"], base_url=urls["elevenlabs"])
            page = await eleven.voices.search(page_size=100)
            assert page.has_more and page.voices[0].labels == {
                "accent": "american", "gender": "female", "language": "en", "age": "young"
            }  # fmt: skip
            async with AsyncCartesia(api_key=KEYS["cartesia"], base_url=urls["cartesia"]) as cartesia:
                every = [voice async for voice in cartesia.voices.list(limit=100)]
            assert len(every) == 130 and every[0].locales[0].locale == "en-US"
            place = DeepgramClientEnvironment(
                base=urls["deepgram"],
                production=urls["deepgram"],
                agent=urls["deepgram"],
                agent_rest=urls["deepgram"],
            )
            models = await AsyncDeepgramClient(api_key=KEYS["deepgram"], environment=place).manage.v1.models.list()
            assert models.tts is not None and models.tts[0].metadata is not None
            assert models.tts[0].metadata.tags == ["feminine", "Clear", "Energetic"]

    asyncio.run(main())


# ── previews ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, 8000)
        assert max(read.readframes(read.getnframes())) > 0
        return float(read.getnframes()) / 8000


def test_a_voice_of_this_machine_is_heard(tmp_path: Path) -> None:
    async def main() -> None:
        async with listed(tmp_path, keys={}) as (here, _):
            body = {"voice": {"provider": "local"}, "text": "Good morning. Your table is ready."}
            answer = await here.client.post("/voices/preview", json=body)
            assert answer.status_code == 200 and answer.headers["content-type"] == "audio/wav", answer.text
            slow = {**body, "voice": {"provider": "local", "speed": 0.5}}
            slower = await here.client.post("/voices/preview", json=slow)
            assert 1.0 < seconds(answer.content) < 6.0 and seconds(slower.content) > 1.4 * seconds(answer.content)
            said = await here.client.post("/voices/preview", json={**body, "lexicon": {"table": "long wooden table"}})
            assert seconds(said.content) > seconds(answer.content) + 0.2

    asyncio.run(main())


def test_a_vendors_voice_is_given_the_text_as_in_a_call_with_the_workspaces_key(tmp_path: Path) -> None:
    async def main() -> None:
        async with OpenAISpeechServer() as vendor, listed(tmp_path, keys={"openai": vendor.key}) as (here, _):
            voice = {"provider": "openai", "base_url": vendor.base_url, "spell_out": True}
            body = {"voice": voice, "text": "It costs $20. We open at 9."}
            answer = await here.client.post("/voices/preview", json=body)
            assert answer.status_code == 200, answer.text
            said = " ".join(json.loads(one.body)["input"] for one in vendor.requests)
            assert "twenty dollars" in said and "$" not in said
            _, key = await here.other()
            refused = await here.client.post("/voices/preview", json=body, headers=here.as_key(key))
            # Another workspace has no key of ours.
            assert refused.status_code == 502 and vendor.requests[-1].state == "refused"
            body = {"voice": {"provider": "elevenlabs", "voice": "abc"}, "text": "Hello."}
            refused = await here.client.post("/voices/preview", json=body)
            assert refused.status_code == 422 and "provider-keys/elevenlabs" in refused.text

    asyncio.run(main())


def test_what_cannot_be_heard_is_told_in_words(tmp_path: Path) -> None:
    async def main() -> None:
        async with OpenAISpeechServer() as vendor, listed(tmp_path, keys={"openai": "sk-wrong-0123456"}) as (here, _):
            cases: list[tuple[dict[str, Any], int, str]] = [
                ({"voice": {"provider": "nobody"}, "text": "Hello."}, 422, "/voice"),
                ({"voice": {"provider": "local", "sped": 1}, "text": "Hello."}, 422, "/voice/sped"),
                ({"voice": {"provider": "local"}, "text": "Guten Tag.", "language": "de-DE"}, 422, "/language"),
                ({"voice": {"provider": "local"}, "text": "Hello.", "language": "??"}, 422, "/language"),
                ({"voice": {"provider": "local"}, "text": " "}, 422, "/text"),
                ({"voice": {"provider": "local"}, "text": "x" * 501}, 422, "/text"),
                ({"voice": {"provider": "local"}, "text": "..."}, 409, ""),
                ({"voice": {"provider": "openai", "base_url": vendor.base_url}, "text": "Hello."}, 502, ""),
            ]  # fmt: skip
            for body, status, pointer in cases:
                answer = await here.client.post("/voices/preview", json=body)
                assert answer.status_code == status, (body, answer.text)
                if pointer:
                    assert answer.json()["errors"][0]["pointer"] == pointer, answer.text
                assert "sk-wrong" not in answer.text
            reader = await here.platform.api_keys.create(here.workspace, "r", ["agents:read"], SYSTEM)
            body = {"voice": {"provider": "local"}, "text": "Hello."}
            refused = await here.client.post("/voices/preview", json=body, headers=here.as_key(reader.text))
            assert refused.status_code == 403

    asyncio.run(main())
