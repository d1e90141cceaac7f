"""The client of an Offhook server."""

from offhook_client.client import AsyncClient, Client
from offhook_client.problem import Problem

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "Problem"]
