"""What is asked for next, and that one domain takes no more than its share."""

from types import SimpleNamespace
from typing import Any

from scrapy import Request
from scrapy.settings import Settings

from spiders.order import UrgentFirst


def request(name: str, slot: str, priority: int = 0) -> Request:
    return Request(
        f"http://{name}.example/", priority=priority, meta={"download_slot": slot, "name": name}
    )


class Office:
    """A crawler with room for two requests of each slot, and what is out."""

    def __init__(self, *first: Request) -> None:
        self.slots: dict[str, Any] = {}
        self.settings = Settings({"CONCURRENT_REQUESTS_PER_DOMAIN": 2})
        self.engine = SimpleNamespace(downloader=SimpleNamespace(slots=self.slots))
        self.scheduler = UrgentFirst.from_crawler(self)
        self.scheduler.open(SimpleNamespace(first_requests=lambda: iter(first)))

    def send_out(self) -> list[str]:
        """Give all that there is room for to the downloader, and say what it was."""
        names = []
        while (one := self.scheduler.next_request()) is not None:
            slot = self.slots.setdefault(one.meta["download_slot"], SimpleNamespace(active=set()))
            slot.active.add(one)
            names.append(one.meta["name"])
        return names

    def answered(self, name: str) -> None:
        for slot in self.slots.values():
            slot.active -= {one for one in slot.active if one.meta["name"] == name}


def test_visits_begin_in_order_and_what_is_under_way_goes_on_first() -> None:
    office = Office(*(request(f"s{n}", f"s{n}", -n) for n in range(3)))
    assert office.scheduler.next_request().meta["name"] == "s0"
    office.scheduler.enqueue_request(request("hop-of-s2", "x", 1_000_000 - 2))
    office.scheduler.enqueue_request(request("hop-of-s0", "y", 1_000_000))
    assert office.send_out() == ["hop-of-s0", "hop-of-s2", "s1", "s2"]
    assert not office.scheduler.has_pending_requests()


def test_a_domain_with_many_sites_holds_up_nobody_and_gets_its_turns_in_order() -> None:
    crowd = [request(f"a{n}", "a", -n) for n in range(5)]
    office = Office(*crowd, request("b", "b", -5))
    assert office.send_out() == ["a0", "a1", "b"]
    assert office.scheduler.has_pending_requests()
    office.answered("a1")
    assert office.send_out() == ["a2"]
    office.scheduler.enqueue_request(request("hop", "a", 1_000_000))
    office.answered("a0")
    office.answered("a2")
    assert sorted(office.send_out()) == ["a3", "hop"]
    office.answered("hop")
    assert office.send_out() == ["a4"]
    assert not office.scheduler.has_pending_requests()
