"""`fanzha settings`: every setting with its meaning and its default; docs/settings.md is its output."""

from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.settings import Settings


def settings() -> None:
    """Print every setting as Markdown. Example: fanzha settings > docs/settings.md"""
    typer.echo(document(), nl=False)


def document() -> str:
    """The table of all settings, in the order in which they are defined."""
    lines = [
        "# Settings",
        "",
        "Made by `fanzha settings > docs/settings.md`; each setting is defined and described in "
        "`pipeline/settings/`. In a TOML file, `__` is a dot: `FANZHA_CRAWL__TIMEOUT` is "
        "`timeout` under `[crawl]`.",
        "",
        "| environment | meaning | default |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{name}` | {info.description} | {_default(info)} |"
        for name, info in _fields(Settings, "FANZHA_")
    ]
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], prefix: str) -> list[tuple[str, FieldInfo]]:
    found: list[tuple[str, FieldInfo]] = []
    for name, info in model.model_fields.items():
        kind: Any = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _fields(kind, f"{prefix}{name.upper()}__")
        else:
            found.append((prefix + name.upper(), info))
    return found


def _default(info: FieldInfo) -> str:
    if info.default_factory is not None:
        return "`~/.local/share/fanzha`" if info.annotation is not None else ""
    if info.default is None:
        return "none"
    return f"`{info.default}`".replace("|", "\\|") if info.default != () else "none"
