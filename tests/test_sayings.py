"""Sayings from CSV: bodies and never names, every fault at once, odd files read as they are."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from grouping.errors import InputRefused
from grouping.files.sayings import read_sayings
from grouping.policy.sayings import Saying

HEADER = "who,date,urn,other_urn,view,reason\n"
SECRET = "Hildegard Secretname"
KNOWN = {120001, 120002, 120003}


def write(path: Path, content: str | bytes) -> Path:
    path = path / "sayings.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_view_is_read_and_words_stand_for_the_strongest(tmp_path: Path) -> None:
    views = ["together", "Apart", "-2", "-1", "0", "1", "+2"]
    lines = [f"governors,2026-03-0{k + 1},120001,120002,{v},why" for k, v in enumerate(views)]
    read = read_sayings(write(tmp_path, HEADER + "\n".join(lines)), KNOWN)
    assert [one.view for one in read] == [2, -2, -2, -1, 0, 1, 2]
    first = Saying("governors", date(2026, 3, 1), 120001, 120002, 2, "why", 2)
    assert read.rows[0] == first
    assert read.warnings == ()
    assert len(read.sha256) == 64


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mark_other_line_ends_blank_rows_and_columns_in_any_order(
    tmp_path: Path, end: str
) -> None:
    lines = [
        "View , OTHER_URN,urn,Date,who,Reason,telephone",
        "",
        f"apart,,120001,2026-03-01, Governors ,\"few, and far\",{SECRET}",
        ",,,,,,",
    ]  # fmt: skip
    read = read_sayings(write(tmp_path, b"\xef\xbb\xbf" + end.join(lines).encode()), KNOWN)
    (one,) = read.rows
    assert (one.who, one.other, one.view, one.reason) == ("governors", None, -2, "few, and far")
    assert read.warnings == ("sayings.csv: columns not read: 1",)


def test_a_name_is_warned_of_and_never_repeated(tmp_path: Path) -> None:
    """Two strangers are two voices; one on two rows is one."""
    lines = [
        f"{SECRET},2026-03-01,120001,120002,1,",
        f"{SECRET.upper()},2026-03-02,120001,120002,-1,",
        "the bellringers,2026-03-01,120001,120002,-1,",
    ]
    read = read_sayings(write(tmp_path, HEADER + "\n".join(lines)), KNOWN)
    assert [one.who for one in read] == [
        "another body (1)", "another body (1)", "another body (2)",
    ]  # fmt: skip
    (warning,) = read.warnings
    assert "Never keep names of people" in warning
    assert "2, 4" in warning
    assert SECRET not in warning


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    lines = [
        "governors,2026-03-01,120001,120001,1,",
        "governors,01/03/2026,120001,120002,1,",
        "governors,,120001,120002,1,",
        "governors,2026-03-01,999999,120002,1,",
        "governors,2026-03-01,120001,12,1,",
        "governors,2026-03-01,,120002,1,",
        "governors,2026-03-01,120001,120002,3,",
        "governors,2026-03-01,120001,120002,maybe,",
        ",2026-03-01,120001,120002,1,",
        "governors,2026-03-01,120001,120002,,",
        "governors,2026-03-01,120001,120002,1," + "x" * 501,
        "governors,2026-03-01,120001,120002,0.5,",
        "governors,2026-03-01,120001,120002",
    ]
    with pytest.raises(InputRefused) as caught:
        read_sayings(write(tmp_path, HEADER + "\n".join(lines)), KNOWN)
    faults = caught.value.faults
    found = {(fault.place, fault.field) for fault in faults}
    assert found == {
        ("row 2", "other_urn"), ("row 3", "date"), ("row 4", "date"), ("row 5", "urn"),
        ("row 6", "other_urn"), ("row 7", "urn"), ("row 8", "view"), ("row 9", "view"),
        ("row 10", "who"), ("row 11", "view"), ("row 12", "reason"), ("row 13", "view"),
        ("row 14", ""),
    }  # fmt: skip
    assert all(fault.file == "sayings.csv" and fault.do for fault in faults)


def test_the_same_twice_is_taken_once_and_otherwise_is_a_fault(tmp_path: Path) -> None:
    same = "parents,2026-03-01,120001,120002,1,\n"
    read = read_sayings(write(tmp_path, HEADER + same + same), KNOWN)
    assert len(read.rows) == 1
    assert "taken once: 3" in read.warnings[0]
    with pytest.raises(InputRefused, match="otherwise than row 2"):
        read_sayings(write(tmp_path, HEADER + same + same.replace(",1,", ",-1,")), KNOWN)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("who,date,urn,view,reason\n", '"other_urn"'),
        ("who;date;urn;other_urn;view;reason\n", "not separated by commas"),
        (HEADER.replace("reason", "who"), "lacks the columns"),
        (HEADER.replace("\n", ",who\n"), "columns twice"),
        (HEADER + 'governors,2026-03-01,120001,,1,"open\n', "quotes"),
        ("", "no text|empty|lacks|nothing"),
    ],
)
def test_what_is_no_table_of_sayings_is_refused(tmp_path: Path, content: str, what: str) -> None:
    with pytest.raises(InputRefused, match=what):
        read_sayings(write(tmp_path, content), KNOWN)


def test_a_header_alone_holds_none_and_says_so(tmp_path: Path) -> None:
    read = read_sayings(write(tmp_path, HEADER), KNOWN)
    assert read.rows == ()
    assert "holds no sayings" in read.warnings[0]


def test_garbled_files_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    """Bytes changed at random: a list of sayings or a fault, never another error."""
    whole = (HEADER + 'governors,2026-03-01,120001,120002,together,"a, b"\n' * 3).encode()
    ended = {"read": 0, "refused": 0}
    for seed in range(300):
        rng = random.Random(seed)
        garbled = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            garbled[rng.randrange(len(garbled))] = rng.randrange(256)
        try:
            read_sayings(write(tmp_path, bytes(garbled)), KNOWN)
            ended["read"] += 1
        except InputRefused:
            ended["refused"] += 1
    assert all(ended.values())
