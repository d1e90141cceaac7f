"""What the server counts and measures of itself, in Prometheus' form: `/metrics`.

Counters and histograms are fed as things happen, by what is no more than an addition; gauges are read when somebody
asks. Labels are bounded: what is one name too many is counted as `other`. docs/howto/monitoring.md lists them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from offhook import __version__, clock
from offhook.call.latency import TurnLatency
from offhook.call.live import LiveCalls
from offhook.call.records.port import Records, RecordsState
from offhook.call.runtimes import Runtimes
from offhook.core.endings import EndReason
from offhook.errors import AdmissionRefused
from offhook.speech.health import State
from offhook.store.store import Store
from offhook.telephony.facts import CallFacts

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
OTHER: Final = "other"
MOST_AGENTS: Final = 100
MOST_PROVIDERS: Final = 100
MOST_REASONS: Final = 50
GAPS_S: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0)
"""A turn's gap: people leave 0.2 s between them, and wonder from 1.5 s on."""
PARTS_S: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0)
LENGTHS_S: Final = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
NANO: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A provider's work was done by another."""

    to: str
    at: int
    """Milliseconds since 1970."""


class Few:
    """The first so many different texts as they are; later ones are `other`."""

    def __init__(self, most: int, known: Iterable[str] = ()) -> None:
        self._most, self._known = most, set(known)

    def __call__(self, text: str) -> str:
        """The text, or `other`."""
        if text not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(text)
        return text


class Metrics:
    """Of this process; a registry of its own, so that two of them do not meet."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        agents, providers = Few(MOST_AGENTS), Few(MOST_PROVIDERS)
        self.agent_label, self.provider_label, self._reason_label = agents, providers, Few(MOST_REASONS)
        Info("offhook_build", "Which Offhook this is.", registry=registry).info({"version": __version__})
        ProcessCollector(registry=registry)

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(f"offhook_{name}", told, labels, registry=registry)

        def histogram(name: str, told: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(f"offhook_{name}", told, labels, registry=registry, buckets=tuple(buckets))

        self.started = counter("calls_started_total", "Calls that were taken or placed.", "direction")
        self.ended = counter("calls_total", "Calls that are over, by why they ended.", "agent", "end_reason")
        self.lengths = histogram("call_duration_seconds", "How long calls took.", LENGTHS_S, "agent")
        self.gaps = histogram(
            "turn_gap_seconds", "From the caller's last sound to the reply's first, as heard.", GAPS_S, "agent"
        )
        self.parts = histogram("turn_part_seconds", "Where a turn's gap went; the parts add up to it.", PARTS_S, "part")
        self.failures = counter(
            "provider_failures_total", "Requests that a provider failed.", "kind", "provider", "code"
        )
        self.switches = counter("provider_switches_total", "Work that another took over.", "kind", "provider", "to")
        self.tools = counter("tool_runs_total", "Tools that were run, by how it went.", "outcome")
        self.promises = counter("false_promises_total", "Callers were told that something is done, and it was not.")
        self.refused = counter("refused_calls_total", "Calls that were not taken.", "reason")
        self.tokens = counter("llm_tokens_total", "Tokens into and out of language models.", "direction")
        self.cost = counter("cost_dollars_total", "What calls have cost, by the price book.", "component")
        self._gauges = _Gauges(registry)
        self._taken_over: dict[tuple[str, str], TakenOver] = {}

    # ── told as it happens ───────────────────────────────────────────────────────────────────────────────────

    def call_ended(self, agent: str, reason: EndReason, duration_s: float) -> None:
        """A call's record was closed."""
        label = self.agent_label(agent)
        self.ended.labels(label, reason.value).inc()
        self.lengths.labels(label).observe(duration_s)

    def turn(self, agent: str, latency: TurnLatency) -> None:
        """A reply was heard first."""
        self.gaps.labels(self.agent_label(agent)).observe(max(latency.gap_s, 0.0))
        for name, part_s in zip(latency.part_names(), latency.parts_s, strict=True):
            self.parts.labels(name).observe(max(part_s, 0.0))

    def provider_failed(self, kind: str, provider: str, code: str) -> None:
        """As `offhook.speech.health.Failed`."""
        self.failures.labels(kind, self.provider_label(provider), code).inc()

    def switched(self, kind: str, provider: str, to: str) -> None:
        """Another took a provider's work over, or the same was asked once more."""
        label = self.provider_label(provider)
        self.switches.labels(kind, label, self.provider_label(to)).inc()
        if to != provider and label != OTHER:
            self._taken_over[kind, provider] = TakenOver(to, clock.wall_ms())

    def taken_over(self, kind: str, provider: str) -> TakenOver | None:
        """Who did a provider's work when it failed last."""
        return self._taken_over.get((kind, provider))

    def call_refused(self, facts: CallFacts, workspace: str, refused: AdmissionRefused) -> None:
        """As `offhook.platform.front_desk.Refused`."""
        self.refused.labels(self._reason_label(str(refused))).inc()

    def spent(self, component: str, nano: int) -> None:
        """A call's cost of one component (`stt`, `llm`, `tts`, `carrier`) is known, in nano-dollars."""
        self.cost.labels(component).inc(max(nano, 0) / NANO)

    # ── read when asked ──────────────────────────────────────────────────────────────────────────────────────

    def watch_store(self, store: Store) -> None:
        """From now on its gauges are the store's."""
        self._gauges.read.append(lambda: self._gauges.of_store(store))

    def watch_calls(self, live: LiveCalls, most: int, records: Records) -> None:
        """From now on its gauges are those of these calls and their records."""
        self._gauges.read += [
            lambda: self._gauges.of_calls(live, most),
            lambda: self._gauges.of_records(records.state()),
        ]

    def watch_providers(self, runtimes: Runtimes) -> None:
        """From now on it tells which providers of the loaded agents rest."""
        self._gauges.read.append(lambda: self._gauges.of_providers(runtimes, self.provider_label))

    def watch_bus(self, is_up: Callable[[], bool]) -> None:
        """From now on it tells how the bus does."""
        self._gauges.read.append(lambda: self._gauges.bus_up.set(is_up()))

    def watch_backups(self, age_s: Callable[[], float | None]) -> None:
        """From now on it tells how old the newest backup is; -1 without one."""
        self._gauges.read.append(lambda: self._gauges.backup_age.set(_or_none_yet(age_s())))

    def watch_vault(self, is_locked: Callable[[], bool]) -> None:
        """From now on it tells whether the vault is locked."""
        self._gauges.read.append(lambda: self._gauges.vault_locked.set(is_locked()))

    def read_gauges(self) -> None:
        """On the loop, before `exposition`: the live state is the loop's."""
        for read in self._gauges.read:
            read()

    def exposition(self) -> bytes:
        """All of it as text; may be made in a thread."""
        return generate_latest(self.registry)


