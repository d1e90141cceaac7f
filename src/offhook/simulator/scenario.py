"""Scenarios: a whole random call from one number. The same seed gives the same caller, network and faults.

A run that fails prints its seed; `Scenario.from_seed(seed)` is then the bug report.
"""

import random
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from offhook.simulator.caller_script import CallerScript, script_from
from offhook.simulator.carrier_media import MediaFaults
from offhook.simulator.network import Network
from offhook.speech.llm.scripted import Config as LlmConfig
from offhook.speech.stt.scripted import Config as SttConfig
from offhook.speech.tts.scripted import Config as TtsConfig

WORDS: Final = (
    "please", "table", "tomorrow", "evening", "breakfast", "room", "window", "garden", "early", "quiet", "question",
    "about", "parking", "price", "little", "better", "another", "reservation", "Saturday", "family", "upstairs",
    "number", "seven", "twelve", "possible", "arrive", "leave", "change", "address", "station",
)  # fmt: skip
DIGITS: Final = "0123456789*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerOdds:
    """What a caller does, each of a turn or before one, but for the last two."""

    pause: float = 0.3
    """Inside the turn."""
    barge_in: float = 0.25
    backchannel: float = 0.25
    cough: float = 0.1
    noise: float = 0.1
    digits: float = 0.1
    long_silence: float = 0.05
    """Longer than the agent's patience."""
    abrupt_end: float = 0.3
    """Of a call: hangs up without waiting for an answer."""
    background: float = 0.2
    """Of a call: noise under everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierOdds:
    """What happens on the way, each of a call."""

    loss: float = 0.3
    bursts: float = 0.3
    drop: float = 0.05
    half_open: float = 0.03
    marks: float = 0.06
    """They come late or never."""
    odd_end: float = 0.06
    """The end of the call is not, or only half, told."""
    stopped: float = 0.03
    """The stream is stopped in the middle."""
    storm: float = 0.02
    """Of keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOdds:
    """What fails behind the server, each of a call."""

    stt_drop: float = 0.15
    stt_fault: float = 0.1
    llm_fault: float = 0.2
    tts_fault: float = 0.15
    no_word_times: float = 0.3
    turn_errors: float = 0.3
    """The end-of-turn model is wrong now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How likely each thing is, 0 to 1."""

    caller: CallerOdds = field(default_factory=CallerOdds)
    carrier: CarrierOdds = field(default_factory=CarrierOdds)
    providers: ProviderOdds = field(default_factory=ProviderOdds)


WORKING: Final = Odds(
    carrier=CarrierOdds(**dict.fromkeys(CarrierOdds.__dataclass_fields__, 0.0)),
    providers=ProviderOdds(**dict.fromkeys(ProviderOdds.__dataclass_fields__, 0.0)),
)
"""Nothing fails; callers do what callers do."""
CALM: Final = Odds(
    caller=CallerOdds(**dict.fromkeys(CallerOdds.__dataclass_fields__, 0.0)),
    carrier=WORKING.carrier,
    providers=WORKING.providers,
)
"""No faults, and a caller who only talks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One call: who calls, over what, and what fails on the server's side."""

    seed: int
    script: CallerScript
    network: Network = field(default_factory=Network)
    media: MediaFaults = field(default_factory=MediaFaults)
    stt: SttConfig = field(default_factory=SttConfig)
    llm: LlmConfig = field(default_factory=LlmConfig)
    tts: TtsConfig = field(default_factory=TtsConfig)
    turn_error_rate: float = 0.0
    """Of the scripted end-of-turn model."""

    @classmethod
    def from_seed(cls, seed: int, odds: Odds = Odds()) -> "Scenario":
        """The call of that number."""
        # A generator for each part: a change of one leaves the others of all seeds as they were.
        parts = ("caller", "network", "media", "stt", "llm", "tts", "turn")
        chance = {part: random.Random(f"{seed} {part}") for part in parts}
        return cls(
            seed=seed,
            script=_script(chance["caller"], odds.caller, seed),
            network=_network(chance["network"], odds.carrier, seed),
            media=_media(chance["media"], odds.carrier),
            stt=_stt(chance["stt"], odds.providers, seed),
            llm=_llm(chance["llm"], odds.providers, seed),
            tts=_tts(chance["tts"], odds.providers, seed),
            turn_error_rate=_turn_error_rate(chance["turn"], odds.providers),
        )

    @property
    def is_calm(self) -> bool:
        """Nothing fails but what a caller does: every turn must then be answered, and every word heard is known."""
        providers = (self.stt.fault, self.llm.fault, self.tts.fault)
        network, media = self.network, self.media
        moments = (network.drop_at_s, network.half_open_at_s, self.stt.drop_after_s, media.stop_at_s, media.storm_at_s)
        return (
            all(fault == "none" for fault in providers)
            and all(at is None for at in moments)
            and not network.loss
            and (media.marks, media.end) == ("returned", "stop_and_close")
        )


def _script(chance: random.Random, odds: CallerOdds, seed: int) -> CallerScript:
    steps: list[dict[str, Any]] = []
    for turn in range(chance.randint(1, 6)):
        steps += _before(chance, odds)
        text = _text(chance, odds, turn)
        if turn and chance.random() < odds.barge_in:
            steps.append({"barge_in": text, "after_s": round(chance.uniform(0.1, 2.0), 2), "at_most_s": 15})
        else:
            steps.append({"wait": {"silent_s": round(chance.uniform(0.2, 1.5), 2), "at_most_s": 25}})
            steps.append({"say": text, "pause_s": round(chance.uniform(0.5, 1.3), 2)})
    if chance.random() >= odds.abrupt_end:
        steps.append({"wait": {"silent_s": 2.0, "at_most_s": 30}})
    steps.append({"hang_up": True})
    background = round(chance.uniform(-70, -55), 1) if chance.random() < odds.background else None
    return script_from({"name": f"seed {seed}", "seed": seed, "background_db": background, "steps": steps})


