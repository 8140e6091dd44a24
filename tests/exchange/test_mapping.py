# SPDX-License-Identifier: EUPL-1.2
"""Another case system's files, read by a mapping file alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.nights import DAY, NORTH, number
from troskel.exchange.case_extract.contract import NightRefused
from troskel.exchange.case_extract.mapping import MappingRefused, parse_mapping, read_mapping
from troskel.exchange.case_extract.reading import read_folder

LINDA = """
[files]
utforare = "enheter.txt"
kunder = "personer.txt"
beslut = "insatsbeslut.txt"
fordelning = "uppdrag.txt"
[columns.utforare]
orgnr = "Organisationsnummer"
namn = "Enhet"
[columns.kunder]
kund_id = "PersonId"
personnummer = "Personnr"
[columns.beslut]
kund_id = "PersonId"
insats = "Insatstyp"
[constants.utforare]
epost = ""
typ = "hemtjanst"
[constants.kunder]
hemkommun = "0999"
skydd = ""
[codes.insats]
"Hemtjänst dag" = "HTJ"
"Hemtjänst natt" = "HTJ"
"Larm" = "TLARM"
[codes.status]
Aktiv = "VERKST"
Utreds = "UTRED"
[format]
separator = "\\t"
date = "%d.%m.%Y"
final_newline = false
identity_hyphen = true
"""


def linda(folder: Path, *, services: tuple[str, str] = ("Hemtjänst natt", "Larm")) -> Path:
    hyphened = f"{number(1)[:8]}-{number(1)[8:]}"
    tables = {
        "enheter.txt": ["Organisationsnummer\tEnhet", f"{NORTH}\tNorra"],
        "personer.txt": [
            "Personnr\tPersonId\tfornamn\tefternamn\tadress\tpostnummer\tort\tlagenhet\ttelefon\tavliden",
            f"{hyphened}\t1\tÅke\tÖ\tGatan 1\t11111\tByn\t\t\t",
        ],
        "insatsbeslut.txt": [
            "beslut_id\tPersonId\tutredning_id\tInsatstyp\tstatus\tfran\ttill\tersatter\thandlaggare\tavslutsorsak",
            f"B1\t1\t\t{services[0]}\tAktiv\t01.02.2026\t\t\t\t",
            f"B2\t1\t\t{services[1]}\tUtreds\t01.12.2026\t\t\t\t",
            "B3\t1\t\tHTJ\tVERKST\tigår\t\t\t\t",
            "B4\t1\t\tLarm\tVERKST\t01.12.2026\t\t\t\t",
        ],
        "uppdrag.txt": [
            "fordelning_id\tbeslut_id\tutforare\tfran\ttill",
            f"F1\tB1\t{NORTH}\t01.02.2026\t31.02.2026",
            f"F2\tB1\t{NORTH}\t01.02.2026\t28.02.2026",
        ],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines), encoding="cp1252")
    return folder


def test_other_case_system_is_read_by_mapping(tmp_path: Path) -> None:
    night = read_folder(linda(tmp_path), day=DAY, mapping=parse_mapping(LINDA))
    assert [(row.service, row.status) for row in night.decisions.values()] == [
        ("home_care", "in_force"),
        ("safety_alarm", "being_written"),
    ]
    assert night.clients["1"].identity.number12 == number(1)
    assert night.clients["1"].home_municipality == "0999"
    assert night.organisations[NORTH].kind == "home_care"
    assert [*night.allocations] == ["F2"]
    assert night.other_services == {"HTJ": 1}


def test_rejections_use_the_case_systems_names(tmp_path: Path) -> None:
    night = read_folder(linda(tmp_path), day=DAY, mapping=parse_mapping(LINDA))
    assert [(r.file, r.line, r.column) for r in night.rejections] == [
        ("insatsbeslut.txt", 5, "status"),
        ("uppdrag.txt", 2, "till"),
    ]
    (tmp_path / "personer.txt").write_text("PersonId\tkund_id\n", encoding="utf-8")
    with pytest.raises(NightRefused, match=r"personer.txt, line 1: the column 'Personnr' is missing"):
        read_folder(tmp_path, day=DAY, mapping=parse_mapping(LINDA))


def test_short_last_line_is_cut_off_without_final_newline(tmp_path: Path) -> None:
    file = linda(tmp_path) / "uppdrag.txt"
    file.write_text(file.read_text("cp1252").removesuffix("\t28.02.2026"), encoding="cp1252")
    with pytest.raises(NightRefused, match=r"uppdrag.txt, line 3: cut off"):
        read_folder(tmp_path, day=DAY, mapping=parse_mapping(LINDA))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[files", "not TOML"),
        ("[filer]\nkunder = 'a'", "did you mean 'files'"),
        ("files = 1", "must be a table"),
        ("[files]\nkund = 'a'", "did you mean 'kunder'"),
        ("[files]\nkunder = 1", "quotation marks"),
        ("[files]\nkunder = ''", "files.kunder is empty"),
        ("[files]\nkunder = 'beslut.csv'", "named twice"),
        ("[columns]\nkunder = 'x'", "must be a table"),
        ("[columns.kunder]\nkundid = 'x'", "did you mean 'kund_id'"),
        ("[columns.kunder]\nkund_id = 'ORT'", "named twice"),
        ("[constants.kunder]\nxyz = ''", "use one of 'kund_id'"),
        ("[constants.kunder]\nort = 1", "quotation marks"),
        ("[codes.ort]\na = 'b'", "column in \\[codes\\]"),
        ("[codes.insats]\na = 'HJT'", "did you mean 'HTJ'"),
        ("[codes.insats]\na = 1", "quotation marks"),
        ("[format]\nseparator = ';;'", "one character"),
        ("[format]\nseparator = '\"'", "one character"),
        ("[format]\nfinal_newline = 'no'", "must be bool"),
        ("[format]\ndate = '%Y-%m'", "year, month and day"),
        ("[format]\ndate = '%Y-%Q'", "year, month and day"),
        ("[format]\nencoding = 'latin-99'", "letters of Swedish"),
        ("[format]\nencoding = 'ascii'", "letters of Swedish"),
        ("[format]\nencoding = 'rot13'", "letters of Swedish"),
        ("[format]\ndates = '%Y'", "did you mean 'date'"),
    ],
)
def test_invalid_mapping_tells_why(text: str, reason: str) -> None:
    with pytest.raises(MappingRefused, match=reason):
        parse_mapping(text)


def test_mapping_file(tmp_path: Path) -> None:
    path = tmp_path / "linda.toml"
    with pytest.raises(MappingRefused, match=r"linda.toml can't be read"):
        read_mapping(path)
    path.write_text(LINDA, encoding="utf-8")
    assert read_mapping(path) == parse_mapping(LINDA)
