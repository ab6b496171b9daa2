"""Hostile pictures → pictures that can be shown: pixels, and nothing else that was in the file."""

import io

from PIL import Image

from pipeline.errors import FanzhaError

MAX_PIXELS = 20_000_000
"""Largest screenshot, in pixels, that is decoded: a small file can claim a picture of any size."""
MAX_SIDE = 4_000
"""Longest side, in pixels, of a screenshot as it is shown."""


def clean_png(content: bytes) -> bytes:
    """A screenshot, decoded and encoded anew: whatever else was in the file is gone.

    Raises `FanzhaError` where the bytes are no PNG or claim to be larger than `MAX_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise FanzhaError(
                    f"screenshot: expected at most {MAX_PIXELS} pixels, got {picture.width} x "
                    f"{picture.height}; it is not shown"
                )
            picture.load()
            plain = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FanzhaError(
            f"screenshot: expected a PNG picture ({error}); it is not shown"
        ) from error
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=False)
    return out.getvalue()
