"""Two states of a file → the lines that came and went, in little memory whatever the files' size.

What is the same is compared as bytes, in blocks that grow; where the files differ, a few lines of
both are looked at, and more of them only until they meet again.
"""

import mmap
from collections.abc import Iterator

Content = bytes | mmap.mmap
"""Whole lines, but the last may lack its end."""
Change = int | tuple[bytes, bytes]
"""Lines kept, or (b"-" or b"+", the line with its line end)."""

_SMALLEST, _LARGEST = 4 * 1024, 4 * 1024 * 1024
"""Bytes compared at once: few behind a difference, since the next is often near."""
_WINDOW = 32
"""Lines looked at where the files differ, at first."""


def changes(old: Content, new: Content) -> Iterator[Change]:
    """What makes the new content from the old; runs of kept lines in one, removals before additions.

    As short as can be where lines that are in both are in the same order and none stands twice, as
    in every list.
    """
    i = j = kept = 0
    while True:
        i, j, same = _alike(old, i, new, j)
        kept += same
        if i == len(old) and j == len(new):
            break
        i, j, met = _unlike(old, i, new, j)
        for change in met:
            if isinstance(change, int):
                kept += change
                continue
            if kept:
                yield kept
                kept = 0
            yield change
    if kept:
        yield kept


def _alike(old: Content, i: int, new: Content, j: int) -> tuple[int, int, int]:
    """Where the first line that differs begins in both, and how many lines lie before it."""
    size, lines = _SMALLEST, 0
    while True:
        a, b = old[i : i + size], new[j : j + size]
        if a == b and a:
            whole = a.rfind(b"\n") + 1
            if not whole and i + len(a) < len(old):
                size *= 2  # a line longer than the block
                continue
            at_end = i + len(a) == len(old) and j + len(b) == len(new)
            step = len(a) if at_end else whole
            lines += a.count(b"\n", 0, step) + (at_end and not a.endswith(b"\n"))
            i, j = i + step, j + step
            if at_end or not step:
                return i, j, lines
            size = min(2 * size, _LARGEST)
            continue
        step = a.rfind(b"\n", 0, _common(a, b)) + 1
        return i + step, j + step, lines + a.count(b"\n", 0, step)


def _common(a: bytes, b: bytes) -> int:
    """How many bytes two texts begin with alike, found by halves."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _unlike(old: Content, i: int, new: Content, j: int) -> tuple[int, int, list[Change]]:
    """From a difference to where the files have met again: both places, and the changes between."""
    window = _WINDOW
    while True:
        before, after = _lines(old, i, window), _lines(new, j, window)
        ended = i + sum(map(len, before)) == len(old) and j + sum(map(len, after)) == len(new)
        shared = set(before) & set(after)
        meetings = _meetings(before, after, shared)
        if meetings or ended:
            break
        window *= 4
    found: list[Change] = []
    x = y = 0
    for at, there in [*meetings, *([(len(before), len(after))] if ended else [])]:
        found += [(b"-", line) for line in before[x:at]]
        found += [(b"+", line) for line in after[y:there]]
        met = at < len(before)
        found += [1] if met else []
        x, y = at + met, there + met
    return i + sum(map(len, before[:x])), j + sum(map(len, after[:y])), found


def _meetings(before: list[bytes], after: list[bytes], shared: set[bytes]) -> list[tuple[int, int]]:
    """Where lines of both stand that are the same and in the same order, up to the first that is not."""
    ours = [n for n, line in enumerate(before) if line in shared]
    theirs = [n for n, line in enumerate(after) if line in shared]
    found = []
    for a, b in zip(ours, theirs, strict=False):
        if before[a] != after[b]:
            break
        found.append((a, b))
    return found


def _lines(content: Content, start: int, count: int) -> list[bytes]:
    """Lines from a place on, each with its end."""
    found = []
    for _ in range(count):
        if start == len(content):
            break
        stop = content.find(b"\n", start) + 1 or len(content)
        found.append(content[start:stop])
        start = stop
    return found
