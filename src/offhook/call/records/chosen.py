"""The record of a call as the agents in charge of it want it kept, before anything that keeps records sees it."""

from typing import Final

from offhook.call.journal import Briefing
from offhook.call.records.masking import Masking
from offhook.call.records.port import Record
from offhook.call.secret_keys import SecretKeys
from offhook.core.commands import Command
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.keeping import Keep, Kept


class ChosenRecord:
    """Hands on to another record what may be kept."""

    def __init__(self, record: Record, kept: Kept, secrets: SecretKeys) -> None:
        self._record: Final = record
        self._masking, self._secrets = Masking(kept), secrets

    @property
    def name(self) -> str:
        """Where it is."""
        return self._record.name

    def follow(self, kept: Kept) -> Kept:
        """Another agent is in charge: what is kept from here on."""
        self._masking.follow(kept)
        return self._masking.kept

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line."""
        self._record.append(self._masking.masked(what), at)

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's audio, but for what is sensitive: there the recording is silent."""
        if self._masking.kept.recording is Keep.ON and not self._secrets.covers(at):
            self._record.caller(at, audio)

    def agent(self, at: float, audio: bytes) -> None:
        """The agent's audio."""
        if self._masking.kept.recording is not Keep.OFF:
            self._record.agent(at, audio)

    def cut(self, at: float) -> None:
        """The agent's audio from there on was never heard."""
        self._record.cut(at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Nothing follows."""
        self._record.close(at, reason, detail)
