"""Debian's Chromium before a running console: what a person at the desk sees and presses."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pipeline.review.console.app import build
from pipeline.review.console.gate import COOKIE, LANGUAGE_COOKIE
from tests.conftest import require_program
from tests.pipeline.review.conftest import Office

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Live:
    """A console that is served, and a browser that notes whatever it should not do."""

    office: Office
    base: str
    browser: Browser
    asked: list[str] = field(default_factory=list)
    """Every address that the browser asked for."""
    wrongs: list[str] = field(default_factory=list)
    """Dialogs, script errors and violations of the policy."""

    def context(
        self, login: str = "", *, language: str = "en", dark: bool = False, width: int = 1280
    ) -> BrowserContext:
        made = self.browser.new_context(
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
        )
        cookies = [{"name": LANGUAGE_COOKIE, "value": language, "url": self.base}]
        if login:
            cookies.append({"name": COOKIE, "value": self.office.token(login), "url": self.base})
        made.add_cookies(cookies)  # type: ignore[arg-type]
        made.on("request", lambda request: self.asked.append(request.url))
        made.on("page", self._watch)
        return made

    def page(self, login: str = "", path: str = "/queue", **more: object) -> Page:
        page = self.context(login, **more).new_page()  # type: ignore[arg-type]
        page.goto(self.base + path)
        return page

    def elsewhere(self) -> list[str]:
        """What was asked of anybody but the console."""
        return [url for url in self.asked if not url.startswith(self.base)]

    def _watch(self, page: Page) -> None:
        page.on("dialog", lambda dialog: (self.wrongs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        page.on(
            "console",
            lambda said: self.wrongs.append(said.text) if "Content Security" in said.text else None,
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """One headless browser."""
    with sync_playwright() as playwright:
        path = require_program("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(office: Office, browser: Browser) -> Iterator[Live]:
    """The console of an office on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(
        build(office.desk), host="127.0.0.1", port=port, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    live = Live(office, f"http://127.0.0.1:{port}", browser)
    try:
        yield live
    finally:
        for context in browser.contexts:
            context.close()
        server.should_exit = True
        thread.join()
