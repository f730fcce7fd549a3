"""Writing whole or not at all: kills, full disks, files in the way."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grouping.errors import OutputRefused
from grouping.files import writing
from grouping.files.writing import csv_bytes, write_one, write_whole

FILES = {"plan.json": b"new plan" * 1000, "schools.csv": b"new schools", "links.geojson": b"new"}
OLD = {"plan.json": b"old plan", "schools.csv": b"old schools"}


def old_folder(path: Path) -> Path:
    for name, content in OLD.items():
        (path / name).write_bytes(content)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {place.name: place.read_bytes() for place in folder.iterdir()}


def test_all_files_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_whole(old_folder(tmp_path), FILES, [])
    assert contents(tmp_path) == FILES


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b", FILES, [])
    assert contents(tmp_path / "a" / "b") == FILES


def test_one_file_is_written(tmp_path: Path) -> None:
    write_one(tmp_path / "x.json", b"{}", [])
    assert contents(tmp_path) == {"x.json": b"{}"}


def test_strays_of_an_earlier_kill_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".plan.json.00112233.grouping-new").write_bytes(b"half")
    (tmp_path / ".plan.json.00112233.grouping-old").write_bytes(b"old")
    (tmp_path / ".hidden").write_bytes(b"mine")
    write_whole(tmp_path, {"plan.json": b"x"}, [])
    assert contents(tmp_path) == {"plan.json": b"x", ".hidden": b"mine"}


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    given = old_folder(tmp_path) / "plan.json"
    with pytest.raises(OutputRefused, match="is an input") as caught:
        write_whole(tmp_path, FILES, [tmp_path / ".." / tmp_path.name / "plan.json"])
    assert caught.value.exit_code == 7
    with pytest.raises(OutputRefused, match="is an input"):
        write_one(given, b"", [given])
    assert contents(tmp_path) == OLD


def test_an_input_under_another_name_is_never_overwritten(tmp_path: Path) -> None:
    given = tmp_path / "in.geojson"
    given.write_bytes(b"in")
    out = tmp_path / "out"
    out.mkdir()
    (out / "plan.json").symlink_to(given)
    with pytest.raises(OutputRefused, match="is an input"):
        write_whole(out, FILES, [given])
    assert given.read_bytes() == b"in"


def test_a_file_where_a_folder_is_needed_and_the_reverse(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(OutputRefused, match="file where a folder"):
        write_whole(tmp_path / "file", FILES, [])
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(OutputRefused, match="folder where a file"):
        write_whole(tmp_path, FILES, [])
    with pytest.raises(OutputRefused):
        write_whole(tmp_path / "file" / "deeper", FILES, [])
    assert (tmp_path / "file").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../plan.json", "a/b/c", "a/..", "/a", "", "..", "a\0b", "a/b\0"])
def test_only_plain_names_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputRefused, match="not a plain file name"):
        write_whole(tmp_path, {name: b""}, [])


@pytest.mark.parametrize("fails_at", range(1, 6))
def test_a_full_disk_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """At every single write of a run."""
    monkeypatch.setattr(writing, "CHUNK", 4000)
    real, calls = os.write, [0]

    def full(handle: int, content: Any) -> int:
        calls[0] += 1
        if calls[0] == fails_at:
            real(handle, bytes(content)[:1])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, content)

    monkeypatch.setattr(os, "write", full)
    if fails_at > 4:
        write_whole(old_folder(tmp_path), FILES, [])
        assert calls[0] == 4
        return
    with pytest.raises(OutputRefused, match="disk is full"):
        write_whole(old_folder(tmp_path), FILES, [])
    assert contents(tmp_path) == OLD


@pytest.mark.parametrize("fails_at", [1, 2, 3])
@pytest.mark.parametrize("links", [True, False])
def test_a_file_open_elsewhere_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, links: bool
) -> None:
    """As on Windows, where a file open in another program cannot be replaced."""
    real, calls = Path.replace, [0]

    def busy(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == fails_at:
            raise PermissionError(errno.EACCES, "denied", str(self), None, str(target))
        return real(self, target)

    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(Path, "replace", busy)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    with pytest.raises(OutputRefused, match="close it"):
        write_whole(old_folder(tmp_path), FILES, [])
    assert contents(tmp_path) == OLD


def test_a_new_folder_is_taken_away_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, content: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputRefused):
        write_whole(tmp_path / "a" / "b", FILES, [])
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_whole(old_folder(tmp_path), FILES, [])
    assert contents(tmp_path) == OLD


LIMITED = """
import resource, sys
from grouping.errors import OutputRefused
from grouping.files.writing import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_whole(sys.argv[1], {"schools.csv": b"x", "plan.json": b"y" * 200_000}, [])
except OutputRefused as refused:
    print(refused)
    sys.exit(refused.exit_code)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of file size are POSIX")
def test_a_real_limit_of_file_size_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(old_folder(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 7, ran.stderr
    assert "disk is full" in ran.stdout
    assert contents(tmp_path) == OLD


KILLED = """
import os, sys
from grouping.files import writing
real = os.write
def slow(handle, content):
    done = real(handle, content)
    print("writing", flush=True)
    sys.stdin.readline()
    return done
os.write = slow
writing.CHUNK = 4000
writing.write_whole(sys.argv[1], {"plan.json": b"n" * 9000, "schools.csv": b"n"}, [])
"""


@pytest.mark.parametrize("writes", [1, 2, 4])
def test_a_kill_while_writing_leaves_every_old_file_whole(tmp_path: Path, writes: int) -> None:
    """A real process, really killed; the next run clears up after it."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(old_folder(tmp_path))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for k in range(writes):
            assert running.stdout.readline() == "writing\n"
            if k + 1 < writes:
                running.stdin.write("\n")
                running.stdin.flush()
        running.kill()
    now = contents(tmp_path)
    assert {name: now[name] for name in OLD} == OLD
    assert len(now) > len(OLD), "the kill came too late to leave a temporary"
    write_whole(tmp_path, FILES, [])
    assert contents(tmp_path) == FILES


@pytest.mark.skipif(os.name != "posix", reason="kill signals are POSIX")
def test_kills_at_any_moment_leave_whole_files_old_or_new(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom grouping.files.writing import write_whole\nprint('go', flush=True)\n"
        "for k in range(10_000):\n"
        "    write_whole(sys.argv[1], {'a': b'%d' % (k % 10) * 50_000, 'b': b'x'}, [])\n"
    )
    (tmp_path / "a").write_bytes(b"0" * 50_000)
    for wait in (0.0, 0.003, 0.007, 0.011, 0.02):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            running.stdout.readline()
            time.sleep(wait)
            running.send_signal(signal.SIGKILL)
        found = (tmp_path / "a").read_bytes()
        assert len(found) == 50_000
        assert len(set(found)) == 1


def test_a_csv_for_spreadsheets_has_no_live_formulas() -> None:
    rows = [
        ("=1+1", 5, None),
        ("-5", -5.5, 'say "x"'),
        ("@a", "+44 1603", "a\r\nb"),
        ("\tx", 0, ""),
    ]
    assert csv_bytes(("name", "n", "m"), rows) == (
        b"\xef\xbb\xbfname,n,m\r\n"
        b"'=1+1,5,\r\n"
        b'-5,-5.5,"say ""x"""\r\n'
        b"'@a,'+44 1603,\"a\r\nb\"\r\n"
        b"'\tx,0,\r\n"
    )
