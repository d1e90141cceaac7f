"""A call's history as text for people: what `transcript.txt` holds, and what the terminal shows."""

from offhook.core import history as hist

WIDTH = 6
"""Of the speaker's name."""


def spoken(entry: hist.Entry) -> tuple[str, str]:
    """Who, and what; two empty texts for an entry that nobody would miss."""
    match entry:
        case hist.CallerSaid(text=text):
            return "caller", text
        case hist.AgentSaid(text=text, interrupted=interrupted) if text:
            return "agent", f"{text}  [interrupted]" if interrupted else text
        case hist.KeysPressed(keys=keys):
            return "caller", f"[keys] {keys}"
        case hist.HumanSaid(name=name, text=text):
            return name or "person", text
        case hist.AgentTookOver(agent=agent):
            return "·", f"{agent} is in charge"
        case hist.ToolCalled(name=name, arguments=arguments):
            return "tool", f"{name} {arguments}"
        case hist.ToolAnswered(outcome=outcome, text=text):
            return "tool", f"{outcome}: {text}"
        case hist.Instructed(text=text):
            return "·", f"the agent is told: {text}"
        case _:
            return "", ""


def transcript_line(entry: hist.Entry, at: float) -> str:
    """A line of the transcript with its end; empty for an entry that is not in it. One entry is one line."""
    who, what = spoken(entry)
    return f"{at:8.2f}  {who:<{WIDTH}}  {' '.join(what.split())}\n" if who else ""
