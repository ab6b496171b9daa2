"""The one root error of the project, and the subclasses on which a caller acts differently.

A message says three things: what was expected, what came, and what to do.
"""


class FanzhaError(Exception):
    """Something that a person must read; the command line prints it as one line and exits with 1."""


class NotAnIndicatorError(FanzhaError):
    """A text that is no indicator; intake sets the row aside with `reason`, a short stable slug."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ConflictError(FanzhaError):
    """Somebody else changed the same thing first; the caller reads again and tries again."""
