"""Offhook answers and places real telephone calls with an AI agent, on its owner's own keys."""

__version__ = "0.1.0"
