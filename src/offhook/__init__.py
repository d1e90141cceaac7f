"""Offhook answers and places real telephone calls with an AI agent, on its owner's own keys."""

from typing import Final

__version__: Final = "0.1.0"
