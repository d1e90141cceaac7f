"""Callers with a wish, some by chance: nearly all wishes end in the right call of the tool, none in a wrong one."""

from bench.wishes import call, callers, services

SAMPLE = 12
"""Callers of each service: the scripted ones and some more; `python -m bench wishes` has twenty of each."""
SEEDS = (1, 7)


def test_wishes_end_in_the_right_call_of_the_tool() -> None:
    for seed in SEEDS:
        for service in services():
            heard = [call(service, caller, seed) for caller in callers(service, seed, SAMPLE)]
            bad = ["\n".join([*one.lines, f"wanted: {one.caller.tool} {one.caller.arguments}"]) for one in heard
                   if not one.is_right]  # fmt: skip
            told = f"seed {seed}, {service.name} ({service.language}):\n" + "\n\n".join(bad)
            assert not any(one.is_wrong for one in heard), told
            assert sum(one.is_right for one in heard) >= 0.9 * len(heard), told
