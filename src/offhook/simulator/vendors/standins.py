"""All stand-ins as one: each on a port of its own, and what an agent needs to use them.

A new stand-in is one entry of `offhook.simulator.vendors.table`.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final, Self

from offhook.errors import ConfigurationError
from offhook.simulator.vendors.brain import facts_brain
from offhook.simulator.vendors.profiles import PROFILES, Profile
from offhook.simulator.vendors.server import Brain
from offhook.simulator.vendors.table import VENDORS, StandIn, Terms, Vendor
from offhook.speech.registry import Kind


@dataclass(slots=True)
class Listening:
    """A stand-in that listens, and how it is used."""

    vendor: Vendor
    server: StandIn
    fail: Callable[[str], None]
    answers: int = 0
    last_s: float = 0.0
    """The wait of the last one."""

    def tell(self, drawn_s: float) -> None:
        """An answer was begun."""
        self.answers += 1
        self.last_s = drawn_s

    def block(self, kind: Kind) -> dict[str, Any]:
        """The provider's block of an agent's file."""
        return {**self.vendor.blocks[kind], "base_url": self.server.base_url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which stand-ins are wanted, and how they are."""

    profile: Profile = PROFILES["fast"]
    port: int = 0
    """Of the first; the others take the next ones. 0 takes free ones."""
    seed: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    """By vendor: what befalls its every request, from the start."""
    brain: Brain = facts_brain
    names: tuple[str, ...] = tuple(VENDORS)
    watch: Callable[[str, float], None] = lambda _name, _drawn_s: None
    """Called with the vendor and each wait that was drawn."""


class StandIns:
    """Use it as an async context: all of them listen inside."""

    def __init__(self, plan: Plan) -> None:
        self._plan: Final = plan
        self._stack = AsyncExitStack()
        self.listening: Final[dict[str, Listening]] = {}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for index, name in enumerate(self._plan.names):
                await self._open(stack, VENDORS[name], index)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack, vendor: Vendor, index: int) -> None:
        plan = self._plan

        def tell(drawn_s: float) -> None:
            if vendor.name in self.listening:
                self.listening[vendor.name].tell(drawn_s)
            plan.watch(vendor.name, drawn_s)

        port = plan.port + index if plan.port else 0
        terms = Terms(profile=plan.profile, port=port, seed=plan.seed, brain=plan.brain, tell=tell)
        opened = vendor.open(terms)
        if vendor.name in plan.faults:
            opened.fail(plan.faults[vendor.name])
        try:
            server = await stack.enter_async_context(opened.server)
        except OSError as error:
            raise ConfigurationError(
                f"{vendor.name} cannot listen there: {error.strerror or error}",
                field="--port", found=str(port), expected="the first of some free ports",
            ) from error  # fmt: skip
        self.listening[vendor.name] = Listening(vendor, server, opened.fail)

    def fail(self, name: str, fault: str) -> None:
        """From now on this fault befalls whatever the vendor is asked."""
        self.listening[name].fail(fault)

    def environment(self) -> dict[str, str]:
        """The keys that the stand-ins take, by the variables that a server reads."""
        return {entry.vendor.key_variable: entry.vendor.key for entry in self.listening.values()}

    def block(self, kind: Kind) -> dict[str, Any] | None:
        """The block of the first stand-in of this kind; None when there is none."""
        found = (entry for entry in self.listening.values() if kind in entry.vendor.blocks)
        return next((entry.block(kind) for entry in found), None)

    def agent(self, **fields: Any) -> dict[str, Any]:
        """An agent's document that hears, thinks and speaks with the stand-ins; `fields` are added or replaced.

        Where nobody stands in for a voice, the scripted one speaks, as late as the profile says.
        """
        first_audio_s = self._plan.profile.first_audio.p50_s
        document: dict[str, Any] = {"name": "stand-ins"}
        for kind in Kind:
            document[kind.value] = self.block(kind) or {"provider": "scripted"}
        if document["tts"]["provider"] == "scripted":
            document["tts"]["first_audio_s"] = first_audio_s
        return {**document, **fields}


def parse_faults(texts: Iterable[str]) -> dict[str, str]:
    """Faults by vendor from `vendor=kind`. Raises `ConfigurationError` that lists what there is."""
    found = {}
    for text in texts:
        name, _, kind = text.partition("=")
        vendor = VENDORS.get(name)
        if vendor is None:
            expected = "vendor=kind, with a vendor of " + ", ".join(VENDORS)
            raise ConfigurationError("there is no such vendor", field="--fault", found=repr(text), expected=expected)
        if kind not in vendor.faults:
            expected = f"{name}= and one of " + ", ".join(vendor.faults)
            raise ConfigurationError("there is no such fault", field="--fault", found=repr(text), expected=expected)
        found[name] = kind
    return found
