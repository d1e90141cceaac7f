"""What speculation costs: replies and tokens that were made and never said. From the journals of calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.table import Goal, Row, share


@dataclass(slots=True)
class Waste:
    """Of many calls."""

    replies: int = 0
    """That a model was asked for."""
    discarded: int = 0
    """Of them, those that were taken back before any of it was said."""
    tokens: int = 0
    tokens_discarded: int = 0

    def take(self, journal: Iterable[dict[str, Any]]) -> None:
        """Add a call."""
        tokens: dict[int, int] = {}
        asked, said = set[int](), set[int]()
        for line in journal:
            number = line.get("reply", 0)
            match line.get("command") or line.get("event"):
                case "StartReply" if line["content"]["source"] == "ask":
                    asked.add(number)
                    if not line["held"]:
                        said.add(number)
                case "CommitReply":
                    said.add(number)
                case "ReplyGenerated" | "ReplyStopped":
                    tokens[number] = tokens.get(number, 0) + line["tokens_in"] + line["tokens_out"]
        self.replies += len(asked)
        self.discarded += len(asked - said)
        self.tokens += sum(tokens.get(number, 0) for number in asked)
        self.tokens_discarded += sum(tokens.get(number, 0) for number in asked - said)

    def rows(self) -> list[Row]:
        """Both shares."""
        return [
            share("speculation waste", "replies that were discarded unheard", self.discarded, self.replies),
            share(
                "speculation waste", "their tokens, in and out", self.tokens_discarded, self.tokens, Goal("share", 10)
            ),
        ]
