"""Names in canonical order, by the million: keys of reversed labels, and what covers what.

A key is a name with its labels reversed, each followed by a space: `www.a.example` becomes
`example a www `. A space sorts below every character of a name, so that sorting keys as bytes gives
the canonical order (RFC 4034, 6.1), in which a domain stands directly before all that is below it.
Everything here works on whole columns; there is no object per name.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_NEWLINE, _SPACE, _DOT = 0x0A, 0x20, 0x2E
_CHUNK = 65_536
"""Names reversed at once; their bytes stay in the processor's cache."""

Mask = npt.NDArray[np.bool_]
Offsets = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]


def boolean(mask: Mask) -> pa.Array:
    """A mask of numpy for Arrow; `pa.array` would import pandas, which costs half a second."""
    bits = np.packbits(mask, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits)])


def name_keys(names: pa.Array) -> pa.Array:
    """The key of each name of a binary array (lower case, no trailing dot)."""
    parts = [_reverse(names.slice(n, _CHUNK)) for n in range(0, len(names), _CHUNK)]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.binary())


def key_of(name: str) -> bytes:
    """The key of one name."""
    return b"".join(label.encode() + b" " for label in reversed(name.split(".")))


def array_of_lines(text: bytes) -> pa.Array:
    """The lines of a text as an array of bytes, without their line ends."""
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == _NEWLINE)
    kept = np.flatnonzero(data != _NEWLINE)
    at = np.concatenate([[0], ends - np.arange(len(ends))]).astype(np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(ends), [None, pa.py_buffer(at), pa.py_buffer(data[kept])]
    )


def order_of(keys: pa.Array) -> pa.Array:
    """The indices that sort keys by their bytes; equal keys keep their order."""
    return pc.sort_indices(keys)


def covered(keys: pa.Array, wide: Mask, owner: Mask) -> Mask:
    """Which of the sorted keys an earlier one covers.

    A `wide` key (a domain) covers every key that begins with it; an `owner` (a host) covers the same
    key again and its pages, whose keys are its own, a zero byte and the page; any other key covers
    itself again. Of equal keys, the widest must come first.
    """
    result = np.zeros(len(keys), np.bool_)
    if len(keys) < 2:
        return result
    data, offsets = bytes_of(keys)
    follows = np.zeros(len(keys), np.bool_)
    after = np.arange(1, len(keys))
    follows[1:] = _begins(data, offsets, after, after - 1)
    # Runs of keys that each begin like the one before; what covers a run stands right before it.
    edges = np.diff(np.concatenate([[False], follows, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    goes_on = np.zeros(len(starts), np.bool_)
    inner = ends < len(keys)
    goes_on[inner] = _begins(data, offsets, ends[inner], starts[inner] - 1)
    plain = wide[starts - 1] & ~goes_on
    steps = np.zeros(len(keys) + 1, np.int8)
    steps[starts[plain]] = 1
    steps[ends[plain]] = -1
    result |= np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)
    # The others, which are few, are walked.
    raw = data.tobytes()
    done = 0
    for start, end in zip(starts[~plain].tolist(), ends[~plain].tolist(), strict=True):
        for i in range(start, end):
            if i >= done:
                done = _walk(raw, offsets, i, wide=bool(wide[i - 1]), owner=bool(owner[i - 1]))
                result[i:done] = True
    return result


def _walk(raw: bytes, offsets: Offsets, i: int, *, wide: bool, owner: bool) -> int:
    """The end of what the key before `i` covers, from `i` on."""
    key = raw[offsets[i - 1] : offsets[i]]
    j = i
    while j + 1 < len(offsets) and raw.startswith(key, offsets[j], offsets[j + 1]):
        rest = offsets[j] + len(key)
        same = rest == offsets[j + 1]
        if not (wide or same or (owner and raw.startswith(b"\0", rest, offsets[j + 1]))):
            break
        j += 1
    return j


def below(keys: pa.Array, key: bytes) -> tuple[int, int]:
    """The range of sorted keys that begin with a key: those at and below a name."""
    return _bisect(keys, key), _bisect(keys, key + b"\xff")


def _bisect(keys: pa.Array, key: bytes) -> int:
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle].as_py() < key:
            low = middle + 1
        else:
            high = middle
    return low


def bytes_of(array: pa.Array) -> tuple[npt.NDArray[np.uint8], Offsets]:
    """The bytes of all values on end, and where each begins (one more for the end)."""
    _, offsets, data = array.buffers()
    at = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    if data is None:
        return np.zeros(0, np.uint8), at
    return np.frombuffer(data, np.uint8)[at[0] : at[-1]], at - at[0]


def _begins(data: npt.NDArray[np.uint8], offsets: Offsets, which: Indices, like: Indices) -> Mask:
    """For each pair of indices, whether the one value begins with the whole of the other."""
    lengths = np.diff(offsets)
    found = np.flatnonzero(lengths[which] >= lengths[like])
    # Most differ in the last bytes of the shorter one: two looks spare the whole comparison.
    for back in (1, 3):
        size = lengths[like[found]]
        last = np.maximum(offsets[like[found]] + size - back, 0)
        here = np.maximum(offsets[which[found]] + size - back, 0)
        found = found[(size < back) | (data[last] == data[here])]
    size = lengths[like[found]]
    inside = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    theirs = np.repeat(offsets[like[found]], size) + inside
    ours = np.repeat(offsets[which[found]], size) + inside
    different = np.flatnonzero(data[theirs] != data[ours])
    wrong = np.searchsorted(np.cumsum(size), different, side="right")
    result = np.zeros(len(which), np.bool_)
    result[found] = True
    result[found[wrong]] = False
    return result


def _reverse(names: pa.Array) -> pa.Array:
    """Move each label to its place in the key, all labels of the chunk at once."""
    if not len(names):
        return pa.array([], pa.binary())
    data, offsets = bytes_of(names)
    is_dot = data == _DOT
    ends = np.sort(np.concatenate([np.flatnonzero(is_dot), offsets[1:]]), kind="stable")
    name = np.searchsorted(offsets[1:], ends, side="left")
    starts = np.empty_like(ends)
    starts[0] = 0
    starts[1:] = np.where(name[1:] != name[:-1], offsets[name[1:]], ends[:-1] + 1)
    # A key is one byte longer than its name: `name` such bytes lie before it.
    shift = offsets[name] + (offsets[name + 1] - ends) + name - starts
    kept = np.flatnonzero(~is_dot)
    out = np.full(len(data) + len(names), _SPACE, np.uint8)
    out[kept + np.repeat(shift, ends - starts)] = data[kept]
    at = (offsets + np.arange(len(offsets))).astype(np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(names), [None, pa.py_buffer(at), pa.py_buffer(out)]
    )
