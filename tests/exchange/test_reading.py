# SPDX-License-Identifier: EUPL-1.2
"""Reading a night: valid and rejected lines, and refused nights."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.nights import ALARM, DAY, NORTH, client, files, make_night, number, read, rejected
from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL_COLUMNS, NightRefused
from troskel.exchange.case_extract.mapping import Mapping, parse_mapping
from troskel.exchange.case_extract.reading import read_folder, read_night
from troskel.exchange.case_extract.rows import KnownIds, NightExtract
from troskel.people.identity import IdentityKind

GOOD = "B1;K1;U1;HTJ;VERKST;2026-01-01;;;;"


def refused(given: dict[str, bytes], mapping: Mapping | None = None) -> NightRefused:
    with pytest.raises(NightRefused) as caught:
        read_night(given, day=DAY, mapping=mapping or Mapping())
    return caught.value


def test_valid_night() -> None:
    night = read(make_night())
    assert night.rejections == []
    assert [*night.organisations] == [NORTH, "5560017294", ALARM]
    k1 = night.clients["K1"]
    assert (k1.first_name, k1.last_name, k1.died) == ("Åke", "Öberg", None)
    assert k1.identity.kind is IdentityKind.PERSONNUMMER
    assert night.decisions["B1"].service == "home_care"
    assert night.decisions["B1"].valid_through is None
    assert night.allocations["F1"].valid_from == date(2026, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_encodings_and_line_endings(encoding: str, newline: str) -> None:
    night = read_night(files(make_night(), newline=newline, encoding=encoding), day=DAY)
    assert night == read(make_night())


def test_encoding_is_detected_per_file() -> None:
    mixed = files(make_night()) | {"kunder": files(make_night(), encoding="cp1252")["kunder"]}
    assert read_night(mixed, day=DAY) == read(make_night())


@pytest.mark.parametrize("byte", [b"\0", b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
def test_wrong_encoding_refuses_the_night_with_its_line(byte: bytes) -> None:
    given = files(make_night(), encoding="cp1252")
    given["kunder"] = given["kunder"].replace(b"ke;", byte + b"ke;")
    error = refused(given)
    assert (error.file, error.line) == ("kunder.csv", 2)
    assert "wrong encoding" in str(error)


@pytest.mark.parametrize("name", ["utforare", "kunder"])
def test_one_byte_cut_away_among_utf_8_refuses_the_night_with_its_line(name: str) -> None:
    lines = make_night(kunder=[client("K1"), client("K2", efternamn="Lindström"), client("K3")])
    given = files(lines, encoding="utf-8")
    whole = given[name]
    for at in [n for n, byte in enumerate(whole) if byte > 0x7F]:
        error = refused(given | {name: whole[:at] + whole[at + 1 :]})
        assert (error.file, error.line) == (f"{name}.csv", whole.count(b"\n", 0, at) + 1)


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1, max_size=4))
def test_any_character_of_utf_8_tells_that_the_file_is(text: str) -> None:
    given = files(make_night(), encoding="cp1252")
    given["kunder"] = given["kunder"].replace(b"\r\n", f";{text}\r\n".encode(), 1)
    assert refused(given).line == 2, "the name in Windows-1252 is the bad byte"


def test_other_encoding_is_read_when_the_mapping_names_it() -> None:
    for encoding in ("cp850", "utf-16", "utf-8"):
        mapping = parse_mapping(f'[format]\nencoding = "{encoding}"\n')
        night = read_night(files(make_night(), encoding=encoding), day=DAY, mapping=mapping)
        assert night == read(make_night())
    bad = files(make_night(), encoding="cp1252")
    mapping = parse_mapping('[format]\nencoding = "utf-8"\n')
    with pytest.raises(NightRefused, match=r"utforare.csv, line 2: wrong encoding"):
        read_night(bad, day=DAY, mapping=mapping)


def test_utf_16_and_false_byte_order_marks_are_wrong_encodings() -> None:
    given = files(make_night())
    assert "wrong encoding" in str(
        refused(given | {"kunder": files(make_night(), encoding="utf-16")["kunder"]})
    )
    assert refused(given | {"kunder": b"\xef\xbb\xbfkund_id;\n\xe5;\n"}).line == 2


@pytest.mark.parametrize("name", ["utforare", "kunder", "beslut", "fordelning"])
def test_without_header_missing_column_missing_file_cut_off(name: str) -> None:
    good = files(make_night())
    header, *lines = good[name].splitlines(keepends=True)
    for data in (b"", b"\xef\xbb\xbf", b"\r\n" + header, b"".join(lines)):
        assert "no header" in str(refused(good | {name: data}))
    assert "missing" in str(refused({n: data for n, data in good.items() if n != name}))
    for column in [one for one in COLUMNS[name] if one not in OPTIONAL_COLUMNS.get(name, ())]:
        error = refused(good | {name: good[name].replace(column.encode(), b"annat", 1)})
        assert (error.file, error.line) == (f"{name}.csv", 1)
        assert f"'{column}' is missing" in str(error)
    for cut in (1, 2, 3, 7, 12):
        error = refused(good | {name: good[name][:-cut]})
        if cut > 1:
            assert error.line == len(lines) + 1
        assert "cut off" in str(error)


def test_comma_separator_and_duplicate_column_are_refused() -> None:
    good = files(make_night())
    assert "separator" in str(refused(good | {"kunder": good["kunder"].replace(b";", b",")}))
    assert "twice" in str(refused(good | {"beslut": good["beslut"].replace(b"utredning_id", b"kund_id")}))


def test_columns_in_any_order_with_extra_columns() -> None:
    order = ["till", "extra", "UTFORARE", "fran", "beslut_id", "fordelning_id", ""]
    data = ";".join(order) + f"\n;x;{NORTH};2026-01-01;B1;F1;\n2026-13-01;x;{NORTH};2026-01-01;B1;F2;\n"
    night = read_night(files(make_night()) | {"fordelning": data.encode()}, day=DAY)
    assert night.allocations == read(make_night()).allocations
    assert rejected(night) == [("fordelning.csv", 3, "till")]


REJECTED = {
    "utforare": [
        (";Namn;;hemtjanst", "orgnr"),
        ("5560001794;Namn;;hemtjanst", "orgnr"),
        ("556000179;Namn;;hemtjanst", "orgnr"),
        (f"{NORTH};Dubbel;;hemtjanst", "orgnr"),
        ("5560029794;;;hemtjanst", "namn"),
        ("5560029794;" + "N" * 201 + ";;hemtjanst", "namn"),
        ("5560029794;Namn;ingen adress;hemtjanst", "epost"),
        ("5560029794;Namn;;städ", "typ"),
        ("5560029794;Namn;", "typ"),
        ("5560029794;Namn;;larm;för mycket", "typ"),
    ],
    "kunder": [
        (client("K1"), "kund_id"),
        (client("K2").replace("K2", ""), "kund_id"),
        (client("K2").replace("K2", "K" * 51), "kund_id"),
        (client("K2", personnummer=""), "personnummer"),
        (client("K2", personnummer="194013019801"), "personnummer"),
        (client("K2", personnummer="194001029999"), "personnummer"),
        (client("K2", personnummer=number(2, date(2026, 11, 21))), "personnummer"),
        (client("K2", efternamn="Ö" * 101), "efternamn"),
        (client("K2", skydd="X"), "skydd"),
        (client("K2", hemkommun=""), "hemkommun"),
        (client("K2", hemkommun="999"), "hemkommun"),
        (client("K2", avliden="2026-02-30"), "avliden"),
        (client("K2", avliden="igår"), "avliden"),
        (client("K2", avliden="2026-11-21"), "avliden"),
        ("K2;" + number(2) + ";Åke", "efternamn"),
        (client("K2").removesuffix(";"), "avliden"),
        (client("K2", address='"Gatan" 1;11111;Byn;'), "hemkommun"),
    ],
    "beslut": [
        (GOOD, "beslut_id"),
        (GOOD.replace("B1", ""), "beslut_id"),
        ("B2;K404;U1;HTJ;VERKST;2026-01-01;;;;", "kund_id"),
        ("B2;;U1;HTJ;VERKST;2026-01-01;;;;", "kund_id"),
        ("B2;K404;U1;HTJ;FEL;2026-13-01;;;;", "kund_id"),
        ("B2;K1;" + "U" * 51 + ";HTJ;VERKST;2026-01-01;;;;", "utredning_id"),
        ("B2;K1;U1", "insats"),
        ("B2;K1;U1;HTJ;FEL;2026-01-01;;;;", "status"),
        ("B2;K1;U1;HTJ;;2026-01-01;;;;", "status"),
        ("B2;K1;U1;HTJ;VERKST;;;;;", "fran"),
        ("B2;K1;U1;HTJ;VERKST;2026-13-01;2026-01-01;;;", "fran"),
        ("B2;K1;U1;HTJ;VERKST;20260101;;;;", "fran"),
        ("B2;K1;U1;HTJ;VERKST;2026-W01-1;;;;", "fran"),
        ("B2;K1;U1;HTJ;VERKST;2026-01-01;2025-12-31;;;", "till"),
        ("B2;K1;U1;HTJ;VERKST;2026-01-01;9999;;;", "till"),
        ("B2;K1;U1;HTJ;VERKST;2026-01-01", "till"),
        ("B2;K1;U1;HTJ;VERKST;2026-01-01;;" + "B" * 51 + ";;", "ersatter"),
    ],
    "fordelning": [
        (f"F1;B1;{NORTH};2026-01-01;", "fordelning_id"),
        (f";B1;{NORTH};2026-01-01;", "fordelning_id"),
        (f"F2;B404;{NORTH};2026-01-01;", "beslut_id"),
        ("F2;B1;5560029794;2026-01-01;", "utforare"),
        ("F2;B1;;2026-01-01;", "utforare"),
        (f"F2;B1;{NORTH};;", "fran"),
        (f"F2;B1;{NORTH};2026-01-01;2025-12-31", "till"),
        (f"F2;B1;{NORTH};2026-01-01", "till"),
        (f"F2;B1;{NORTH};2026-01-01;;;mer", "till"),
    ],
}


@pytest.mark.parametrize(
    ("name", "line", "column"), [(n, *case) for n, cases in REJECTED.items() for case in cases]
)
def test_line_is_rejected_for_its_first_invalid_column(name: str, line: str, column: str) -> None:
    given = make_night()
    given[name] = [*given[name], line]
    night = read(given)
    good = read(make_night())
    assert rejected(night) == [(f"{name}.csv", len(given[name]) + 1, column)]
    assert night.rejections[0].reason
    assert (night.clients, night.decisions, night.allocations) == (
        good.clients,
        good.decisions,
        good.allocations,
    )
    assert night.organisations == good.organisations


def test_rejection_contains_the_value_but_not_in_repr() -> None:
    night = read(make_night(kunder=[client("K1", personnummer="194013019801")], beslut=[], fordelning=[]))
    rejection = night.rejections[0]
    assert rejection.value == "194013019801"
    assert "194013019801" not in f"{rejection!r} {rejection} {rejection.reason}"
    good = read(make_night())
    for secret in (number(1), "Öberg", "Ängsvägen"):
        assert secret not in repr(good.clients)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("kunder", client("K2", address=";;;", telefon="x" * 99, efternamn="")),
        ("kunder", client("K2", address=f"{'G' * 300};{'1' * 30};;{'9' * 30}", avliden="2026-11-18")),
        ("beslut", "B2;K1;;HTJ;UTRED;2027-01-01;9999-12-31;B404;" + "h" * 300 + ";" + "ä" * 300),
        ("beslut", "B2;K1;;TLARM;AVSL;2026-01-01;2026-02-01;"),
        ("beslut", "  B2 ; K1;; HTJ ;VERKST ; 2026-01-01;;;;;;"),
        ("fordelning", f"F2;B1;{NORTH};2020-01-01;2030-01-01"),
        ("fordelning", ""),
        ("fordelning", "   "),
    ],
)
def test_values_that_never_reject_a_line(name: str, line: str) -> None:
    given = make_night()
    given[name] = [*given[name], line]
    assert rejected(read(given)) == []


def test_year_9999_is_until_further_notice() -> None:
    night = read(make_night(beslut=["B1;K1;U1;HTJ;VERKST;2026-01-01;9999-12-31;;;"]))
    assert night.decisions["B1"].valid_through is None


def test_other_services_are_counted_and_not_checked() -> None:
    night = read(
        make_night(
            beslut=[GOOD, "B2;K404;;MAT;FEL;igår;;;;", "B2;;;MAT;;;;;;", "B3;K1;;LEDS;VERKST;2026-01-01;;;;"],
            fordelning=["F1;B2;nobody;;", f"F1;B3;{NORTH};2026-01-01;", f"F2;B1;{NORTH};2026-01-01;"],
        )
    )
    assert night.rejections == []
    assert night.other_services == {"MAT": 2, "LEDS": 1}
    assert (night.ignored_allocations, [*night.allocations]) == (2, ["F2"])
    assert night.mentioned_ids.decisions == {"B1"}


def test_references_to_rejected_rows_are_rejected_unless_known() -> None:
    lines = make_night(kunder=[client("K1", personnummer="1")])
    fresh = read(lines)
    assert rejected(fresh) == [
        ("kunder.csv", 2, "personnummer"),
        ("beslut.csv", 2, "kund_id"),
        ("fordelning.csv", 2, "beslut_id"),
    ]
    known = KnownIds(clients=frozenset({"K1"}))
    later = read_night(files(lines), day=DAY, known_ids=known)
    assert rejected(later) == [("kunder.csv", 2, "personnummer")]
    assert later.mentioned_ids.clients == {"K1"}


def test_second_line_with_an_id_is_rejected_even_after_a_rejected_one() -> None:
    night = read(make_night(beslut=["B1;K1;U1;HTJ;VERKST;2026-13-01;;;;", GOOD], fordelning=[]))
    assert rejected(night) == [("beslut.csv", 2, "fran"), ("beslut.csv", 3, "beslut_id")]


def test_physical_lines_are_counted_across_quoted_line_breaks() -> None:
    lines = make_night(
        kunder=[
            client("K1", address='"Ängsvägen ""1""\r\nuppgång B;\r\ntre trappor";11111;Byn;'),
            "",
            client("K2", personnummer="fel"),
        ]
    )
    night = read(lines)
    assert rejected(night) == [("kunder.csv", 6, "personnummer")]
    assert night.clients["K1"].address.street == 'Ängsvägen "1"\nuppgång B;\ntre trappor'


def test_missing_quotation_mark_affects_only_its_line() -> None:
    lost = client("K1").replace("Öberg", '"Öberg')
    night = read(make_night(kunder=[lost, client("K2"), lost.replace("K1", "K3"), client("K4")], beslut=[]))
    assert [*night.clients] == ["K2", "K4"]
    assert {line for file, line, _ in rejected(night) if file == "kunder.csv"} == {2, 4}


def test_unclosed_quotation_mark_affects_only_its_line() -> None:
    night = read(
        make_night(beslut=['B1;"K1', *[GOOD.replace("B1", f"B{n}") for n in range(2, 70)]], fordelning=[])
    )
    assert rejected(night) == [("beslut.csv", 2, "kund_id")]
    last = read(make_night(beslut=[GOOD, 'B2;K1;U1;HTJ;"VERKST;2026-01-01;;;;']))
    assert rejected(last) == [("beslut.csv", 3, "status")]
    cut = files(make_night(beslut=[GOOD + '"egen']))
    assert "cut off" in str(refused(cut | {"beslut": cut["beslut"][:-2]}))


def test_optional_files() -> None:
    night = read(
        make_night(
            las=[
                "K1;lägenhet;S100;2020-01-01",
                "K1;port;S101;",
                "K404;port;S102;",
                "K1;port;;",
                "K1;port;S103;nyss",
            ],
            nycklar=[f"K1;lägenhet;{NORTH};2", "K1;;kund;1", "K1;;okänd;1", f"K1;;{NORTH};0"],
            knappar=["K1;T1;2026-01-01", "K1;T2;", "K1;T1;", "K1;;"],
        )
    )
    assert rejected(night) == [
        ("las.csv", 4, "kund_id"),
        ("las.csv", 5, "serienummer"),
        ("las.csv", 6, "monterat"),
        ("nycklar.csv", 4, "innehavare"),
        ("nycklar.csv", 5, "antal"),
        ("knappar.csv", 4, "knapp"),
        ("knappar.csv", 5, "knapp"),
    ]
    assert [lock.serial for lock in night.locks or []] == ["S100", "S101"]
    assert [(key.holder, key.count) for key in night.keys or []] == [(NORTH, 2), ("", 1)]
    assert [tag.tag for tag in night.tags or []] == ["T1", "T2"]
    assert read(make_night()).locks is None


def test_folder(tmp_path: Path) -> None:
    for name, data in files(make_night()).items():
        (tmp_path / f"{name}.csv").write_bytes(data)
    assert read_folder(tmp_path, day=DAY) == read(make_night())
    (tmp_path / "beslut.csv").unlink()
    with pytest.raises(NightRefused, match=r"beslut\.csv.*missing"):
        read_folder(tmp_path, day=DAY)
    (tmp_path / "beslut.csv").mkdir()
    with pytest.raises(NightRefused, match=r"beslut\.csv.*can't be read"):
        read_folder(tmp_path, day=DAY)


WORDS = [
    "K1",
    "B1",
    "HTJ",
    "VERKST",
    "2026-01-01",
    NORTH,
    number(1),
    "0999",
    "S",
    " ",
    ";",
    '"',
    "\r\n",
    "\n",
    "\r",
]
PIECES = st.sampled_from([*(word.encode() for word in WORDS), b"\xe5", b"\xc3\xa5", b"\0", b"\x81"])
ANY_BYTES = st.binary(max_size=80) | st.lists(PIECES, max_size=40).map(b"".join)


@given(st.sampled_from([*COLUMNS]), ANY_BYTES, st.booleans(), st.booleans())
def test_any_bytes_are_read_or_refused(name: str, noise: bytes, with_header: bool, ended: bool) -> None:
    header = ";".join(COLUMNS[name]).encode() + b"\n" if with_header else b""
    given_files = files(make_night()) | {name: header + noise + (b"\n" if ended else b"")}
    try:
        night = read_night(given_files, day=DAY)
    except NightRefused as error:
        assert error.what_to_do
        assert 1 <= error.line <= noise.count(b"\n") + 3
    else:
        _is_consistent(night, len(given_files[name].split(b"\n")))


@given(st.data())
def test_any_change_to_a_valid_file_is_read_or_refused(data: st.DataObject) -> None:
    given_files = files(make_night())
    name = data.draw(st.sampled_from([*given_files]))
    whole = given_files[name]
    at = data.draw(st.integers(0, len(whole)))
    given_files[name] = whole[:at] + data.draw(ANY_BYTES) + whole[at + data.draw(st.integers(0, 5)) :]
    try:
        night = read_night(given_files, day=DAY)
    except NightRefused:
        return
    _is_consistent(night, len(given_files[name].split(b"\n")))


def _is_consistent(night: NightExtract, lines: int) -> None:
    places = [(r.file, r.line) for r in night.rejections]
    assert len(set(places)) == len(places), "one entry per bad line"
    assert all(2 <= line <= max(lines, 10) for _, line in places)
    assert night.decisions.keys() <= night.mentioned_ids.decisions
    assert all(row.client in night.clients for row in night.decisions.values())
    assert all(row.decision in night.decisions for row in night.allocations.values())
    assert all(
        row.valid_through is None or row.valid_through >= row.valid_from for row in night.decisions.values()
    )
