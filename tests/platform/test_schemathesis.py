"""Every operation of the API, asked what no person would ask: what it answers is what its document says."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, ignored_auth, response_schema_conformance

from offhook.api import rates
from offhook.api.app import ROOT, mount_api
from offhook.api.document import operations
from offhook.platform.buckets import Allowance
from tests.platform.test_openapi import document_of
from tests.platform_world import new_database, world

SEED = 20261128
EXAMPLES = 12
SELDOM = {"create_backup": 2, "sign_in": 4}
"""These take a process or a hash of their own each time."""
ASKS_THE_CARRIER = {"connect_carrier_account"}
"""No carrier is there to answer: that it cannot be reached is in the document."""
CHECKS = (not_a_server_error, response_schema_conformance, content_type_conformance, ignored_auth)


@dataclass
class Served:
    """A server on a port of this machine."""

    address: str
    key: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    patch = pytest.MonkeyPatch()
    # Strangers are slowed down; here they ask for what they are told, not how often.
    patch.setattr(rates, "STRANGERS", Allowance(1_000_000, 0.001))
    started, stop = threading.Event(), asyncio.Event()
    found: dict[str, Any] = {}

    async def main() -> None:
        found["loop"] = asyncio.get_running_loop()
        url = new_database("sqlite", folder)
        async with world(url, folder, api_per_minute=1_000_000) as here:
            app = FastAPI(openapi_url=None)
            mount_api(app, here.platform)
            server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
            server.capture_signals = suppress  # type: ignore[assignment]
            serving = asyncio.ensure_future(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            found["port"] = server.servers[0].sockets[0].getsockname()[1]
            found["key"] = here.key
            started.set()
            await stop.wait()
            server.should_exit = True
            await serving

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert started.wait(30)
    yield Served(f"http://127.0.0.1:{found['port']}{ROOT}", found["key"])
    found["loop"].call_soon_threadsafe(stop.set)
    thread.join(30)
    patch.undo()


@pytest.fixture(scope="module")
def schema(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.address}/openapi.json")


def names(folder: Path) -> list[str]:
    return [operation["operationId"] for _, operation in operations(document_of(folder))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each operation that there is."""
    import tempfile

    if "operation_id" in metafunc.fixturenames:
        with tempfile.TemporaryDirectory() as folder:
            metafunc.parametrize("operation_id", names(Path(folder)))


def test_an_operation_keeps_to_its_document(operation_id: str, schema: Any, served: Served) -> None:
    operation = schema.find_operation_by_id(operation_id)
    headers = {"Authorization": f"Bearer {served.key}"}

    @seed(SEED)
    @settings(
        max_examples=SELDOM.get(operation_id, EXAMPLES),
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)
        if operation.body or list(operation.iter_parameters())
        else operation.as_strategy(GenerationMode.POSITIVE)
    )
    def keeps(case: Any) -> None:
        checks = [one for one in CHECKS if one is not not_a_server_error or operation_id not in ASKS_THE_CARRIER]
        answer = case.call_and_validate(headers=headers, checks=checks, allow_redirects=False)
        assert answer.status_code < 500 or answer.json()["code"] == "carrier.unreachable"

    keeps()
