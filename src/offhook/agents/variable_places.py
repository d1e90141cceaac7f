"""Where in an agent's document a variable may stand: what is filled in for each call, and nowhere else."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.turn_taking import SENTENCES
from offhook.agents.variables import check_used, texts_at, used_in

if TYPE_CHECKING:
    from offhook.agents.model import Agent

Place = tuple[str | int, ...]


def check_places(agent: "Agent") -> None:
    """Raises `ValueError`: a variable that is none, or stands where nothing is filled in."""
    for place, text in _texts(agent):
        if "{{" not in text:
            continue
        where = ".".join(map(str, place))
        if not may_stand(place, agent):
            if used_in(text):
                raise ValueError(f"{where}: {{{{{used_in(text)[0]}}}}} is not filled in here")
            continue
        try:
            check_used(text, agent.variables)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None


def uses_any(agent: "Agent") -> bool:
    """A variable stands somewhere."""
    return any(used_in(text) for place, text in _texts(agent) if may_stand(place, agent))


def may_stand(place: Place, agent: "Agent") -> bool:
    """What stands at this place is filled in."""
    match place:
        case ("prompt",) | ("opening", "text"):
            return True
        case ("phrases", str(name), *_):
            return name in SENTENCES
        case ("tools", int(index), "url" | "body" | "headers" | "filler", *_):
            return isinstance(agent.tools[index], HttpToolConfig)
        case ("tools", int(), "destinations", int(), "say"):
            return True
        case _:
            return False


def _texts(agent: "Agent") -> Iterator[tuple[Place, str]]:
    """Every text of the document but the variables' own."""
    document: dict[str, Any] = agent.model_dump(exclude_unset=True, exclude={"variables", "stt", "llm", "tts"})
    yield from texts_at(document)
