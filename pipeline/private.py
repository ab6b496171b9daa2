"""What nobody but the owner may read: folders of mode 0700 and files of 0600, whatever the umask."""

import contextlib
from pathlib import Path

OTHERS = 0o077
"""The rights of everybody but the owner."""


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, for the owner alone; closes one that is open."""
    if not path.is_dir():
        if not path.parent.is_dir():
            private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    close(path, 0o700)
    return path


def close(path: Path, mode: int = 0o600) -> None:
    """Take the others' rights from a file or folder, where it is ours."""
    if path.stat().st_mode & OTHERS:
        with contextlib.suppress(PermissionError):
            path.chmod(mode)
