"""Journeys from an OSRM server, asked only when its address is given.

OSRM HTTP API, "Table service": GET /table/v1/{profile}/{lon,lat;...}?sources=&destinations= gives
{"code": "Ok", "durations": [[seconds or null]], "sources": [{"distance"}]}. A server takes 100
coordinates by default, so schools are asked for in blocks of 50 by 50; a passing failure is tried
again, each time after a longer wait.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from grouping.errors import InputRefused, UsageRefused
from grouping.files.text import parse_json, refuse
from grouping.world.cells import display
from grouping.world.journeys import LONGEST
from grouping.world.roads import RoadTimes
from grouping.world.schools import School

if TYPE_CHECKING:
    import httpx

BLOCK = 50  # schools on each side of a request
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds between tries, doubled each time
TIMEOUT = 60.0  # seconds an answer may take
MOST_BYTES = 20_000_000  # of one answer
AGAIN = (408, 429, 500, 502, 503, 504)
TABLE = "/table/v1/"
SECONDS_A_TENTH = 6
CHECK = "Check that this is the address of an OSRM server with a car's roads"


@dataclass(frozen=True, eq=False)
class Answer:
    """What a server said: times, how many pairs have none, its name, hash of all its answers."""

    times: RoadTimes
    missing: int
    name: str
    sha256: str


def ask(
    url: str,
    schools: Sequence[School],
    *,
    none_beyond: float,
    wait: Callable[[float], None] = time.sleep,
) -> Answer:
    """Ask a server for the times between every two schools, both directions, and keep the longer.

    Raises
    ------
    UsageRefused
        Where httpx is not installed.
    InputRefused
        Where the address is none, or the server fails to the end, refuses, or answers nonsense.
    """
    if find_spec("httpx") is None:
        raise UsageRefused("journeys from a server need httpx: pip install grouping[http]")
    import httpx

    base, name = address(url)
    count = len(schools)
    tenths = np.full((count, count), -1, dtype=np.int64)
    metres = np.full(count, np.inf)
    digest = hashlib.sha256()
    blocks = [range(k, min(k + BLOCK, count)) for k in range(0, count, BLOCK)]
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
        for sources in blocks:
            for targets in blocks:
                raw = _get(client, _query(base, schools, sources, targets), name, wait)
                digest.update(raw)
                found, near = read_table(raw, name, len(sources), len(targets))
                tenths[np.ix_(sources, targets)] = found
                metres[sources] = near
    there = metres <= none_beyond
    longer = np.where((tenths < 0) | (tenths.T < 0), -1, np.maximum(tenths, tenths.T))
    longer[~there] = longer[:, ~there] = -1
    first, second = np.nonzero(np.triu(longer >= 0, 1))
    urns = np.asarray([s.urn for s in schools], dtype=np.int64)
    order = np.argsort(urns)
    if (order != np.arange(count)).any():
        raise ValueError("schools come in ascending URN")
    times = RoadTimes(
        urns[first],
        urns[second],
        longer[first, second].astype(np.int32),
        float("inf"),
        {int(u): float(m) for u, m in zip(urns, metres, strict=True)},
        tuple(int(u) for u in urns[~there]),
    )
    return Answer(times, times.pairs_beyond_cap, name, digest.hexdigest())


def address(url: str) -> tuple[str, str]:
    """Return the address of the table service, and the name it may be called by: no passwords."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        refuse("is not the address of a server", "Write it as http://127.0.0.1:5000", hidden(url))
    if parts.query or parts.fragment:
        refuse("has a query", "Leave out what follows ? or #", hidden(url))
    path = parts.path.rstrip("/")
    if TABLE.rstrip("/") not in path:
        path += TABLE + "driving"
    elif path.endswith(TABLE.rstrip("/")):
        path += "/driving"
    shown = host + (f":{port}" if port else "")
    return (
        urlunsplit((parts.scheme, parts.netloc, path, "", "")),
        urlunsplit((parts.scheme, shown, path, "", "")),
    )


def hidden(url: str) -> str:
    """Show an address without the name and password it may hold."""
    return re.sub(r"//[^/@]*@", "//", url)


