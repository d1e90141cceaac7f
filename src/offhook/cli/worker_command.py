"""`offhook worker`: a process that does the durable work (deliveries, what is to be done later) and takes no calls."""

import asyncio
import logging
import os
import signal

from offhook.settings import Settings

_LOG = logging.getLogger("offhook")


def worker() -> None:
    """Do the durable work in the servers' place, until a signal. Needs PostgreSQL: a file has one process."""
    import uvloop

    from offhook.cli.log import begin_log
    from offhook.cli.workers import require_several

    begin_log()
    os.umask(0o077)
    settings = Settings.from_environment()
    require_several(settings)
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    from offhook.platform.platform import Platform
    from offhook.platform.processes import WORKER

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, over.set)
    platform = await Platform.open(settings)
    try:
        await platform.start(WORKER)
        _LOG.info("= worker: pid %d, %s", os.getpid(), platform.processes.id)
        await over.wait()
    finally:
        await platform.stop()
