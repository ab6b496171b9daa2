"""What the data cannot support is said with the policy and at the end of each run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.models import app as models
from flows.commands.policy import app as policy
from flows.promises import unsupported
from flows.summary import Summary
from pipeline.settings import Settings
from pipeline.store.overview import Overview


def test_the_policy_is_shown_with_what_its_models_cannot_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    shown = CliRunner().invoke(policy, ["show"])
    assert shown.exit_code == 0
    assert "block: asked for a false-positive rate of 0.001" in shown.stderr
    assert "warning" not in shown.stdout
    listed = CliRunner().invoke(models, ["list"])
    assert "warning: page: block" in listed.stdout


def test_a_run_ends_with_how_much_is_not_promised(tmp_path: Path) -> None:
    warnings = tuple(unsupported(Settings(home=tmp_path)))
    assert any(one.startswith("sites, zh-text: block") for one in warnings)
    counts = Overview(*[0] * len(Overview.__dataclass_fields__))
    assert "not promised" not in dict(Summary(counts, 1, tmp_path).rows())
    said = dict(Summary(counts, 1, tmp_path, (), warnings).rows())["not promised"]
    assert said.startswith(f"{len(warnings)} ")