def _query(base: str, schools: Sequence[School], sources: range, targets: range) -> str:
    same = sources == targets
    asked = list(sources) if same else [*sources, *targets]
    points = ";".join(f"{schools[k].longitude:.6f},{schools[k].latitude:.6f}" for k in asked)
    starts = ";".join(map(str, range(len(sources))))
    offset = 0 if same else len(sources)
    ends = ";".join(map(str, range(offset, offset + len(targets))))
    query = f"annotations=duration&sources={starts}&destinations={ends}"
    return f"{base}/{points}?{query}"


def _get(client: httpx.Client, url: str, name: str, wait: Callable[[float], None]) -> bytes:
    """Fetch one answer; a passing failure is tried again, each time after a longer wait."""
    import httpx

    said = ""
    for turn in range(TRIES):
        if turn:
            wait(min(FIRST_WAIT * 2 ** (turn - 1), LONGEST_WAIT))
        try:
            with client.stream("GET", url) as answer:
                raw = b""
                for piece in answer.iter_bytes():
                    raw += piece
                    if len(raw) > MOST_BYTES:
                        refuse("answers with more than a table of minutes", CHECK, name)
                if answer.status_code not in AGAIN:
                    return _judged(answer, raw, name)
                said = f"status {answer.status_code}"
        except (httpx.TimeoutException, httpx.TransportError) as error:
            said = str(error)[:200] or type(error).__name__
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            refuse(f"cannot be asked ({str(error)[:200]})", CHECK, name)
    return refuse(f"does not answer, asked {TRIES} times ({said})", "Check that it runs", name)


def _judged(answer: httpx.Response, raw: bytes, name: str) -> bytes:
    if answer.is_redirect:
        refuse("sends elsewhere, where nobody asked to go", "Give the last address", name)
    if answer.status_code == 200:
        return raw
    try:
        said = parse_json(raw.decode("utf-8"), name)
    except (InputRefused, UnicodeDecodeError):
        said = None
    if isinstance(said, dict) and "code" in said:
        _no(said, name)
    return refuse(f"answers with status {answer.status_code}", CHECK, name)


def _no(said: dict[str, Any], name: str) -> NoReturn:
    """Say why a server refused, in its own words."""
    code, message = said.get("code"), said.get("message")
    hint = "Start it with --max-table-size 100 or more" if code == "TooBig" else CHECK
    more = f", {str(message)[:200]}" if message else ""
    refuse(f"refused: {display(code)}{more}", hint, name)


def read_table(raw: bytes, name: str, rows: int, columns: int) -> tuple[Any, Any]:
    """Read one answer: whole tenths of a minute (-1: no way), and metres from school to road.

    Raises
    ------
    InputRefused
        Where it is not the table that was asked for.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        refuse("answers with something else than JSON", CHECK, name)
    said = parse_json(text, name)
    if not isinstance(said, dict):
        refuse("answers with JSON that is no table", CHECK, name)
    if said.get("code") != "Ok":
        _no(said, name)
    table = said.get("durations")
    if not isinstance(table, list) or len(table) != rows:
        refuse(f"answers without a table of {rows} rows", CHECK, name, "durations")
    tenths = np.full((rows, columns), -1, dtype=np.int64)
    for k, row in enumerate(table):
        if not isinstance(row, list) or len(row) != columns:
            refuse(f"answers with a row that is not {columns} long", CHECK, name, f"row {k}")
        for m, seconds in enumerate(row):
            tenths[k, m] = _tenths(seconds, name, f"row {k}, column {m}")
    return tenths, _metres(said.get("sources"), name, rows)


def _tenths(seconds: object, name: str, place: str) -> int:
    if seconds is None:
        return -1
    if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
        refuse("answers with seconds that are no number", CHECK, name, place, display(seconds))
    exact = Decimal(seconds)
    if not exact.is_finite() or not 0 <= exact < LONGEST * SECONDS_A_TENTH:
        refuse("answers with seconds out of range", CHECK, name, place, display(seconds))
    return int((exact / SECONDS_A_TENTH).quantize(Decimal(1), ROUND_HALF_EVEN))


def _metres(sources: object, name: str, rows: int) -> Any:
    """Distance from each school to the road the server took; 0 where it does not say."""
    near = np.zeros(rows)
    if sources is None:
        return near
    if not isinstance(sources, list) or len(sources) != rows:
        refuse(f"answers without {rows} sources", CHECK, name, "sources")
    for k, one in enumerate(sources):
        said = one.get("distance") if isinstance(one, dict) else None
        if isinstance(said, int | Decimal) and not isinstance(said, bool):
            near[k] = float(said)
    return near
