"""`offhook talk`: an agent, and a page where the browser's microphone is the caller. No telephone, no carrier."""

import ipaddress
import logging
import os
import secrets
import sys
import threading
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from offhook.settings import Secret, Settings
from offhook.web.safety import plain_address

KEY_BYTES: Final = 24
_TEXT_BROWSERS: Final = ("www-browser", "links", "elinks", "lynx", "w3m")
"""These would take the terminal, and have no microphone."""


def talk(
    agent: Annotated[Path | None, typer.Argument(help="The agent's file; without one, the sample hotel.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs https.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
    opens: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser, if there is one.")] = True,
) -> None:
    """Talk to an agent with your own mouth: a page where the browser's microphone is the caller. Ctrl-C ends it."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.checks.examination import examine, require
    from offhook.cli.demo_command import example, fetch_models
    from offhook.cli.log import begin_log
    from offhook.cli.serve_command import SWITCH_S, PageWish, serve_agents
    from offhook.platform.assembly import runtimes_of

    begin_log(logging.WARNING)
    os.umask(0o077)
    console = Console(highlight=False, soft_wrap=True)
    file = agent or example("harbour-hotel/agent.yaml")
    # As `serve` does, but for what only a carrier needs.
    require(examine(file, host, port, has_carrier=False, with_models=False))
    settings, team = Settings.from_environment(), load_team(file)
    fetch_models(file)
    key = secrets.token_urlsafe(KEY_BYTES)

    def on_ready(bound: int) -> None:
        addresses = addresses_of(host, bound, settings.public_url, key)
        for line in told(addresses, host, bound):
            console.print(line, markup=False)
        if opens:
            # A browser may take its time to start, or wait for one that runs already.
            threading.Thread(target=open_browser, args=(addresses[0],), daemon=True).start()

    console.print(f"Loading {next(iter(team.values())).name} ...", markup=False)
    sys.setswitchinterval(SWITCH_S)
    wish = PageWish(Secret(key), on_ready)
    uvloop.run(serve_agents(runtimes_of(file, settings), team, settings, (host, port), wish))


def addresses_of(host: str, port: int, public_url: str, key: str) -> list[str]:
    """Where the page is: on this machine, and by the public address when that is known and has the microphone."""
    host = plain_address(host)
    reached = "127.0.0.1" if host in ("0.0.0.0", "::", "localhost") else host
    shown = f"[{reached}]" if ":" in reached else reached
    here = f"http://{shown}:{port}/talk#{key}"
    return [here, f"{public_url}/talk#{key}"] if public_url.startswith("https://") else [here]


def told(addresses: list[str], host: str, port: int) -> list[str]:
    """What the terminal says when the page is there."""
    here, *public = addresses
    lines = ["", "Talk here:", f"  {here}", *(f"  {address}" for address in public), ""]
    lines.append("Whoever has the whole address can talk to the agent; it counts until this process ends.")
    if not is_local(host):
        lines += [
            "Other machines can reach the page. Browsers give it the microphone over https only, and over plain http",
            "on this very machine. So put https in front (a proxy, a tunnel) and set OFFHOOK_PUBLIC_URL to its",
            "address, or bring this port to the other machine and open the address above there:",
            f"  ssh -L {port}:127.0.0.1:{port} you@this-machine",
        ]
    return [*lines, "Ctrl-C ends it.", ""]


def is_local(host: str) -> bool:
    """Nobody but this machine reaches this address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def open_browser(address: str) -> bool:
    """Open the person's browser; False when there is none that could show the page."""
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if isinstance(browser, webbrowser.GenericBrowser) and Path(browser.name).name in _TEXT_BROWSERS:
        return False
    # Its messages are for nobody: the address stands in the terminal.
    return browser.open(address)