def _before(chance: random.Random, odds: CallerOdds) -> list[dict[str, Any]]:
    after_s = round(chance.uniform(0.2, 1.5), 2)
    possible: list[tuple[float, dict[str, Any]]] = [
        (odds.backchannel, {"backchannel": chance.choice(("mm-hm", "uh-huh")), "after_s": after_s, "at_most_s": 10}),
        (odds.cough, {"cough": True, "after_s": after_s, "at_most_s": 10}),
        (odds.noise, {"noise": chance.choice(("white", "street", "hum")), "duration_s": 0.5, "level_db": -35}),
        (odds.digits, {"digits": "".join(chance.choice(DIGITS) for _ in range(chance.randint(1, 6)))}),
        (odds.long_silence, {"silence": round(chance.uniform(8, 25), 1)}),
    ]
    return [step for likelihood, step in possible if chance.random() < likelihood]


def _text(chance: random.Random, odds: CallerOdds, turn: int) -> str:
    words = [chance.choice(WORDS) for _ in range(chance.randint(2, 9))]
    if len(words) > 3 and chance.random() < odds.pause:
        words.insert(chance.randint(2, len(words) - 1), "...")
    # The number makes each turn's text one of its own, so that a lost or doubled turn shows.
    return f"Turn{turn + 1} " + " ".join(words) + chance.choice((".", "?", "."))


def _network(chance: random.Random, odds: CarrierOdds, seed: int) -> Network:
    bursty = chance.random() < odds.bursts
    return Network(
        delay_s=round(chance.uniform(0.01, 0.15), 3),
        jitter_s=round(chance.uniform(0.0, 0.03), 3),
        loss=round(chance.uniform(0.002, 0.02), 4) if chance.random() < odds.loss else 0.0,
        burst_every_s=round(chance.uniform(1.0, 6.0), 2) if bursty else 0.0,
        burst_gap_s=round(chance.uniform(0.05, 0.25), 3) if bursty else 0.0,
        drop_at_s=round(chance.uniform(1.0, 40.0), 2) if chance.random() < odds.drop else None,
        half_open_at_s=round(chance.uniform(1.0, 40.0), 2) if chance.random() < odds.half_open else None,
        seed=seed,
    )


def _media(chance: random.Random, odds: CarrierOdds) -> MediaFaults:
    marks: tuple[Literal["late", "never"], ...] = ("late", "never")
    ends: tuple[Literal["stop", "nothing"], ...] = ("stop", "nothing")
    return MediaFaults(
        marks=chance.choice(marks) if chance.random() < odds.marks else "returned",
        mark_delay_s=round(chance.uniform(0.3, 4.0), 2),
        stop_at_s=round(chance.uniform(1.0, 40.0), 2) if chance.random() < odds.stopped else None,
        storm_at_s=round(chance.uniform(0.5, 20.0), 2) if chance.random() < odds.storm else None,
        end=chance.choice(ends) if chance.random() < odds.odd_end else "stop_and_close",
    )


def _stt(chance: random.Random, odds: ProviderOdds, seed: int) -> SttConfig:
    faults: tuple[Literal["mute", "duplicate_final", "garbage"], ...] = ("mute", "duplicate_final", "garbage")
    return SttConfig(
        connect_s=round(chance.uniform(0.0, 0.5), 2),
        word_delay_s=round(chance.uniform(0.05, 0.4), 2),
        interim_every_s=round(chance.uniform(0.05, 0.5), 2),
        final_latency_s=round(chance.uniform(0.05, 0.5), 2),
        drop_after_s=round(chance.uniform(0.5, 20.0), 1) if chance.random() < odds.stt_drop else None,
        drops=chance.randint(1, 3),
        fault=chance.choice(faults) if chance.random() < odds.stt_fault else "none",
        seed=seed,
    )


def _llm(chance: random.Random, odds: ProviderOdds, seed: int) -> LlmConfig:
    faults: tuple[Literal["fail", "never_start", "stall", "fail_mid"], ...] = (
        "fail", "never_start", "stall", "fail_mid",
    )  # fmt: skip
    return LlmConfig(
        first_token_s=round(chance.uniform(0.1, 1.2), 2),
        token_s=round(chance.uniform(0.005, 0.05), 3),
        otherwise="You said: {text}. " + "Is there anything else that I can do for you today?" * chance.randint(0, 1),
        fault=chance.choice(faults) if chance.random() < odds.llm_fault else "none",
        fault_tokens=chance.randint(0, 6),
        fault_rate=round(chance.uniform(0.2, 0.8), 2),
        seed=seed,
    )


def _tts(chance: random.Random, odds: ProviderOdds, seed: int) -> TtsConfig:
    faults: tuple[Literal["fail", "never_start", "stall", "fail_mid"], ...] = (
        "fail", "never_start", "stall", "fail_mid",
    )  # fmt: skip
    return TtsConfig(
        first_audio_s=round(chance.uniform(0.05, 0.4), 2),
        realtime_factor=round(chance.choice((0.02, 0.1, 0.5, 0.9)), 2),
        word_times=chance.random() >= odds.no_word_times,
        fault=chance.choice(faults) if chance.random() < odds.tts_fault else "none",
        fault_pieces=chance.randint(0, 4),
        fault_rate=round(chance.uniform(0.2, 0.6), 2),
        seed=seed,
    )


def _turn_error_rate(chance: random.Random, odds: ProviderOdds) -> float:
    return round(chance.uniform(0.02, 0.2), 3) if chance.random() < odds.turn_errors else 0.0
