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

    def take(self, journal: Iterable[dict[str, Any]], token_s: float) -> None:
        """Add a call; a reply that was cut off in the middle has cost a token for each `token_s` since its first."""
        began: dict[int, float] = {}
        ended: dict[int, float] = {}
        tokens: dict[int, int] = {}
        asked, said = set[int](), set[int]()
        for line in journal:
            number = line.get("reply", 0)
            match line.get("command") or line.get("event"):
                case "StartReply" if line["content"]["source"] == "generate":
                    asked.add(number)
                    if not line["held"]:
                        said.add(number)
                case "CommitReply":
                    said.add(number)
                case "CancelReply":
                    ended.setdefault(number, line["at"])
                case "FirstTokenReceived":
                    began.setdefault(number, line["at"])
                case "ReplyGenerated":
                    tokens[number] = tokens.get(number, 0) + line["tokens_out"]
        # The model may have been done long before, while the voice still spoke.
        longest = max(tokens.values(), default=0)
        for number in asked & began.keys() - tokens.keys():
            made_s = ended.get(number, began[number]) - began[number]
            tokens[number] = min(longest, 1 + int(made_s / token_s)) if token_s else longest
        self.replies += len(asked)
        self.discarded += len(asked - said)
        self.tokens += sum(tokens.get(number, 0) for number in asked)
        self.tokens_discarded += sum(tokens.get(number, 0) for number in asked - said)

    def rows(self) -> list[Row]:
        """Both shares."""
        return [
            share("speculation waste", "replies that were discarded unheard", self.discarded, self.replies),
            share("speculation waste", "their tokens", self.tokens_discarded, self.tokens, Goal("share", 10)),
        ]
