"""A running range says how to reach it: as settings, as environment variables, as URLs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from examples.range import Running, serve
from examples.range.hostile import has_ipv6
from examples.range.many import serve_many, silent_name, urls
from pipeline.settings import Settings

ROOT = Path(__file__).parents[3]
ONE = Running(
    resolver="127.0.0.1:53",
    http_port=8080,
    https_port=8443,
    rdap="http://127.0.0.1:9/",
    authority="/tmp/ca.pem",
    shared_platforms=("a.example", "b.example"),
    path_platforms=("b.example",),
)


def test_settings_and_environment_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ONE.environment().items():
        monkeypatch.setenv(name, value)
    read = Settings()
    assert read.crawl == ONE.crawl()
    assert read.protected == ONE.protected()
    assert read.intake == ONE.intake()
    assert read.crawl.allow_networks == ("127.0.0.0/8",)
    assert read.protected.platforms == ("a.example",)
    assert ONE.crawl(timeout=1.5).timeout == 1.5


def test_urls_get_the_port_of_their_scheme() -> None:
    assert ONE.url("http://a.example/x?y=1") == "http://a.example:8080/x?y=1"
    assert ONE.url("https://a.example") == "https://a.example:8443"


def test_it_goes_through_json_unchanged() -> None:
    assert Running.from_json(ONE.to_json()) == ONE


def test_the_process_ends_with_its_starter(folder: Path) -> None:
    starter = (
        "import os, sys; from pathlib import Path; from examples.range import serve\n"
        "with serve(Path(sys.argv[1])) as running:\n"
        "    print(running.http_port, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}/"
        assert httpx.get(url).status_code == 404
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(100):
        try:
            httpx.get(url)
        except httpx.ConnectError:
            return
        time.sleep(0.05)
    pytest.fail("the range goes on without its starter")


def test_serve_prints_what_another_terminal_needs_until_it_is_interrupted(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from flows.commands.range import app; app()", "serve", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        # Tests that a shell has started in the background ignore interrupts, and so would the child.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(4 + len(ONE.environment()))]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert "ended" in process.stdout.read()
    exports = dict(line[7:].strip().split("=", 1) for line in told if line.startswith("export "))
    assert json.loads(exports["FANZHA_CRAWL__ALLOW_NETWORKS"].strip("'")) == ["127.0.0.0/8"]
    assert json.loads(exports["FANZHA_PROTECTED__PLATFORMS"].strip("'")) == ["tenants.example"]
    assert exports.keys() == ONE.environment().keys()


def test_many_sites_differ_and_the_silent_ones_never_answer() -> None:
    assert urls(2, 5, silent=1) == [
        "http://site-00000.example/page/0",
        "http://site-00001.example/page/0",
        "http://site-00000.example/page/1",
        "http://site-00001.example/page/1",
        "http://site-00000.example/page/2",
        f"http://{silent_name(0)}/",
    ]
    with serve_many(3, silent=1) as running:
        front = running.url("http://127.0.1.1/page/0")
        pages = {httpx.get(front, headers={"Host": f"site-{n:05d}.example"}).text for n in range(3)}
        assert len(pages) == 3
        assert all(1500 < len(page.encode()) < 6000 for page in pages)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(front, headers={"Host": silent_name(0)}, timeout=0.3)


def test_a_host_may_be_at_the_ipv6_loopback_address_too(tmp_path: Path) -> None:
    if not has_ipv6():
        pytest.skip("this machine has no IPv6 on its loopback interface")
    (tmp_path / "range.toml").write_text(
        '[[host]]\nname = "six.example"\naddresses = ["127.0.0.1", "::1"]\nexpect = "dead"\n'
    )
    with serve(tmp_path) as running:
        assert running.crawl().allow_networks == ("127.0.0.0/8", "::1/128")
        assert httpx.get(running.url("http://[::1]/"), headers={"Host": "six.example"}).is_error
