"""What a page says about the site itself, where it is little more than a notice."""

import pytest

from spiders.extract import extract_text
from spiders.extract.state import page_state

_EDGE = "Performance and security by a network. Ray ID: 6f0c76942c3e63e1. " + "What can I do? " * 40


@pytest.mark.parametrize(
    ("title", "text", "state"),
    [
        ("shop.example | 526: Invalid SSL certificate", f"Error 526 {_EDGE}", "dead"),
        ("Origin DNS error | shop.example", f"Error 1016 {_EDGE}", "dead"),
        ("Access denied", f"Error 1020 {_EDGE}", "blocked"),
        ("Please wait...", f"Please enable cookies. {_EDGE}", "blocked"),
        ("Website sleeping", "This website is sleeping. Are you its owner?", "expired-hosting"),
        ("Blocked", "This account has been removed for abuse.", "expired-hosting"),
        ("A name", "This domain was recently registered at a registrar.", "parked"),
        ("A shop", "Tea, delivered.", "live"),
        ("A guide", f"How to read a ray id: {'it is a number. ' * 200}", "live"),
    ],
)
def test_notices_are_told_from_content(title: str, text: str, state: str) -> None:
    assert page_state(200, title=title, text=text, content=3, resource_hosts=()) == state


def test_a_page_that_asks_for_secrets_is_no_notice() -> None:
    """ "Your account was suspended, sign in" is content: to call it parked would spare phishing."""
    for says in ("Your account has been suspended", "Just a moment", "Page not found"):
        asked = page_state(
            200, title=says, text=says, content=3, resource_hosts=(), asks_secrets=True
        )
        assert asked == "live"
    gone = page_state(404, title="", text="x", content=3, resource_hosts=(), asks_secrets=True)
    assert gone == "dead"


def test_a_phishing_page_that_calls_the_account_suspended_is_live() -> None:
    html = "<p>Your account has been suspended.</p><form><input type=password name=p></form>"
    assert extract_text(html, url="https://a.example/").state == "live"
