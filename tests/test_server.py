"""Journeys from a server, against a small one of the tests' own that speaks OSRM's protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from a_map import schools_geojson
from grouping.errors import InputRefused, UsageRefused
from grouping.files import server, travel
from grouping.files.geojson import read_schools

pytest.importorskip("httpx")
pytestmark = pytest.mark.enable_socket

Point = tuple[float, float]


class Osrm(ThreadingHTTPServer):
    """A server of straight lines at 10 m/s, half as long again westwards; `answers` come first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Callable[[], tuple[int, bytes]]] = []
        self.asked: list[str] = []
        self.null: Callable[[Point, Point], bool] = lambda a, b: False
        self.snapped = 12.5

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Osrm

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answers = self.server.answers
        status, body = answers.pop(0)() if answers else table(self.server, self.path)
        try:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # the client has gone
            pass

    def log_message(self, *args: Any) -> None:
        pass


def table(osrm: Osrm, asked: str) -> tuple[int, bytes]:
    """Answer as the documentation of OSRM's table service says."""
    parts = urlsplit(asked)
    service, version, profile, text = parts.path.strip("/").split("/")
    if (service, version, profile) != ("table", "v1", "driving"):
        return 400, b'{"code": "InvalidUrl", "message": "URL string malformed"}'
    points = [tuple(map(float, p.split(","))) for p in text.split(";")]
    if len(points) > 100:
        return 400, b'{"code": "TooBig", "message": "Too many table coordinates"}'
    query = parse_qs(parts.query)
    ends = [[points[int(k)] for k in query[key][0].split(";")]
            for key in ("sources", "destinations")]  # fmt: skip

    def seconds(a: Any, b: Any) -> float | None:
        if osrm.null(a, b):
            return None
        metres = np.hypot((b[0] - a[0]) * 67_000, (b[1] - a[1]) * 111_000)
        return round(float(metres) / 10 * (1.5 if b[0] < a[0] else 1), 1)

    said = {
        "code": "Ok",
        "durations": [[seconds(a, b) for b in ends[1]] for a in ends[0]],
        "sources": [{"location": a, "distance": osrm.snapped, "name": ""} for a in ends[0]],
        "destinations": [{"location": b, "distance": osrm.snapped, "name": ""} for b in ends[1]],
    }
    return 200, json.dumps(said).encode()


@pytest.fixture
def osrm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Osrm]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Osrm()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(server.time, "sleep", waited.append)
    return waited


def some_schools(path: Path, count: int = 3) -> Any:
    points = {100_001 + k: (1000.0 * k - 100_000, 137.0 * (k % 7)) for k in range(count)}
    file = path / "s.geojson"
    file.write_text(json.dumps(schools_geojson(points)))
    return read_schools(file)


def asked(url: str, found: Any, **more: Any) -> server.Answer:
    more.setdefault("wait", lambda seconds: None)
    return server.ask(url, found.rows, none_beyond=2000, **more)


def test_both_directions_are_asked_for_and_the_longer_kept(osrm: Osrm, tmp_path: Path) -> None:
    found = asked(osrm.url, some_schools(tmp_path)).times
    assert found.first.tolist() == [100_001, 100_001, 100_002]
    assert found.second.tolist() == [100_002, 100_003, 100_003]
    assert found.tenths.tolist() == pytest.approx([25, 50, 25], abs=1)  # 1.5 x 1 km at 10 m/s
    assert len(osrm.asked) == 1


def test_many_schools_are_asked_for_in_blocks(osrm: Osrm, tmp_path: Path) -> None:
    """120 schools: 3 x 3 requests, none of more than 100 places, and the whole matrix."""
    schools = some_schools(tmp_path, 120)
    made = asked(osrm.url, schools)
    assert len(osrm.asked) == 9
    assert max(path.split("?")[0].count(";") + 1 for path in osrm.asked) == 100
    assert len(made.times.tenths) == 120 * 119 // 2
    small = some_schools(tmp_path, 10)
    assert asked(osrm.url, small).times.tenths.tolist() == [
        t for a, b, t in zip(made.times.first, made.times.second, made.times.tenths, strict=True)
        if b <= 100_010
    ]  # fmt: skip


@pytest.mark.parametrize(
    "ending", ["", "/", "/table/v1", "/table/v1/driving", "/table/v1/driving/"]
)
def test_the_address_may_name_the_service(osrm: Osrm, tmp_path: Path, ending: str) -> None:
    assert len(asked(osrm.url + ending, some_schools(tmp_path)).times.tenths) == 3


def test_null_is_unreachable_also_one_way(osrm: Osrm, tmp_path: Path) -> None:
    schools = some_schools(tmp_path)
    last = round(schools.rows[2].longitude, 6)
    osrm.null = lambda a, b: a[0] == last and b[0] != last
    made = asked(osrm.url, schools)
    assert made.times.second.tolist() == [100_002]
    assert made.missing == 2


def test_seconds_are_rounded_half_to_even_to_a_tenth(osrm: Osrm, tmp_path: Path) -> None:
    body = '{"code":"Ok","durations":[[0,%s],[%s,0]]}'
    for given, tenths in (("3", 0), ("9", 2), ("15", 2), ("15.1", 3), ("6e2", 100), ("0.0", 0)):
        osrm.answers = [lambda given=given: (200, (body % (given, 0)).encode())]
        assert asked(osrm.url, some_schools(tmp_path, 2)).times.tenths.tolist() == [tenths]


