"""Why a pull did not bring a new copy: one error, with the exit code by which a machine tells why."""

from enum import IntEnum


class Code(IntEnum):
    """Exit codes of `fanzha pull`. With each of them but `OK` the last good copy is still in place."""

    OK = 0
    """The copy is the newest release, and enforced."""
    USAGE = 2
    """The options are wrong."""
    UNREACHABLE = 10
    """The source did not answer, or not with a release."""
    REFUSED = 11
    """What came is not to be trusted: signature, hash, hash chain, rollback or form."""
    STALE = 12
    """What the source offers has expired: it is frozen, or somebody freezes it for us."""
    SHRINKING = 13
    """A list lost more of its entries than is allowed without a person's word."""
    RELOAD = 14
    """The reload command failed; the former copy is back in place."""
    NOT_ADMITTED = 15
    """The token was refused, or the quota is used up."""
    LOCAL = 16
    """Something here is in the way: the folder, the disk, another pull."""


class PullError(Exception):
    """A pull that ended early; the message says what was expected, what came, and what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
