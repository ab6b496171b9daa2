"""Templates → HTML, everything escaped; one environment per language."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import inert
from pipeline.review import sessions
from pipeline.review.console.words import LANGUAGES, Words
from pipeline.review.rights import Right

HERE = Path(__file__).parent


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = Words(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words, words.plural, newstyle=True
    )
    environment.filters["inert"] = inert.inert_text
    environment.filters["defanged"] = inert.defanged
    environment.filters["shown"] = inert.shown
    environment.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    environment.globals["Right"] = Right
    environment.globals["LANGUAGES"] = LANGUAGES
    environment.globals["csrf_of"] = sessions.csrf_token
    return environment


def render(template: str, words: Words, **values: Any) -> str:
    """A template as HTML in a language."""
    return _environment(words.language).get_template(template).render(words=words, **values)
