"""The owner's own prices, in place of the vendors' list prices."""

from collections.abc import Sequence
from functools import partial

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.price_book import UNITS, Component, Price, PriceBook, list_prices
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import PRICES

MOST_PRICES = 1_000
"""Of one workspace."""


async def book_of(store: Store, workspace: str) -> PriceBook:
    """The prices that a workspace's calls are counted at. Raises `StoreError`."""
    return PriceBook(await store.read(workspace, _own))


class Prices:
    """The price books of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self, workspace: str) -> Sequence[Price]:
        """The workspace's own, newest first, then the vendors'."""
        own = await self._store.read(workspace, _own)
        return (*sorted(own, key=lambda price: price.id, reverse=True), *list_prices())

    async def add(self, workspace: str, price: Price, actor: Actor) -> Price:
        """A new price, from its moment on. Raises `Invalid`, `Conflict`."""
        units = UNITS.get(Component(price.component), ()) if price.component in list(Component) else ()
        if price.unit not in units:
            known = ", ".join(units) or ", ".join(Component)
            raise Invalid([Flaw("/unit" if units else "/component", f"there are {known}")])
        made = Price(price.component, price.item, price.unit, price.nano, price.since, new_id("price"))
        await self._store.write(workspace, partial(_add, made), actor)
        return made

    async def remove(self, workspace: str, price_id: str, actor: Actor) -> None:
        """What held before holds again, for calls from now on. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            row = scope.get(PRICES, price_id)
            if row is None:
                raise NotFound("price", price_id)
            scope.delete(PRICES, PRICES.c.id == price_id)
            audit(scope, "price.removed", "price", price_id, before=_shown(_price(row)))
            scope.tell("price", price_id)

        await self._store.write(workspace, job, actor)


def _own(scope: Scope) -> list[Price]:
    return [_price(row) for row in scope.all(scope.select(PRICES).limit(MOST_PRICES))]


def _add(made: Price, scope: Scope) -> None:
    if len(scope.all(scope.select(PRICES.c.id).limit(MOST_PRICES))) >= MOST_PRICES:
        raise Conflict(f"there are {MOST_PRICES} prices already", code="price.too_many", what_to_do="Remove old ones.")
    scope.insert(
        PRICES, id=made.id, component=made.component, item=made.item, unit=made.unit, nano=made.nano, since=made.since
    )
    audit(scope, "price.added", "price", made.id, after=_shown(made))
    scope.tell("price", made.id)


def _price(row: object) -> Price:
    values = row._mapping  # type: ignore[attr-defined]
    return Price(values["component"], values["item"], values["unit"], values["nano"], values["since"], values["id"])


def _shown(price: Price) -> dict[str, object]:
    return {"component": price.component, "item": price.item, "unit": price.unit, "nano": price.nano,
            "since": clock.rfc3339(price.since)}  # fmt: skip
