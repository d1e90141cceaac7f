"""Makes the clip that `offhook doctor --live` and `offhook live-day` say to transcribers: the local voice, mu-law.

Its words stand in the lowest bits as well, so that the stand-ins on this machine hear them too.
"""

import asyncio
from pathlib import Path

from offhook.live.clip import HELLO
from offhook.speech.ports import Setup, SpokenAudio, WordTime
from offhook.speech.scripted.tape import engrave
from offhook.speech.tts.local import Config, create

TARGET = Path(__file__).parents[1] / "src/offhook/live/hello.ulaw"


async def main() -> None:
    """Write the file."""
    voice = create(Config(), Setup())
    await voice.prepare()
    audio, words = b"", list[WordTime]()
    async for output in voice.synthesize(HELLO):
        if isinstance(output, SpokenAudio):
            audio += output.audio
            words += output.words
    await voice.close()
    TARGET.write_bytes(engrave(audio, words))
    print(f"{TARGET.name}: {len(audio) / 8000:.2f} s, {' '.join(word.text for word in words)}")


if __name__ == "__main__":
    asyncio.run(main())
