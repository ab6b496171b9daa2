"""Small signed releases for tests, in the layout that `blocklists.release` writes."""

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard
from nacl.signing import SigningKey

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEY_ID = b"fanzha-k"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def public_key(key: SigningKey) -> str:
    """The key as minisign writes it."""
    return base64.b64encode(b"Ed" + KEY_ID + key.verify_key.encode()).decode()


def minisign(key: SigningKey, data: bytes, comment: str) -> bytes:
    """A prehashed signature file (algorithm `ED`), as minisign writes it."""
    signature = key.sign(hashlib.blake2b(data).digest()).signature
    whole = key.sign(signature + comment.encode()).signature
    lines = [
        b"untrusted comment: signature of a test",
        base64.b64encode(b"ED" + KEY_ID + signature),
        b"trusted comment: " + comment.encode(),
        base64.b64encode(whole),
    ]
    return b"\n".join(lines) + b"\n"


@dataclass
class Publisher:
    """Writes release after release into a folder, as the real one does: whole, then switched."""

    folder: Path
    key: SigningKey = field(default_factory=SigningKey.generate)
    serial: int = 0
    previous: dict[str, Any] | None = None
    life: timedelta = timedelta(hours=24)

    def publish(
        self,
        files: dict[str, bytes],
        *,
        at: datetime = AT,
        profiles: dict[str, str] | None = None,
        formats: dict[str, str] | None = None,
    ) -> Path:
        """One more release holding these files; `latest` points to it afterwards."""
        self.serial += 1
        target = self.folder / str(self.serial)
        target.mkdir(parents=True)
        listed = []
        for name, data in sorted(files.items()):
            path = target / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            packed = {".gz": gzip.compress(data, mtime=0), ".zst": zstandard.compress(data)}
            for ending, copy in packed.items():
                Path(f"{path}{ending}").write_bytes(copy)
            item: dict[str, Any] = {
                "name": name,
                "list": name.partition(".")[0],
                "sha256": sha256(data),
                "size": len(data),
                "entries": data.count(b"\n"),
                "packed": {
                    ending: {"sha256": sha256(copy), "size": len(copy)}
                    for ending, copy in packed.items()
                },
            }
            if profiles and name in profiles:
                item["profile"] = profiles[name]
            if formats and name in formats:
                item["format"] = formats[name]
            listed.append(item)
        index = {
            "format": "fanzha-release/1",
            "serial": self.serial,
            "at": at.isoformat(),
            "cut": self.serial,
            "expires": (at + self.life).isoformat(),
            "previous": self.previous,
            "files": listed,
        }
        raw = json.dumps(index, sort_keys=True).encode()
        (target / "index.json").write_bytes(raw)
        (target / "index.json.minisig").write_bytes(
            minisign(self.key, raw, f"serial:{self.serial}")
        )
        self.previous = {"serial": self.serial, "sha256": sha256(raw)}
        self.point_latest(self.serial)
        return target

    def point_latest(self, serial: int) -> None:
        """Switch `latest` atomically."""
        draft = self.folder / ".latest"
        draft.symlink_to(str(serial))
        draft.replace(self.folder / "latest")
