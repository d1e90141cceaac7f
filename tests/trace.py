"""Events, commands and entries of the history as the lines of a golden file."""

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason


def trace_line(what: ev.Event | cmd.Command | hi.Entry) -> str:
    """`Name field=value ...`, with times to the millisecond; what every line would repeat is left out."""
    fields = " ".join(f"{name}={_short(getattr(what, name))}" for name in what.__struct_fields__)
    return f"{type(what).__name__} {fields}".rstrip()


def _short(value: object) -> str:
    match value:
        case float():
            return f"{value:.3f}"
        case cmd.Ask():
            told = [(name, getattr(value, name), getattr(cmd.Ask(0), name)) for name in value.__struct_fields__[1:]]
            return f"Ask({value.until}{''.join(f' {name}={what!r}' for name, what, usual in told if what != usual)})"
        case cmd.Say():
            return f"Say({value.name})"
        case hi.Entry():
            return f"[{trace_line(value)}]"
        case EndReason() | ev.Stage() | ev.Detachment() | ev.TransferEnding() | hi.Outcome():
            return str(value)
        case Behaviour() | Script():
            return "..."
    return repr(value)
