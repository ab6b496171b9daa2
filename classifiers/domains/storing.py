"""A trained model ↔ one file: a zip of JSON, arrays and LightGBM text. Reading one runs no code.

`manifest.json` names the format and the columns that the model was trained on; a model trained on
other features than this program has is refused.
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.brands import brands_version
from classifiers.domains.combination import Blend, Route
from classifiers.domains.experts.boosted import Boosted
from classifiers.domains.experts.categories import Categories
from classifiers.domains.experts.content import KINDS, Content
from classifiers.domains.experts.host import HostExpert, column_names, table_names
from classifiers.domains.experts.linear import Linear
from classifiers.domains.experts.readers import VERSION
from classifiers.domains.experts.records import Records
from classifiers.domains.experts.tables import Tables
from classifiers.domains.features.records import RECORDS
from classifiers.domains.lexicon import lexicon
from classifiers.domains.model import SitesModel
from classifiers.domains.rules import rule_set
from classifiers.domains.soundness import check
from classifiers.domains.thresholds import Thresholds
from pipeline.categories import Category
from pipeline.errors import FanzhaError

FORMAT = 2
_STAMP = (1980, 1, 1, 0, 0, 0)
"""Time written on every member, so that one model is always the same bytes."""
_LARGEST = 200_000_000
"""Bytes that one member may unpack to."""

Arrays = dict[str, NDArray[np.generic]]


def fingerprint() -> str:
    """What a model must have been trained on to be used here: columns, rules, lexicon and brands."""
    columns = {
        "host": column_names(tld=True),
        "host_blind": column_names(tld=False),
        **{name: (*kind.columns, *kind.readers) for name, kind in KINDS.items()},
        "records": tuple(RECORDS),
        "rules": [rule_set().version],
        "lexicon": [lexicon().version],
        "brands": [brands_version()],
        "reading": [VERSION],
    }
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()


def save(model: SitesModel, path: Path) -> None:
    """Write a model; the same model gives the same bytes."""
    draft = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in sorted(_members(model).items()):
            file.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED, 9)
    draft.replace(path)


def _members(model: SitesModel) -> dict[str, bytes]:
    manifest = {
        "format": FORMAT,
        "features": fingerprint(),
        "version": model.version,
        "host_prior": model.host_prior,
        "table_priors": {
            "host": model.host.tables.prior,
            "host_blind": model.host_blind.tables.prior,
        },
        "categories": [category.value for category in model.categories.models],
        "records": {"weights": list(model.records.weights), "rows": model.records.rows},
        "blends": {
            r.value: {"weights": b.weights, "limits": b.limits, "bias": b.bias, "rows": b.rows}
            for r, b in model.blends.items()
        },
        "thresholds": {r.value: t.to_json() for r, t in model.thresholds.items()},
        "about": dict(model.about),
    }
    members = {
        "manifest.json": json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
    }
    linears = {
        "host": model.host.linear,
        "host_blind": model.host_blind.linear,
        "han": model.han,
        **{f"{k}.{r}": m for k, c in model.content.items() for r, m in c.readers.items()},
        **{f"category.{c.value}": m for c, m in model.categories.models.items()},
    }
    for name, linear in linears.items():
        members |= _packed(f"linear/{name}", linear.arrays())
    members |= _packed("tables/host", model.host.tables.arrays())
    members |= _packed("tables/host_blind", model.host_blind.tables.arrays())
    trees = {"host": model.host.trees, "host_blind": model.host_blind.trees}
    trees |= {name: content.trees for name, content in model.content.items()}
    for name, boosted in trees.items():
        members[f"trees/{name}.txt"] = boosted.text.encode()
    return members


def _packed(prefix: str, arrays: Arrays) -> dict[str, bytes]:
    packed = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        packed[f"{prefix}/{name}.npy"] = buffer.getvalue()
    return packed


def load(path: Path) -> SitesModel:
    """Read a model. Raises `FanzhaError` for what is no model, or one trained on other features."""
    try:
        with zipfile.ZipFile(path) as file:
            too_large = [i.filename for i in file.infolist() if i.file_size > _LARGEST]
            if too_large:
                raise FanzhaError(
                    f"{path}: {too_large[0]} is too large for a model; it is none of ours"
                )
            content = {name: file.read(name) for name in file.namelist()}
        manifest = json.loads(content["manifest.json"])
    except FileNotFoundError as error:
        raise FanzhaError(
            f"expected a model of sites, {path} is not there; see `fanzha train sites`"
        ) from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise FanzhaError(
            f"expected a model of sites, {path} is none ({error}); train or fetch one"
        ) from error
    if manifest.get("format") != FORMAT or manifest.get("features") != fingerprint():
        raise FanzhaError(
            f"{path} was trained on other features than this program has; train it again with "
            "`fanzha train sites`, or use the program it was made for"
        )
    try:
        model = _assembled(manifest, content)
        check(model)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError) as error:
        raise FanzhaError(
            f"expected a whole model of sites, {path} is damaged: "
            f"{type(error).__name__}: {error}; fetch it again, or train one"
        ) from error
    return model


def _assembled(manifest: dict[str, Any], content: dict[str, bytes]) -> SitesModel:
    def arrays(prefix: str) -> Arrays:
        return {
            name[len(prefix) + 1 : -4]: np.load(io.BytesIO(raw), allow_pickle=False)
            for name, raw in content.items()
            if name.startswith(f"{prefix}/")
        }

    def linear(name: str) -> Linear:
        return Linear.from_arrays(arrays(f"linear/{name}"))

    def trees(name: str, columns: tuple[str, ...]) -> Boosted:
        return Boosted(columns, content[f"trees/{name}.txt"].decode())

    def host(name: str, *, tld: bool) -> HostExpert:
        prior = manifest["table_priors"][name]
        tables = Tables.from_arrays(table_names(tld=tld), arrays(f"tables/{name}"), prior=prior)
        return HostExpert(tld, linear(name), tables, trees(name, column_names(tld=tld)))

    return SitesModel(
        version=manifest["version"],
        host=host("host", tld=True),
        host_blind=host("host_blind", tld=False),
        host_prior=manifest["host_prior"],
        content={
            name: Content(
                kind,
                trees(name, kind.columns),
                {reader: linear(f"{name}.{reader}") for reader in kind.readers},
            )
            for name, kind in KINDS.items()
        },
        han=linear("han"),
        categories=Categories(
            {Category(c): linear(f"category.{c}") for c in manifest["categories"]}
        ),
        records=Records(tuple(manifest["records"]["weights"]), manifest["records"]["rows"]),
        blends={Route(name): Blend(**blend) for name, blend in manifest["blends"].items()},
        thresholds={Route(n): Thresholds.from_json(t) for n, t in manifest["thresholds"].items()},
        about=manifest["about"],
    )
