"""An agent's document as the text of a file, and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from offhook.agents.yaml_document import MAX_BYTES, parsed_document
from offhook.agents.yaml_values import CoreDumper
from offhook.errors import ConfigurationError
from offhook.platform.agent_schema import in_order

WIDTH: Final = 110
_CALLED: Final = Path("agent.yaml")
"""What messages call a text that was sent."""


class _Dumper(CoreDumper):
    """Texts of several lines stand as they are, and lists are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists too."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(document: Mapping[str, Any]) -> str:
    """A file that `AGENT.yaml` readers take, the same for the same document."""
    plain = in_order(document)
    return str(yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH))


def from_yaml(text: str, called: Path = _CALLED) -> dict[str, Any]:
    """The document of a file's text. Raises `ConfigurationError`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ConfigurationError("the file is too large", file=str(called), expected="an agent's page or two")
    return parsed_document(called, text.removeprefix("\ufeff")).data
