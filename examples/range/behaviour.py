"""Practice range: how a path can behave beside answering at once: slow, endless, silent, elsewhere."""

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from examples.range.webserver import Answer, Line, response

Seconds = Annotated[float, Field(ge=0, le=3600)]
_CHUNK = 65_536


class Behaviour(BaseModel):
    """What a host, or one path of it, does; every field may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int | None = Field(None, ge=100, le=999, description="Status code instead of 200.")
    redirect: str | None = Field(None, description="Where to go instead; status 302 by default.")
    headers: dict[str, str] = Field({}, description="Further response headers.")
    content_type: str | None = Field(None, description="Content type instead of the file's.")
    encoding: str | None = Field(
        None, description="Encoding in which text files (UTF-8 on disk) go over the wire."
    )
    charset: str | None = Field(
        None, description="Charset named in Content-Type, right or wrong; none by default."
    )
    delay: Seconds = Field(0, description="Seconds before the answer begins.")
    drip: int = Field(0, ge=0, description="Bytes of body per second; 0 sends all at once.")
    endless: bool = Field(False, description="The body never ends.")
    hang: bool = Field(False, description="Takes the request and never answers.")
    reset: bool = Field(False, description="Takes the request and breaks off with a TCP reset.")

    @model_validator(mode="after")
    def _encoding_is_known(self) -> "Behaviour":
        if self.encoding:
            try:
                "".encode(self.encoding)
            except LookupError:
                raise ValueError(f"Python knows no encoding {self.encoding!r}") from None
        return self

    def over(self, below: "Behaviour") -> "Behaviour":
        """This behaviour, with `below` where it says nothing."""
        return Behaviour(
            **{
                name: getattr(self if name in self.model_fields_set else below, name)
                for name in self.model_fields_set | below.model_fields_set
            }
        )

    def answer(self, body: bytes, content_type: str) -> Answer:
        """The answer with a given text or file, in bytes where nothing has to be waited for."""
        kind = self.content_type or content_type
        if kind.startswith("text/"):
            if self.encoding:
                body = body.decode().encode(self.encoding, "xmlcharrefreplace")
            if self.charset:
                kind = f"{kind}; charset={self.charset}"
        headers, status = dict(self.headers), self.status or 200
        if self.redirect is not None:
            headers["Location"] = self.redirect
            status, body = self.status or 302, b""
        plain = response(body, status=status, content_type=kind, headers=headers)
        if not (self.delay or self.drip or self.endless or self.hang or self.reset):
            return plain
        head = plain.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

        async def behave(line: Line) -> None:
            await line.pause(self.delay)
            if self.hang:
                await line.closed.wait()
            elif self.reset:
                line.reset()
            elif self.endless:
                await _without_end(line, head, body, self.drip)
            elif self.drip:
                await line.send(head)
                for at in range(0, len(body), max(1, self.drip // 10)):
                    await line.send(body[at : at + max(1, self.drip // 10)])
                    await line.pause(0.1)
            else:
                await line.send(plain)

        return behave


async def _without_end(line: Line, head: bytes, body: bytes, drip: int) -> None:
    lines = [one for one in head.split(b"\r\n") if not one.startswith(b"Content-Length")]
    await line.send(b"\r\n".join([*lines[:-2], b"Transfer-Encoding: chunked", b"", b""]))
    size = drip or _CHUNK
    more = (body or b"<p>more</p>") * (size // max(1, len(body)) + 1)
    while True:
        await line.send(b"%x\r\n%b\r\n" % (size, more[:size]))
        await (line.pause(1) if drip else asyncio.sleep(0))
