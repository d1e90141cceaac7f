"""Saved views: a page's filters under a name, one's own or the workspace's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import or_

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.problems import Conflict, Forbidden, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.insight import VIEWS

MOST: Final = 200
"""Of one person or key."""
VIEW: Final = "view"
_V: Final = VIEWS.c


class Views:
    """Those of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def listed(self, workspace: str, actor: Actor, page: str, limit: int, after: str) -> Sequence[Any]:
        """One's own and what is shared, newest first."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(VIEWS).where(or_(_V.owner_id == actor.id, _V.is_shared.is_(True)))
            found = found.where(_V.page == page) if page else found
            found = found.where(_V.id < after) if after else found
            return scope.all(found.order_by(_V.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def save(
        self, workspace: str, page: str, name: str, query: Mapping[str, str], actor: Actor, *, is_shared: bool
    ) -> tuple[Any, bool]:
        """A view; the one of the same page and name is replaced. And whether it is new. Raises `Conflict`."""

        def job(scope: Scope) -> tuple[Any, bool]:
            same = (_V.owner_id == actor.id, _V.page == page, _V.name == name)
            old = scope.first(scope.select(VIEWS).where(*same))
            values = {"query": dict(query), "is_shared": is_shared}
            if old is not None:
                scope.update(VIEWS, _V.id == old.id, **values)
            else:
                own = scope.select(_V.id).where(_V.owner_id == actor.id).order_by(_V.id).offset(MOST - 1)
                if scope.first(own) is not None:
                    raise Conflict(f"nobody has more than {MOST} views", code="view.too_many",
                                   what_to_do="Delete some that you do not use.")  # fmt: skip
                scope.insert(
                    VIEWS, id=new_id(VIEW), owner_id=actor.id, owner_name=actor.name[:200], page=page, name=name,
                    created_at=clock.wall_ms(), **values,
                )  # fmt: skip
            row = scope.first(scope.select(VIEWS).where(*same))
            assert row is not None
            audit(scope, "view.saved", VIEW, row.id, after={"page": page, "name": name, **values})
            scope.tell(VIEW, row.id)
            return row, old is None

        return await self._store.write(workspace, job, actor)

    async def delete(self, workspace: str, view_id: str, actor: Actor, *, may_all: bool) -> None:
        """`may_all`: also a shared one of somebody else's. Raises `NotFound`, `Forbidden`."""

        def job(scope: Scope) -> None:
            row = scope.get(VIEWS, view_id)
            if row is None or (row.owner_id != actor.id and not row.is_shared):
                raise NotFound(VIEW, view_id)
            if row.owner_id != actor.id and not may_all:
                raise Forbidden(f"this view is {row.owner_name or 'somebody'}'s: they, or an owner, may delete it")
            scope.delete(VIEWS, _V.id == view_id)
            audit(scope, "view.deleted", VIEW, view_id, before={"page": row.page, "name": row.name})
            scope.tell(VIEW, view_id)

        await self._store.write(workspace, job, actor)
