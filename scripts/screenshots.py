"""Takes a picture of every page of the dashboard, in both themes and three widths, on a server with sample calls.

python -m scripts.screenshots                 all of them, into screenshots/
python -m scripts.screenshots /calls /agents  pages whose address begins so
python -m scripts.screenshots --clip          a call page while its call is played, as an animation
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2
from PIL import Image
from playwright.sync_api import Browser

from tests.dashboard_pages import SEARCHES, Written, made, pages
from tests.dashboard_world import FAKE_MICROPHONE, ROOT, WIDTHS, Server, chromium, serving, signed_in

FOLDER: Final = ROOT / "screenshots"
LONGEST_PX: Final = 4000
CLIP: Final = (1280, 800)
CLIP_WIDTH: Final = 1120
CLIP_S: Final = 16.0
"""Of the call."""
FRAME_S: Final = 0.25
SLOWLY: Final = 0.0625
"""Played at this rate while a picture is taken, which lasts longer than what it shows."""
SETTLED_MS: Final = 80
MOST_BYTES: Final = 1_500_000
PLAY_SLOWLY: Final = f"""
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {{
  this.playbackRate = {SLOWLY};
  window.played = this;
  return play.call(this);
}};
"""


def main(arguments: Sequence[str]) -> None:
    """Start a server of its own, look, and stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("addresses", nargs="*", help="pages whose address begins so; none: all")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder")
    parser.add_argument("--clip", action="store_true", help="an animation of a call page alone")
    wished = parser.parse_args(arguments)
    wished.into.mkdir(parents=True, exist_ok=True)
    with _house() as (server, ids), chromium(*FAKE_MICROPHONE) as browser:
        if wished.clip:
            _film(browser, server, _cut_short(server, ids["callId"]), wished.into / "call-page.webp")
        else:
            _look(browser, server, ids, wished.into, wished.addresses)


@contextmanager
def _house() -> Iterator[tuple[Server, dict[str, str]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), OFFHOOK_PRIVATE_HOSTS="127.0.0.1") as server,
    ):
        yield server, made(server, server.key())


def _look(browser: Browser, server: Server, ids: dict[str, str], into: Path, wished: Sequence[str]) -> None:
    shown = [
        (page, search)
        for page in pages()
        for search in ("", *SEARCHES.get(page.pattern, ()))
        if not wished or any(page.pattern.startswith(start) for start in wished)
    ]
    for theme in ("light", "dark"):
        for width, size in WIDTHS.items():
            eye = signed_in(browser, server, dark=theme == "dark", size=size, reduced_motion="reduce")
            for page, search in shown:
                eye.page.goto("about:blank")
                eye.go(page.address(ids, search))
                path = into / f"{_name(page, search)}-{theme}-{width}.png"
                # What stays in sight while one scrolls would stand in the middle of a longer picture.
                height = min(eye.page.evaluate("document.documentElement.scrollHeight"), LONGEST_PX)
                eye.page.set_viewport_size({"width": size[0], "height": max(height, size[1])})
                eye.page.screenshot(path=path)
                eye.page.set_viewport_size({"width": size[0], "height": size[1]})
                sys.stdout.write(f"{path}\n")
            for trouble in eye.troubles:
                sys.stdout.write(f"  the console says: {trouble}\n")
            eye.context.close()


def _name(page: Written, search: str) -> str:
    words = [*page.pattern.strip("/").replace("$", "").split("/"), *search.replace("=", "-").split("&")]
    return "-".join(word for word in words if word) or "today"


def _cut_short(server: Server, fallback: str) -> str:
    """The call of the samples with most words that the caller did not hear: there is something to see."""
    with httpx2.Client(base_url=f"{server.base}/v1", timeout=60) as api:
        api.headers["Authorization"] = f"Bearer {server.key()}"
        records = [api.get(f"/calls/{call['id']}").json() for call in api.get("/calls").json()["data"]]
    unheard = {record["id"]: sum(len(turn["unheard"]) for turn in record["turns"]) for record in records}
    return max(unheard, key=lambda call: unheard[call], default=fallback)


def _film(browser: Browser, server: Server, call: str, path: Path) -> None:
    """Pictures of the page while it plays, one for each step of the call's clock."""
    eye = signed_in(browser, server, size=CLIP)
    eye.page.add_init_script(PLAY_SLOWLY)
    eye.go(f"/calls/{call}")
    eye.page.keyboard.press("Space")
    eye.page.wait_for_function("window.played")
    frames = list[Image.Image]()
    for step in range(round(CLIP_S / FRAME_S)):
        eye.page.evaluate(f"window.played.currentTime = {step * FRAME_S}")
        eye.page.wait_for_timeout(SETTLED_MS)
        picture = Image.open(io.BytesIO(eye.page.screenshot())).convert("RGB")
        frames.append(picture.resize((CLIP_WIDTH, CLIP_WIDTH * CLIP[1] // CLIP[0]), Image.Resampling.LANCZOS))
    shown_ms = round(FRAME_S * 1000)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=shown_ms, loop=0, quality=70, method=6,
                   minimize_size=True)  # fmt: skip
    size = path.stat().st_size
    sys.stdout.write(f"{path}: {size >> 10} kB, {len(frames)} pictures\n")
    assert size <= MOST_BYTES, "too much for a README: shorter, or smaller"
    eye.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
