"""The command line of the pull client: `fanzha pull`, `fanzha-pull`, `python -m fanzha_pull`."""

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .enforcing import Enforcement
from .pulling import Order, pull
from .refusals import Code, PullError
from .source import Source
from .trust import read_public_key

TOKEN_VARIABLE = "FANZHA_PULL_TOKEN"  # noqa: S105 - the name of a variable

EXAMPLES = """\
examples:
  # every five minutes from cron; unbound reads FOLDER/current/passthru.zone, hot.zone and base.zone
  fanzha-pull --from https://lists.example --key fanzha.pub --token-file /etc/fanzha.token \\
      --into /var/lib/fanzha --file passthru.zone --file hot.zone --file base.zone \\
      --reload 'unbound-control auth_zone_reload passthru.rpz' \\
      --reload 'unbound-control auth_zone_reload hot.rpz' \\
      --reload 'unbound-control auth_zone_reload base.rpz'

  # stay and look every ten seconds; options from a file, one per line
  fanzha-pull @/etc/fanzha-pull.options --every 10

  # the publisher confirmed that the list was cut by half
  fanzha-pull @/etc/fanzha-pull.options --max-shrink 1

exit codes (with each but 0 the last good copy stays):
  0 newest release, enforced   10 source unreachable   11 refused: signature, hash, chain, rollback
  2 wrong options              12 expired (a freeze)   13 a list shrinks too much
  14 reload failed, former copy back   15 token or quota refused   16 folder, disk or another pull
"""


def main(arguments: Sequence[str] | None = None, *, name: str = "fanzha-pull") -> int:
    """Pull once, or every so often; gives the exit code."""
    parser = _parser(name)
    options = parser.parse_args(arguments)
    try:
        order = _order(options)
        while options.every is not None:
            code = _once(order)
            # Carriers that look at the same second would all come at once.
            time.sleep(options.every * random.uniform(0.9, 1.1))  # noqa: S311
        code = _once(order)
    except PullError as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201
        return int(error.code)
    except KeyboardInterrupt:
        return int(Code.OK)
    return code


def _once(order: Order) -> int:
    try:
        done = pull(order, now=lambda: datetime.now(UTC))
    except PullError as error:
        print(f"{error.code.name.lower()}: {error}", file=sys.stderr)  # noqa: T201
        return int(error.code)
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)  # noqa: T201
    if done.changed:
        how = f"{done.by_delta} by delta, {done.fetched} whole"
        print(f"release {done.serial}: {done.files} file(s), {how}", flush=True)  # noqa: T201
    else:
        print(f"release {done.serial}: nothing new", flush=True)  # noqa: T201
    return int(Code.OK)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Bring a folder to the newest release of a blocklist, verified; keep the last good"
        " copy in every doubt.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        fromfile_prefix_chars="@",
    )
    parser.convert_arg_line_to_args = _words  # type: ignore[method-assign,assignment]
    add = parser.add_argument
    add("--from", dest="source", required=True, metavar="URL", help="the download service")
    add("--into", required=True, type=Path, metavar="FOLDER", help="where the copy is kept")
    add(
        "--key",
        required=True,
        action="append",
        metavar="KEY",
        help="the publisher's minisign public key, or a file of it; repeat it while a key is changed",
    )
    add(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"file of your token; by default, the variable {TOKEN_VARIABLE}",
    )
    add(
        "--file",
        dest="files",
        action="append",
        required=True,
        metavar="PATTERN",
        help="file to pull, as '*.zone' or 'telecom-gd/*' (a * stays within a folder); repeatable",
    )
    add(
        "--reload",
        action="append",
        default=[],
        metavar="COMMAND",
        help="command that makes the resolver read the new copy; repeated ones run in order",
    )
    add("--count", metavar="COMMAND", help="command that prints how many entries are enforced")
    add(
        "--max-shrink",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="share of its entries that a list may lose at once (default 0.2)",
    )
    add("--every", type=float, metavar="SECONDS", help="stay, and pull again this often")
    add("--no-receipt", action="store_true", help="do not tell the publisher what is enforced")
    add("--ca", metavar="FILE", help="CA certificates (PEM) for a service with a private one")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="per read (default 30)")
    add("--patience", type=float, default=120.0, metavar="SECONDS", help="for the reload command")
    add("--plain-http", action="store_true", help="send the token without TLS to another machine")
    return parser


def _words(line: str) -> list[str]:
    """A line of an option file: `--name value`; a line that begins with # is a remark."""
    line = line.strip()
    return [] if not line or line.startswith("#") else line.split(maxsplit=1)


def _order(options: argparse.Namespace) -> Order:
    return Order(
        source=Source(
            url=options.source,
            token=_token(options.token_file),
            timeout=options.timeout,
            authority=options.ca,
            plain=options.plain_http,
        ),
        keys=tuple(read_public_key(_text_or_file(key)) for key in options.key),
        folder=options.into,
        files=tuple(options.files),
        enforcement=Enforcement(
            reload=tuple(options.reload),
            count=options.count,
            patience=options.patience,
            receipts=not options.no_receipt,
        ),
        max_shrink=options.max_shrink,
    )


def _token(path: Path | None) -> str:
    try:
        token = os.environ.get(TOKEN_VARIABLE, "") if path is None else path.read_text()
    except OSError as error:
        raise PullError(Code.USAGE, f"the token cannot be read: {error}") from error
    token = token.strip()
    if not token or not token.isascii() or any(sign.isspace() for sign in token):
        where = f"in {path}" if path else f"in the variable {TOKEN_VARIABLE}"
        raise PullError(Code.USAGE, f"expected a token {where}; your publisher gives you one")
    return token


def _text_or_file(key: str) -> str:
    try:
        return Path(key).read_text() if Path(key).is_file() else key
    except (OSError, UnicodeDecodeError) as error:
        raise PullError(Code.USAGE, f"the key {key} cannot be read: {error}") from error