class _Gauges:
    """What is read when somebody asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, told: str, *labels: str) -> Gauge:
            return Gauge(f"offhook_{name}", told, labels, registry=registry)

        self.read: list[Callable[[], None]] = []
        self.live = gauge("calls_live", "Calls that are live.")
        self.most = gauge("calls_most", "Calls that may live at once (OFFHOOK_MAX_CALLS).")
        self.is_refusing = gauge("refusing", "1: no further call is taken now.")
        self.lag = gauge("loop_lag_seconds", "How late the event loop is.")
        self.store_waiting = gauge("store_waiting", "Jobs that wait for the database, or run.")
        self.store_failing = gauge("store_failing_seconds", "For how long the database has not answered; 0: it does.")
        self.records_waiting = gauge("records_waiting", "Records of calls that are behind.")
        self.records_failing = gauge("records_failing", "1: what should be kept of calls is not.")
        self.lost_lines = gauge("records_lost_lines", "Lines of journals that were lost since the start.")
        self.lost_audio = gauge("records_lost_audio_seconds", "Recordings that were lost since the start.")
        self.resting = gauge("provider_ill_seconds", "For how long a provider has not worked.", "kind", "provider")
        self.bus_up = gauge("bus_up", "1: processes hear each other.")
        self.bus_up.set(1)
        self.backup_age = gauge("backup_age_seconds", "How old the newest backup is; -1: there is none.")
        self.vault_locked = gauge("vault_locked", "1: the vault is locked.")
        self.backup_age.set(-1)

    def of_store(self, store: Store) -> None:
        self.store_waiting.set(store.waiting)
        self.store_failing.set(store.failing_s)

    def of_calls(self, live: LiveCalls, most: int) -> None:
        self.live.set(live.count)
        self.most.set(most)
        self.lag.set(live.lag_s)
        self.is_refusing.set(live.refusal() is not None)

    def of_records(self, state: RecordsState) -> None:
        self.records_waiting.set(state.waiting)
        self.records_failing.set(state.is_failing)
        self.lost_lines.set(state.lost_lines)
        self.lost_audio.set(state.lost_audio_s)

    def of_providers(self, runtimes: Runtimes, label: Few) -> None:
        worst: dict[tuple[str, str], float] = {}
        for runtime in runtimes.ready().values():
            for one in runtime.health.snapshot(clock.now()):
                key = (one.kind, label(one.name))
                ill_s = one.ill_s if one.state is not State.CLOSED else 0.0
                worst[key] = max(worst.get(key, 0.0), ill_s)
        self.resting.clear()
        for key, ill_s in worst.items():
            self.resting.labels(*key).set(ill_s)


def _or_none_yet(age_s: float | None) -> float:
    return -1.0 if age_s is None else age_s
