"""Faults: one class, told apart by its code, as everywhere in Toolswarm."""

from __future__ import annotations


class ToolswarmError(Exception):
    """A fault with a stable ``code``, a sentence for a person, advice, and whether the same call may succeed later."""

    def __init__(
        self,
        code: str,
        message: str,
        advice: str = "",
        *,
        retryable: bool = False,
        details: object = None,
    ) -> None:
        super().__init__(f"{message} {advice}".strip())
        self.code = code
        self.message = message
        self.advice = advice
        self.retryable = retryable
        self.details = details


def malformed(what: str) -> ToolswarmError:
    """Bytes that are not in the one canonical form."""
    return ToolswarmError(
        "kernel.malformed",
        f"These bytes are not a canonical record: {what}.",
        "Drop them; the sender is broken or hostile.",
    )
