"""From a verified copy to an enforced one: switch, reload, and the receipt that says so."""

import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .copies import LocalCopy
from .refusals import Code, PullError
from .source import Source
from .trust import Index, Listed


@dataclass(frozen=True, slots=True)
class Enforcement:
    """How a copy comes into force here."""

    reload: Sequence[str] = ()
    """Commands that make the resolver read the new copy, one after the other."""
    count: str | None = None
    """Command that prints how many entries are enforced; by default, what the index says."""
    patience: float = 120.0
    """Seconds that each command may take."""
    receipts: bool = True
    """Whether the publisher is told."""

    def enforce(self, copy: LocalCopy, former: Index | None, index: Index) -> None:
        """Switch and reload; where that fails, switch back, reload that, and raise `PullError`."""
        copy.switch(index.serial)
        failure = self._reload()
        if failure is None:
            return
        copy.switch(former.serial if former else None)
        after = ""
        if former is not None:
            again = self._reload()
            after = f"; release {former.serial} is back in place"
            after += f", and to reload that failed too: {again}" if again else ""
        raise PullError(
            Code.RELOAD,
            f"the reload command failed with release {index.serial}: {failure}{after}",
        )

    def _reload(self) -> str | None:
        """Run the commands until one fails; gives what went wrong, or None."""
        for command in self.reload:
            if failure := _run(command, self.patience):
                return f"{command}: {failure}" if len(self.reload) > 1 else failure
        return None

    def receipt(
        self, index: Index, chosen: Iterable[Listed], now: datetime
    ) -> dict[str, str | int] | None:
        """What the publisher is told about a release that is in force; None where nothing is."""
        if not self.receipts:
            return None
        enforced = sum(listed.entries for listed in chosen)
        if self.count is not None:
            enforced = _counted(self.count, self.patience)
        return {
            "serial": index.serial,
            "sha256": index.sha256,
            "enforced": enforced,
            "at": now.isoformat(),
        }


def send_receipt(source: Source, copy: LocalCopy, notes: list[str]) -> None:
    """Send the receipt that waits, if one does; where that fails it waits for the next run."""
    waiting = copy.state().receipt
    if waiting is None:
        return
    try:
        source.send("/v1/receipts", waiting)
    except PullError as error:
        notes.append(f"the receipt waits for the next run: {error}")
    else:
        copy.remember(receipt=None)


def _run(command: str, patience: float) -> str | None:
    """Run a command without a shell; gives what went wrong, or None."""
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, timeout=patience, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).decode(errors="replace").strip()[-300:]
    return f"exit code {done.returncode} {said}".strip()


def _counted(command: str, patience: float) -> int:
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, timeout=patience, check=True
        )
        return int(done.stdout.split()[0])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        raise PullError(
            Code.LOCAL, f"expected one number from the count command, and it failed: {error}"
        ) from error
