"""The server that is attacked, in a process of its own: the real port and calls, with scripted speech.

python -m tests.fuzzers.server FOLDER     says "PORT" on standard output when it takes calls; logs to stderr
"""

import os
import sys
import threading
from pathlib import Path

import uvloop

from offhook.call.live import Limits, LiveCalls
from offhook.call.records.files import FileRecords
from offhook.call.records.watched import WatchedRecords
from offhook.cli.log import begin_log
from offhook.settings import Secret, Settings
from offhook.simulator.memory import MemoryControl
from offhook.telephony.browser import with_browsers
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.tokens import Tokens
from offhook.web.app import create_app
from offhook.web.server import Listening, serve
from offhook.web.talk import Talk, TalkPage
from tests.rig import Rig

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voice.example.test"
PAGE_KEY = "the-key-of-the-page"
LLM = {
    "rules": [
        {"when": "bye", "say": "Goodbye!", "tool": "end_call"},
        {"when": "message", "tool": "take_message", "arguments": {"name": "Ann", "message": "Call me."}},
        {"when": "card", "tool": "ask_in_confidence", "arguments": {"what": "card"}},
        {"when": "person", "tool": "transfer_call", "arguments": {"to": "desk"}},
    ],
    "first_token_s": 0.01,
    "token_s": 0.001,
}
TOOLS = [
    {"name": "end_call"},
    {"name": "take_message"},
    {"name": "ask_in_confidence"},
    {"name": "transfer_call", "destinations": [{"name": "desk", "number": "+15005550001", "when": "They ask for it."}]},
]


def rig() -> Rig:
    """The agent who answers."""
    return Rig(agent={"tools": TOOLS, "turn_taking": {"reattach_s": 1.0, "idle_s": 600.0}}, llm=LLM)


async def main(folder: Path) -> None:
    """Serve until the signal."""
    runtimes = rig().runtimes()
    records = WatchedRecords(FileRecords(folder))
    live = LiveCalls(
        runtimes, Limits(max_calls=100, max_loop_lag_s=60.0), data_dir=folder, records=records,
        lines=with_browsers(TwilioLines(MemoryControl(), PUBLIC)), tokens=Tokens(Secret("s" * 40)),
    )  # fmt: skip
    await runtimes.acquire("")
    settings = Settings(twilio_auth_token=Secret(TOKEN), public_url=PUBLIC, max_calls=100)
    talk = Talk(live, records, TalkPage(Secret(PAGE_KEY), "test"))
    app = create_app(live, settings, records=records.state, talk=talk)
    try:
        await serve(app, live, Listening(port=0, on_ready=_say), drain_deadline_s=0.0)
    finally:
        live.stop()
        await runtimes.close()


def _say(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """Standard input ends when whoever attacks is gone, however that went."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    begin_log()
    uvloop.run(main(Path(sys.argv[1])))
