"""What agents know: uploaded, judged by its content, kept as long as a version knows it, and there when it answers."""

from typing import Any

from tests.office_files import LOCKED_PDF, docx, paragraph, pdf
from tests.platform.conftest import Play
from tests.platform.test_agents import make_agent, publish
from tests.platform.test_line_up import called
from tests.platform_world import World

MENU = b"# Menu\n\n- Soup costs 4 euros.\n- Bread is free.\n"


async def upload(world: World, agent_id: str, name: str, data: bytes, **more: Any) -> Any:
    files = {"file": (name, data, "application/octet-stream")}
    return await world.client.post(f"/agents/{agent_id}/documents", files=files, **more)


def test_an_agent_knows_what_was_uploaded_and_old_versions_what_they_knew(play: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world, knowledge=["menu.md", "prices.csv"])
        assert (await upload(world, made["id"], "menu.md", MENU)).json()["is_used"] is True
        table = await upload(world, made["id"], "prices.csv", b"Item;Price\nTea;2\nCake;5\n")
        assert table.json()["media_type"] == "text/csv"
        first = await publish(world, made["id"])
        assert set(first["files"]) == {"menu.md", "prices.csv"}
        await upload(world, made["id"], "menu.md", b"- Soup costs 6 euros.\n")
        second = await publish(world, made["id"])
        assert second["number"] == 2 and second["files"]["menu.md"] != first["files"]["menu.md"]
        runtime = await world.platform.line_up.runtimes.resolve(called("", agent=f"{made['id']}/2"))
        assert runtime.facts is not None
        texts = [fact.text for fact in runtime.facts.all()]
        assert "Soup costs 6 euros." in texts and "Item: Tea; Price: 2" in texts
        back = await world.client.post(f"/agents/{made['id']}/rollback", json={"version": 1})
        assert back.json()["files"] == first["files"]
        runtime = await world.platform.line_up.runtimes.resolve(called("", agent=f"{made['id']}/3"))
        assert runtime.facts is not None and "Soup costs 4 euros." in [fact.text for fact in runtime.facts.all()]

    play(act)


def test_word_files_pdf_and_pages_are_known_as_what_they_say(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world, knowledge=["hotel.docx", "menu.pdf", "page.html"])
        hotel = docx(paragraph("Parking", "Tytul") + paragraph("The garage is free."))
        menu = pdf([(18, False, "Kitchen"), (11, False, "Soup is 4 euros, bread is free.")])
        kinds = {}
        for name, data in (("hotel.docx", hotel), ("menu.pdf", menu), ("page.html", b"<html><p>Dogs may come.")):
            kept = (await upload(world, made["id"], name, data)).json()
            kinds[name] = kept["media_type"]
            back = await world.client.get(f"/agents/{made['id']}/documents/{kept['id']}/content")
            # Whatever was uploaded is given back as bytes, never as a page.
            assert back.content == data and back.headers["content-type"] == "application/octet-stream"
        assert kinds["menu.pdf"] == "application/pdf" and kinds["page.html"] == "text/html"
        await publish(world, made["id"])
        runtime = await world.platform.line_up.runtimes.resolve(called("", agent=f"{made['id']}/1"))
        assert runtime.facts is not None
        sources = {fact.text: fact.source for fact in runtime.facts.all()}
        assert sources["The garage is free."] == "hotel.docx > Parking" and "Dogs may come." in sources

    play_here(act)


def test_a_deleted_document_stays_for_the_versions_that_know_it(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world, knowledge=["menu.md"])
        one = (await upload(world, made["id"], "menu.md", MENU)).json()
        spare = (await upload(world, made["id"], "spare.md", b"- Nobody asks.\n")).json()
        version = await publish(world, made["id"])
        path = f"/agents/{made['id']}/documents"
        assert (await world.client.get(f"{path}/{one['id']}/content")).content == MENU
        for key in (one["id"], spare["id"]):
            assert (await world.client.delete(f"{path}/{key}")).status_code == 204
        assert (await world.client.get(path)).json()["data"] == []
        kept = [key async for key in world.platform.objects.keys(f"{world.workspace}/knowledge/")]
        assert [key.rpartition("/")[2] for key in kept] == [version["files"]["menu.md"]]
        refused = (await world.client.post(f"/agents/{made['id']}/publish")).json()
        assert refused["errors"][0]["pointer"] == "/knowledge/0"

    play_here(act)


UNFIT = [
    ("menu.md", b"%PDF-1.7 ...", "document.kind"),
    ("menu.pdf", b"%PDF-1.7 ...", "document.unreadable"),
    ("menu.pdf", LOCKED_PDF, "document.unreadable"),
    ("menu.txt", b"PK\x03\x04rest", "document.kind"),
    ("menu.txt", b"<!DOCTYPE html><p>soup", "document.kind"),
    ("menu.txt", "Süß".encode("latin-1"), "document.encoding"),
    ("menu.txt", b"a\x00b", "document.kind"),
    ("menu.txt", b" \n ", "document.empty"),
    ("menu.exe", MENU, "document.kind"),
    ("../menu.md", MENU, "document.name"),
    ("a/b.md", MENU, "document.name"),
    (".menu.md", MENU, "document.name"),
    ("menu.md", b"x" * (4 * 2**20 + 1), "document.too_large"),
]


def test_a_document_is_judged_by_its_content(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        for name, data, code in UNFIT:
            answer = await upload(world, made["id"], name, data)
            assert answer.status_code == 422 and answer.json()["code"] == code, (name, answer.text)
        assert [key async for key in world.platform.objects.keys("")] == []

    play_here(act)


def test_another_workspace_neither_sees_nor_writes_them(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        one = (await upload(world, made["id"], "menu.md", MENU)).json()
        _, key = await world.other()
        theirs, path = world.as_key(key), f"/agents/{made['id']}/documents"
        answers = [
            await upload(world, made["id"], "menu.md", b"- theirs\n", headers=theirs),
            await world.client.get(path, headers=theirs),
            await world.client.get(f"{path}/{one['id']}/content", headers=theirs),
            await world.client.delete(f"{path}/{one['id']}", headers=theirs),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert (await world.client.get(f"{path}/{one['id']}/content")).content == MENU

    play_here(act)
