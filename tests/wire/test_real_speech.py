"""Human speech through the real wire and the local transcriber.

The recordings are read sentences of a novel in the public domain, from the test data of the `pocketsphinx` package;
they are fetched once from the package registry and never kept in the repository.
"""

import asyncio
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from offhook.core.words import normalize
from offhook.settings import Settings
from offhook.simulator.caller_script import script_from
from tests.served import call_served, need_models, word_errors

PACKAGE = "pocketsphinx==5.1.1"
FOLDER = "pocketsphinx-5.1.1/test/data/librivox/"
WER = 0.20


@pytest.fixture(scope="module")
def recordings() -> dict[str, Path]:
    """Text to recording."""
    folder = Settings.from_environment().model_dir.parent / "test-speech"
    if not (folder / "transcription").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            PACKAGE.partition("=")[0],
            "-d",
            str(folder),
        ]
        done = subprocess.run([*command, PACKAGE], capture_output=True, text=True, timeout=300, check=False)
        archives = list(folder.glob("*.tar.gz"))
        if done.returncode or not archives:
            pytest.skip(f"the recordings cannot be had: {done.stderr.strip().splitlines()[-1:] or 'no archive'}")
        with tarfile.open(archives[0]) as archive:
            for member in archive.getmembers():
                if (
                    member.isfile()
                    and member.name.startswith(FOLDER)
                    and member.name.endswith((".wav", "transcription"))
                ):
                    content = archive.extractfile(member)
                    assert content is not None
                    (folder / Path(member.name).name).write_bytes(content.read())
        archives[0].unlink()
    found = {}
    for line in (folder / "transcription").read_text().splitlines():
        text, _, name = line.rpartition("(")
        found[text.replace("<s>", "").replace("</s>", "").strip()] = folder / f"{name.strip(' )')}.wav"
    return found


def test_human_speech_is_heard_through_the_wire(recordings: dict[str, Path], tmp_path: Path) -> None:
    need_models("whisper-base", "silero-vad", "smart-turn")
    texts = list(recordings)
    steps: list[dict[str, object]] = []
    for text in texts:
        steps += [{"wait": {"silent_s": 1.0}}, {"say": text, "wav": str(recordings[text])}]
    steps += [{"wait": {"silent_s": 1.5}}, {"hang_up": True}]
    agent = {
        "name": "listener",
        "opening": {"text": "Go ahead."},
        "stt": {"provider": "local"},
        "llm": {"provider": "scripted", "otherwise": "I heard you."},
        "tts": {"provider": "scripted"},
        "turn_taking": {"preset": "patient"},
    }
    served = asyncio.run(call_served(agent, script_from({"steps": steps}), tmp_path))
    served.outcome.require_clean()
    heard = normalize(" ".join(served.said("caller")))
    wanted = normalize(" ".join(texts))
    errors = word_errors(wanted, heard)
    assert errors <= WER * len(wanted.split()), f"{errors} word errors\nread:  {wanted}\nheard: {heard}"
    assert not served.outcome.report.unanswered
