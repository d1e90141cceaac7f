"""Revisions as ETags: what changes a thing says which revision of it was read."""

from typing import Annotated

from fastapi import Header

from offhook.platform.problems import Problem


class RevisionMissing(Problem):
    """Say which revision you change."""

    code = "request.if_match_missing"
    what_to_do = "Read the thing first and send its ETag as `If-Match`."


def etag(revision: int) -> dict[str, str]:
    """The header of an answer."""
    return {"ETag": f'"{revision}"'}


def if_match(if_match: Annotated[str | None, Header(description="The ETag that you read.")] = None) -> int | None:
    """The revision that the request changes, None for `*`: whichever. Raises `RevisionMissing` without the header."""
    if if_match is None:
        raise RevisionMissing
    text = if_match.strip().removeprefix("W/").strip('"')
    if text == "*":
        return None
    # A tag that was never ours fits nothing.
    return int(text) if text.isdecimal() and len(text) < 10 else -1
