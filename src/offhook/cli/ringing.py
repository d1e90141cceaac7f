"""Before a simulated call: is anybody there? A server that is still loading is waited for."""

import asyncio
from typing import Final

import httpx2
from rich.console import Console

from offhook.cli.spelling import spelled
from offhook.errors import ConfigurationError
from offhook.simulator.carrier_web import ServerWeb

LOOK_EVERY_S: Final = 0.5
LONGEST_START_S: Final = 120.0
ANSWER_S: Final = 5.0


async def wait_until_ready(web: ServerWeb, console: Console) -> None:
    """Return when the server takes calls, or answers that it knows no health. Raises `ConfigurationError`."""
    host, port = web.real_address()
    shown = f"[{host}]" if ":" in host else host
    address = f"{'https' if web.is_secure else 'http'}://{shown}:{port}"
    is_told = False
    try:
        async with asyncio.timeout(LONGEST_START_S), httpx2.AsyncClient(timeout=ANSWER_S, trust_env=False) as client:
            while _is_starting(await client.get(f"{address}/healthz")):
                if not is_told:
                    console.print("the server is loading its models: waiting for it", style="dim")
                is_told = True
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError as error:
        raise ConfigurationError("the server is not ready after two minutes", field="--to", found=address) from error
    except httpx2.HTTPError as error:
        raise ConfigurationError(
            spelled("the server cannot be reached: is `offhook serve AGENT.yaml` running there?"),
            field="--to", found=address,
        ) from error  # fmt: skip


def _is_starting(answer: httpx2.Response) -> bool:
    return answer.status_code == 503 and '"starting"' in answer.text
