"""Makes the clips that `offhook doctor --live` and `offhook live-day` say to transcribers: the local voice, mu-law.

Its words stand in the lowest bits as well, so that the stand-ins on this machine hear them too.
"""

import asyncio
from pathlib import Path

from offhook.live.clip import HELLO, NUMBER
from offhook.speech.ports import Setup, SpokenAudio, WordTime
from offhook.speech.scripted.tape import engrave
from offhook.speech.tts.local import Config, create

FOLDER = Path(__file__).parents[1] / "src/offhook/live"


async def main() -> None:
    """Write the files."""
    voice = create(Config(), Setup())
    await voice.prepare()
    for name, text in (("hello", HELLO), ("number", NUMBER)):
        audio, words = b"", list[WordTime]()
        async for output in voice.synthesize(text):
            if isinstance(output, SpokenAudio):
                audio += output.audio
                words += output.words
        (FOLDER / f"{name}.ulaw").write_bytes(engrave(audio, words))
        print(f"{name}: {len(audio) / 8000:.2f} s, {' '.join(word.text for word in words)}")
    await voice.close()


if __name__ == "__main__":
    asyncio.run(main())