def test_a_school_the_server_puts_far_off_has_no_road(osrm: Osrm, tmp_path: Path) -> None:
    schools = some_schools(tmp_path)
    osrm.snapped = 900.0
    made = travel.by_server(osrm.url, schools.rows)
    assert any("further than 500 m" in w for w in made.warnings)
    osrm.snapped = 2500.0
    assert travel.by_server(osrm.url, schools.rows).about["schools_without_road"] == [
        100_001, 100_002, 100_003,
    ]  # fmt: skip


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_failures_are_tried_again_with_longer_waits(
    osrm: Osrm, tmp_path: Path, status: int
) -> None:
    osrm.answers = [lambda: (status, b"busy")] * 3
    waited: list[float] = []
    assert len(asked(osrm.url, some_schools(tmp_path), wait=waited.append).times.tenths) == 3
    assert waited == [0.5, 1.0, 2.0]


def test_a_server_that_never_recovers_is_said(osrm: Osrm, tmp_path: Path) -> None:
    osrm.answers = [lambda: (503, b"busy")] * server.TRIES
    with pytest.raises(InputRefused, match=r"does not answer, asked 5 times \(status 503\)"):
        asked(osrm.url, some_schools(tmp_path))


def test_a_slow_server_is_asked_again(
    osrm: Osrm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()

    def slow() -> tuple[int, bytes]:
        gone.wait(3)
        return 200, b"{}"

    monkeypatch.setattr(server, "TIMEOUT", 0.2)
    osrm.answers = [slow]
    assert len(asked(osrm.url, some_schools(tmp_path)).times.tenths) == 3
    gone.set()


def test_nobody_there(tmp_path: Path, osrm: Osrm) -> None:
    with pytest.raises(InputRefused, match="does not answer, asked 5 times"):
        asked("http://127.0.0.1:9", some_schools(tmp_path))


def ok(**changed: Any) -> bytes:
    row = [0.0, 60.0, 60.0]
    return json.dumps({"code": "Ok", "durations": [row, row, row], **changed}).encode()


BAD = {
    "no JSON": (200, b"<html>hello</html>", "is not JSON"),
    "cut short": (200, ok()[:-5], "is cut short"),
    "not UTF-8": (200, b"\xff\xfe\x00", "something else than JSON"),
    "a list": (200, b"[1, 2]", "JSON that is no table"),
    "no code": (200, b'{"durations": []}', "refused"),
    "no route": (200, b'{"code": "NoTable", "message": "no table"}', "NoTable"),
    "too big": (400, b'{"code": "TooBig", "message": "too many"}', "--max-table-size"),
    "wrong profile": (400, b'{"code": "InvalidUrl"}', "InvalidUrl"),
    "not found": (404, b"nothing here", "answers with status 404"),
    "redirect": (302, b"", "sends elsewhere"),
    "no durations": (200, ok(durations=None), "without a table of 3 rows"),
    "short table": (200, ok(durations=[[0, 1, 2]]), "without a table of 3 rows"),
    "short row": (200, ok(durations=[[0, 1, 2], [0, 1], [0, 1, 2]]), "row that is not 3 long"),
    "text": (200, ok(durations=[["0", 1, 2]] * 3), "seconds that are no number"),
    "truth": (200, ok(durations=[[True, 1, 2]] * 3), "seconds that are no number"),
    "negative": (200, ok(durations=[[0, -1, 2]] * 3), "out of range"),
    "huge": (200, ok(durations=[[0, 1e300, 2]] * 3), "out of range"),
    "not finite": (200, ok().replace(b"60.0", b"NaN"), "NaN"),
    "beyond all numbers": (200, ok().replace(b"60.0", b"1e999"), "out of range"),
    "sources amiss": (200, ok(sources=[{}]), "without 3 sources"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_nonsense_is_refused_with_what_was_said(osrm: Osrm, tmp_path: Path, case: str) -> None:
    status, body, said = BAD[case]
    osrm.answers = [lambda: (status, body)]
    with pytest.raises(InputRefused) as refused:
        asked(osrm.url, some_schools(tmp_path))
    assert said in str(refused.value)
    assert len(osrm.asked) == 1


def test_an_answer_without_end_is_refused(
    osrm: Osrm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_BYTES", 1000)
    osrm.answers = [lambda: (200, b" " * 5000)]
    with pytest.raises(InputRefused, match="more than a table"):
        asked(osrm.url, some_schools(tmp_path))


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1", "http://", "file:///etc/passwd", "http://a:b", "http://x/?q=1", "//x",
     "http://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputRefused):
        asked(url, some_schools(tmp_path))


def test_passwords_in_an_address_are_not_repeated(osrm: Osrm, tmp_path: Path) -> None:
    url = osrm.url.replace("//", "//somebody:secret@")
    made = asked(url, some_schools(tmp_path))
    assert "secret" not in made.name
    osrm.answers = [lambda: (404, b"")]
    with pytest.raises(InputRefused) as refused:
        asked(url, some_schools(tmp_path))
    assert "secret" not in str(refused.value)
    with pytest.raises(InputRefused) as refused:
        asked("ftp://somebody:secret@x", some_schools(tmp_path))
    assert "secret" not in str(refused.value)


def test_without_httpx_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(UsageRefused, match=r"grouping\[http\]"):
        asked("http://127.0.0.1:9", some_schools(tmp_path))
