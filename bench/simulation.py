"""How fast whole calls run in virtual time: the real call, the real leg, everything else simulated, faults included."""

import logging
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from bench import speculation
from bench.house import Plan, call_in_memory
from bench.table import Outcome, Row, single
from offhook.agents.model import Agent
from offhook.audio.vad import EnergyVad
from offhook.call.runtime import AgentRuntime
from offhook.simulator.caller import Caller
from offhook.simulator.scenario import Scenario
from offhook.simulator.virtual import run_virtual
from offhook.simulator.voices import TapeVoice, prepare
from offhook.speech.ports import Setup
from offhook.speech.registry import create_language_model, create_speech_to_text, create_voice
from offhook.speech.scripted.turn_model import ScriptedTurnModel
from offhook.tools.toolbox import Toolbox

LONGEST_CALL_S: Final = 1800.0
CALLS: Final = 60
"""Of a full run."""
SHORT_CALLS: Final = 10_000
"""With discarded speculations, in a full run."""
CI_HOURS: Final = 100
"""The goal of a CI run (docs: metrics)."""


def measure(calls: int, seed: int, folder: Path) -> Outcome:
    """So many random calls, one after the other in one process; then many short ones with discarded speculations."""
    logging.disable(logging.ERROR)
    try:
        # The first call loads what every later one uses: it is not counted.
        _run(seed * 1000, folder)
        began_at, cpu_began_at = perf_counter(), process_time()
        lengths_s = [_run(seed * 1000 + number, folder) for number in range(1, calls + 1)]
    finally:
        logging.disable(logging.NOTSET)
    hours = sum(lengths_s) / 3600
    real_s, cpu_s = perf_counter() - began_at, process_time() - cpu_began_at
    speed = sum(lengths_s) / real_s
    ci_s = CI_HOURS / hours * real_s
    rows = [
        single("simulation", "call-hours per second, faults and recordings on", "h/s", hours / real_s, calls),
        single("simulation", "times faster than real time", "", speed, calls),
        single("simulation", "CPU per second of a simulated call", "ms/s", 1000 * cpu_s / sum(lengths_s), calls),
        single("simulation", f"{CI_HOURS} call-hours take", "s", ci_s, calls),
        Row("simulation", "length of a call", "s", lengths_s),
    ]
    discarded = speculation.measure(SHORT_CALLS * calls // CALLS, seed)
    return Outcome([*rows, *discarded.rows], discarded.notes)


def _run(seed: int, folder: Path) -> float:
    """One call of this number; its length in seconds."""
    scenario = Scenario.from_seed(seed)
    return run_virtual(_call(scenario, folder / str(seed)), seed=seed)


async def _call(scenario: Scenario, data_dir: Path) -> float:
    runtime = _runtime(scenario)
    await runtime.prepare()
    caller = Caller(await prepare(scenario.script, TapeVoice()))
    plan = Plan(scenario.seed, scenario.network, scenario.media, LONGEST_CALL_S)
    report = await call_in_memory(runtime, caller, data_dir, plan)
    return report.length_s


def _runtime(scenario: Scenario) -> AgentRuntime:
    blocks = {"stt": scenario.stt, "llm": scenario.llm, "tts": scenario.tts}
    document = {"name": "bench", **{name: block.model_dump() for name, block in blocks.items()}}
    agent = Agent.model_validate(document)
    setup = Setup(language=agent.language, agent_name=agent.name)
    return AgentRuntime(
        agent=agent,
        behaviour=agent.behaviour(),
        script=agent.script(),
        stt=create_speech_to_text(agent.stt, setup),
        llm=create_language_model(agent.llm, setup),
        voice=create_voice(agent.tts, setup),
        turn_model=ScriptedTurnModel(error_rate=scenario.turn_error_rate, seed=scenario.seed),
        vad=EnergyVad(),
        toolbox=Toolbox(agent.tools, setup),
    )
