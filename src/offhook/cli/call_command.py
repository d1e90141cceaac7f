"""`offhook call`: a simulated carrier and caller against a running server, to hear what callers of an agent hear."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook import clock
from offhook.audio.recording import StereoRecorder
from offhook.cli.ringing import wait_until_ready
from offhook.cli.spelling import spelled
from offhook.errors import ConfigurationError, ProviderError, StoreError
from offhook.settings import Settings
from offhook.simulator.caller import Caller, Heard
from offhook.simulator.caller_script import CallerScript, conversation, load_script, script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.listener import AgentLine, Listener, open_transcriber
from offhook.simulator.report import CallReport
from offhook.simulator.voices import CallerVoice, TapeVoice, local_voice, noise, prepare
from offhook.speech.model_files import ModelStore, Sources, State

NO_ACCOUNT: Final = "AC" + 32 * "0"
TRANSCRIBER_MODEL: Final = "whisper-base"
BACKGROUND_S: Final = 7.0
INTERRUPTED: Final = 130
"""As a shell tells of Ctrl-C."""


class VoiceName(StrEnum):
    """What the caller speaks with: natural speech, or sound that only scripted agents understand."""

    LOCAL = "local"
    TAPE = "tape"


def call(
    to: Annotated[str, typer.Option(help="Address of the running server.")] = "http://127.0.0.1:8080",
    say: Annotated[list[str] | None, typer.Option(help="What the caller says, turn by turn; repeat it.")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="Recordings that are played, turn by turn; repeat it.")] = None,
    script: Annotated[
        Path | None, typer.Option(help="A caller's script (YAML or JSON); examples/demo-caller.yaml is one.")
    ] = None,
    voice: Annotated[VoiceName, typer.Option(help="The caller's voice for --say.")] = VoiceName.LOCAL,
    patience: Annotated[
        float, typer.Option(min=0.0, max=120.0, help="Seconds that --say waits behind what may be a filler.")
    ] = 5.0,
    from_number: Annotated[str, typer.Option("--from", help="The caller's number.")] = "+15005550006",
    to_number: Annotated[str, typer.Option("--number", help="The number that is called.")] = "+15005550001",
    record: Annotated[Path | None, typer.Option(help="Where the stereo recording is kept (WAV).")] = None,
    report: Annotated[Path | None, typer.Option(help="Write all times and words here (JSON).")] = None,
    rest_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the carrier's REST side (OFFHOOK_TWILIO_BASE_URL).")
    ] = None,
) -> None:
    """Call a running server as a carrier would, and show what the caller says and hears. Ends with 1 on any trouble."""
    os.umask(0o077)  # What is said in it is for whoever has called alone.
    settings = Settings.from_environment()
    caller_script, base_dir = _script(say, wav, script, voice, patience)
    recording = record or settings.data_dir / "simulated" / f"{clock.stamp(clock.wall())}.wav"
    console = Console(highlight=False, soft_wrap=True)
    numbers = (from_number, to_number)
    web = (to, rest_port)
    session = _Session(settings, console, recording)
    try:
        outcome = asyncio.run(session.run(caller_script, base_dir, numbers, web))
    except KeyboardInterrupt:
        # The call is over in the middle: what there was of it is shown all the same.
        show_turns(session.so_far(), console)
        _show_files(session, recording, console)
        raise typer.Exit(INTERRUPTED) from None
    if unheard := _unheard(outcome):
        raise ConfigurationError(unheard, field="--to", found=to)
    show(outcome, console)
    _show_files(session, recording, console)
    if report is not None:
        _write_report(report, outcome)
        console.print(f"report     {report}", markup=False)
    if outcome.troubles or outcome.status != "completed" or outcome.report.unanswered:
        raise typer.Exit(1)


def _unheard(outcome: CallOutcome) -> str:
    """Why there was no call at all, in one sentence; empty when there was one."""
    if outcome.streams or outcome.said:
        return ""
    if any("answered HTTP 403" in trouble for trouble in outcome.troubles):
        return (
            "the server answered HTTP 403: it does not take this signature; run both with the same TWILIO_AUTH_TOKEN,"
            " or both with OFFHOOK_UNSIGNED=1 in front of the command; the server's log says what was wrong"
        )
    return ""


def _show_files(session: "_Session", recording: Path, console: Console) -> None:
    console.print(f"recording  {recording}", markup=False)
    if folder := session.folder():
        console.print(f"the call   {folder}", markup=False)
        console.print("           transcript.txt has the agent's own words: above stands what was heard of them")


def _script(
    say: list[str] | None, wav: list[Path] | None, script: Path | None, voice: VoiceName, patience_s: float
) -> tuple[CallerScript, Path]:
    if sum(map(bool, (say, wav, script))) != 1:
        raise ConfigurationError("give one of them", field="--say, --wav, --script", expected="what the caller does")
    if script is not None:
        return load_script(script), script.parent
    if say:
        return conversation(say, voice=voice.value, patience_s=patience_s), Path()
    steps: list[dict[str, Any]] = []
    for path in wav or ():
        steps += [{"wait": {"silent_s": 0.8}}, {"say": "", "wav": str(path)}]
    return script_from({"steps": [*steps, {"wait": {"silent_s": 1.5}}, {"hang_up": True}]}), Path()


class _Session:
    """One call of the command, with what has to be opened and closed around it."""

    def __init__(self, settings: Settings, console: Console, recording: Path) -> None:
        self._settings = settings
        self._console = console
        self._recording = recording
        self._caller: Caller | None = None
        self._listening: Listener | None = None
        self._held: list[tuple[float, str]] = []
        """Lines that wait for the words of what was said before them."""
        self._began_at = clock.wall().timestamp()

    def so_far(self) -> CallReport:
        """What the caller has lived through until now; shows the lines that waited."""
        self._show_held(all_of_it=True)
        return self._caller.report() if self._caller is not None else CallReport()

    def folder(self) -> Path | None:
        """Where a server of this machine keeps the call; None when it keeps it elsewhere."""
        calls = self._settings.data_dir / "calls"
        try:
            made = [(path.stat().st_mtime, path) for path in calls.iterdir() if path.is_dir()]
        except OSError:
            return None
        at, newest = max(made, default=(0.0, calls))
        return newest if at >= self._began_at else None

    async def run(
        self, script: CallerScript, base_dir: Path, numbers: tuple[str, str], where: tuple[str, int | None]
    ) -> CallOutcome:
        to, rest_port = where
        settings = self._settings
        web = ServerWeb(self._account(), to, settings.public_url)
        async with AsyncExitStack() as stack:
            carrier = Carrier(web)
            stack.push_async_callback(carrier.close)
            port = rest_port or _local_port(settings.twilio_base_url)
            if port:
                await self._listen(stack, carrier, port)
            steps = await prepare(script, await self._voice(stack, script), base_dir)
            listener = await stack.enter_async_context(self._listener())
            await wait_until_ready(web, self._console)
            level = script.background_db
            caller = self._caller = Caller(
                steps,
                background=noise("street", BACKGROUND_S, level, script.seed) if level is not None else b"",
                recorder=listener,
                watch=self._show,
            )
            self._console.print(f"calling {web.origin} from {numbers[0]}", markup=False)
            outcome = await carrier.call(caller, from_number=numbers[0], to_number=numbers[1])
            await listener.finish()
            self._show_held(all_of_it=True)
        return outcome

    def _account(self) -> Account:
        token = self._settings.twilio_auth_token.reveal()
        if not token and not self._settings.unsigned:
            raise ConfigurationError(
                "not set: the server answers only to requests that are signed with the same token as its own",
                field="TWILIO_AUTH_TOKEN",
                expected="the token that the server runs with, or, when it runs so too, OFFHOOK_UNSIGNED=1 in front of "
                "this command",
            )  # fmt: skip
        return Account(self._settings.twilio_account_sid or NO_ACCOUNT, token or "unsigned")

    async def _listen(self, stack: AsyncExitStack, carrier: Carrier, port: int) -> None:
        try:
            await stack.enter_async_context(RestServer(carrier, port))
        except OSError as error:
            raise ConfigurationError(
                f"the carrier's REST side cannot listen there: {error.strerror or error}",
                field="--rest-port", found=str(port), expected="a free port",
            ) from error  # fmt: skip

    async def _voice(self, stack: AsyncExitStack, script: CallerScript) -> CallerVoice:
        if script.voice == "tape":
            return TapeVoice()
        voice, port = await local_voice()
        stack.push_async_callback(port.close)
        return voice

    @asynccontextmanager
    async def _listener(self) -> AsyncIterator[Listener]:
        """Keeps the recording, and writes down what the agent says as well as this machine can."""
        try:
            self._recording.parent.mkdir(parents=True, exist_ok=True)
            file = self._recording.open("wb")
        except OSError as error:
            raise ConfigurationError(
                f"the recording cannot be kept: {error.strerror or error}", file=str(self._recording)
            ) from error
        with file:
            recorder = StereoRecorder(file)
            async with AsyncExitStack() as stack:
                listener = self._listening = Listener(recorder, self._show_agent)
                transcriber = await self._transcriber(stack, listener)
                listener.transcriber = transcriber
                yield listener
            recorder.close()

    async def _transcriber(self, stack: AsyncExitStack, listener: Listener) -> Any:
        settings = self._settings
        store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
        if store.state(TRANSCRIBER_MODEL) is not State.READY:
            advice = spelled("the agent's words are not shown: run `offhook models fetch whisper-base`")
            self._console.print(advice, style="dim", markup=False)
            return None
        try:
            transcriber = await stack.enter_async_context(open_transcriber(store.path, listener.transcribed))
            heard = "what the agent says is written down by a transcriber (whisper-base), which mishears now and then"
            self._console.print(heard, style="dim")
            return transcriber
        except ProviderError as error:
            self._console.print(f"the agent's words are not shown: {error}", style="dim", markup=False)
            return None

    def _show(self, heard: Heard) -> None:
        if heard.kind == "caller":
            self._held.append((heard.at, f"{heard.at:7.2f}  caller  {heard.text}"))
            self._show_held()

    def _show_agent(self, line: AgentLine) -> None:
        text = line.text or "(no words known)"
        self._held.append((line.begins_at, f"{line.begins_at:7.2f}  agent   {text}  [{line.length_s:.1f} s]"))
        self._show_held()

    def _show_held(self, *, all_of_it: bool = False) -> None:
        """In the order in which it was said: the agent's words are known later than the caller's."""
        open_since = self._listening.open_since if self._listening is not None and not all_of_it else None
        self._held.sort(key=lambda line: line[0])
        while self._held and (open_since is None or self._held[0][0] < open_since):
            self._console.print(self._held.pop(0)[1], markup=False)


def show_turns(report: CallReport, console: Console) -> None:
    """Print the table of a call: each turn of the caller and how it was answered."""
    table = Table("at", "caller", "answered after", "cut in", "ducked", "stopped", box=None, pad_edge=False)
    for turn in report.turns:
        gap = _seconds(turn.gap_s) if turn.wants_answer else ""
        over = (_seconds(turn.duck_s), _seconds(turn.stop_s)) if turn.over_agent else ("", "")
        text = turn.text or turn.kind
        table.add_row(f"{turn.begins_at:.2f}", escape(text), gap, str(turn.cut_ins or ""), *over)
    console.print()
    # Long turns are wrapped: nothing is cut off.
    console.print(table, soft_wrap=False)


def show(outcome: CallOutcome, console: Console) -> None:
    """Print what came of a call."""
    report = outcome.report
    show_turns(report, console)
    console.print(
        f"{report.length_s:.1f} s, ended by {outcome.ended_by}, {outcome.status}; webhook "
        f"{outcome.webhook_s * 1000:.0f} ms; longest silence {report.longest_silence_s:.1f} s",
        markup=False,
    )
    for said in outcome.said:
        console.print(f"the carrier's voice said: {said}", markup=False)
    for trouble, times in Counter(outcome.troubles).items():
        console.print(f"! {trouble}{f' ({times} times)' if times > 1 else ''}", markup=False, style="red")


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"


def _local_port(base_url: str) -> int:
    parts = urlsplit(base_url)
    return (parts.port or 0) if parts.hostname in ("127.0.0.1", "localhost", "::1") else 0


def _write_report(path: Path, outcome: CallOutcome) -> None:
    content = {
        "call_sid": outcome.parties.call_sid,
        "status": outcome.status,
        "ended_by": outcome.ended_by,
        "webhook_s": outcome.webhook_s,
        "streams": outcome.streams,
        "log": [str(entry) for entry in outcome.log],
        **outcome.report.as_json(),
    }
    try:
        path.write_text(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise StoreError(f"{path}: the report cannot be written: {error.strerror or error}") from error
