"""What left the lists between any two releases, whether full files were written between or not."""

import random
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from blocklists.server.removals import removed_between
from blocklists.server.shelf import Shelf
from pipeline.nouns import Decision
from tests.blocklists.decided import NOW, block
from tests.blocklists.published import Published


def test_what_left_between_any_two_releases(tmp_path: Path) -> None:
    keys = [f"host:h{n}.example" for n in range(12)]
    keys += [f"url:https://u{n}.example/x" for n in range(6)]
    keys += [f"number:+861380000000{n}" for n in range(6)]
    chance = random.Random(5)
    published = Published(tmp_path, small=0, full_minutes=60)
    truth: dict[int, set[str]] = {}
    # Full files in the first, the fourth and the sixth; the others say it by HOT.
    live: dict[str, Decision] = {}
    for serial, minutes in enumerate((0, 5, 10, 61, 66, 130, 135), 1):
        kept = chance.sample(keys, 14)
        # Some are blocked again for longer: changed, not removed.
        live = {
            key: live[key]
            if key in live and chance.random() < 0.6
            else block(key, days=30 + serial)
            for key in kept
        }
        published.publish(*live.values(), at=NOW + timedelta(minutes=minutes))
        truth[serial] = set(live)
    shelf = Shelf(published.folder)
    for start, end in combinations(truth, 2):
        found = {f"{kind}:{value}" for kind, value in removed_between(shelf, start, end)}
        assert found == truth[start] - truth[end], (start, end)
