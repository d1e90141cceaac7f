"""Why a knowledge file cannot be used."""


class Unfit(Exception):
    """It cannot be read; the message is for its owner, in words."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        """`code`: `kind`, `encoding`, `too_large`, `unreadable`."""
        super().__init__(message)
        self.code = code


class TooLong(Exception):
    """It says more than anybody could ask about."""
