"""Exports are told by their headers, added up exactly, and laid over an atlas without counting anything twice."""

from __future__ import annotations

import io
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from comity.adapters.atlas_imports import KINDS, read_imports
from comity.adapters.atlas_imports.cells import SEVERAL, amount, country, day
from comity.posture.atlas.archetype import place
from comity.posture.atlas.exhibits import exhibits
from comity.posture.atlas.merging import merged
from comity.posture.atlas.reading import read_atlas
from comity.posture.atlas.types import Atlas, Line
from comity.stack.jurisdictions import COUNTRIES
from comity.terms.errors import UsageFault
from tests.adapters.atlas_imports import exports
from tests.tidy.tree import ROOT

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    read = read_atlas((ROOT / "examples/atlas/report-2026.yaml").read_bytes(), "atlas.yaml")
    assert read.atlas is not None
    return read.atlas


def files(folder: Path, *texts: str) -> list[Path]:
    made = []
    for at, text in enumerate(texts):
        made.append(folder / f"export-{at}.csv")
        made[-1].write_text(text, "utf-8")
    return made


def test_rounds_of_crunchbase_are_added_up_each_once(tmp_path: Path) -> None:
    (found,) = read_imports(files(tmp_path, exports.CRUNCHBASE, exports.CRUNCHBASE_OVERLAP), DAY)
    assert found.name == "crunchbase" and found.rows == 9
    assert found.funding is not None
    assert found.funding.nations == {"US": 2.0, "FR": 0.648, "KR": 0.003, "IN": 0.002}
    assert found.funding.total == 2.653
    assert [(year.year, year.value, year.rounds) for year in found.funding.years] == [
        (2024, 0.108, 1),
        (2025, 0.545, 3),
        (2026, 2.0, 1),
    ]
    assert found.funding.years[-1].until == date(2026, 1, 5)
    assert found.skipped == {
        "a round that stands twice": 1,
        "not equity": 1,
        "a country that is not known": 1,
        "no amount in US dollars": 1,
    }


def test_rounds_without_an_address_are_told_by_what_they_are(tmp_path: Path) -> None:
    """Two series A of one firm on two days are two; the same row of two exports is one."""
    rows = [
        "Organization Location,Organization Name,Funding Type,Money Raised Currency (in USD),Announced Date",
        '"Paris, France",Alpha,Series A,1000000,2024-03-01',
        '"Paris, France",Alpha,Series A,1000000,2024-03-02 00:00:00',
        '"Paris, France",Alpha,Series A,€5000000,2024-03-03',
    ]
    text = "\n".join(rows)
    (found,) = read_imports(files(tmp_path, text, text), DAY)
    assert found.funding is not None and found.funding.total == 0.002
    assert found.skipped == {"a round that stands twice": 3, "no amount in US dollars": 1}


def test_of_a_cluster_that_grew_the_latest_stage_counts_and_systems_without_a_name_all_do(tmp_path: Path) -> None:
    """As Epoch's own table has them: a stage that was taken in goes on existing, and Chinese systems share a name."""
    (found,) = read_imports(files(tmp_path, exports.EPOCH_STAGES), DAY)
    assert {(line.nation, line.measure): line.value for line in found.lines} == {
        ("US", "accelerators"): 200_000,
        ("US", "power-mw"): 280,
        ("FR", "accelerators"): 40,
        ("CN", "accelerators"): 6_000,
        ("CN", "power-mw"): 10,
    }
    assert found.skipped == {
        "a stage that a later one took in": 2,
        "a cluster that does not exist yet, or any more": 1,
        "a possible duplicate": 1,
        "a cluster that its source calls unlikely": 1,
    }
    assert "Pilz" in found.source.credit and "10 to 20 %" in found.source.credit


def test_overlapping_exports_of_tracxn_are_added_up_once(tmp_path: Path) -> None:
    texts = (exports.TRACXN_COMPANIES, exports.TRACXN_ROUNDS, exports.TRACXN_ROUNDS)
    (found,) = read_imports(files(tmp_path, *texts), DAY)
    assert found.funding is not None and found.funding.nations == {"FR": 0.108, "AE": 0.05}


@pytest.mark.parametrize("text", [exports.EPOCH_CLUSTERS, exports.EPOCH_MODELS, exports.TOP500_NEW])
def test_two_lists_of_one_kind_would_count_twice(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageFault, match="would count twice"):
        read_imports(files(tmp_path, text, text), DAY)
    head, rows = text.split("\n", 1)
    (once,), (twice,) = (read_imports(files(tmp_path, each), DAY) for each in (text, f"{head}\n{rows}{rows}"))
    assert twice.lines == once.lines and sum(twice.skipped.values()) > sum(once.skipped.values())


def test_a_figure_of_the_whole_takes_the_place_of_those_of_its_parts(tmp_path: Path, atlas: Atlas) -> None:
    part = Line("kr", "compute", "One of them", "tracxn", DAY, actor="Naver", measure="accelerators", value=4_000)
    (found,) = read_imports(files(tmp_path, exports.EPOCH_CLUSTERS), DAY)
    laid = merged(replace(atlas, lines=(*atlas.lines, part)), found, COUNTRIES)
    held = [line.value for line in laid.lines if (line.nation, line.measure) == ("kr", "accelerators")]
    assert held == [6000]


def test_an_export_that_adds_up_is_found_to(tmp_path: Path, atlas: Atlas) -> None:
    (found,) = read_imports(files(tmp_path, exports.CRUNCHBASE), DAY)
    laid = merged(atlas, found, COUNTRIES)
    assert laid.funding is not None and laid.funding.source == "crunchbase"
    assert laid.funding.nations["fr-eu"] == 0.648
    checks = exhibits(laid.funding, {}).discrepancies
    assert checks and all(each.explained and each.off == 0 for each in checks)


def test_tracxn_is_two_files_that_belong_together(tmp_path: Path) -> None:
    (found,) = read_imports(files(tmp_path, exports.TRACXN_COMPANIES, exports.TRACXN_ROUNDS), DAY)
    assert found.funding is not None and found.funding.nations == {"FR": 0.108, "AE": 0.05}
    assert found.skipped == {"not equity": 1, "a domain that is not among the companies": 1}
    with pytest.raises(UsageFault, match="companies are missing"):
        read_imports(files(tmp_path, exports.TRACXN_ROUNDS), DAY)


def test_clusters_move_the_layer_of_compute(tmp_path: Path, atlas: Atlas) -> None:
    (found,) = read_imports(files(tmp_path, exports.EPOCH_CLUSTERS), DAY)
    lines = {(line.nation, line.measure): line.value for line in found.lines}
    assert lines == {
        ("US", "accelerators"): 650000,
        ("US", "power-mw"): 1000,
        ("KR", "accelerators"): 6000,
    }
    laid = merged(atlas, found, COUNTRIES)
    standing = place(laid, "us").layers["compute"]
    assert standing.grade == "dense" and not standing.stated  # a figure now, where words stood before
    assert place(laid, "kr").layers["compute"].stated is False


def test_developers_of_models_move_a_nation(tmp_path: Path, atlas: Atlas) -> None:
    (found,) = read_imports(files(tmp_path, exports.EPOCH_MODELS), DAY)
    assert [(line.nation, line.actor) for line in found.lines] == [
        ("AE", "Falcon Institute"),
        ("AE", "Second House"),
    ]
    assert place(atlas, "ae").archetype == "compute-builder"
    assert place(merged(atlas, found, COUNTRIES), "ae").archetype == "contender"


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        (exports.TOP500_NEW, {"JP": 1.342, "SA": 0.001}),
        (exports.TOP500_OLD, {"KR": 2.0}),
    ],
)
def test_lists_of_the_top500_old_and_new(tmp_path: Path, text: str, figures: dict[str, float], atlas: Atlas) -> None:
    (found,) = read_imports(files(tmp_path, text), DAY)
    assert {line.nation: line.value for line in found.lines} == figures
    laid = merged(atlas, found, COUNTRIES)
    mine = [line for line in laid.lines if line.nation == "jp" and line.measure == "exaflops"]
    assert len(mine) == 1  # the list's figure in place of the report's


def test_a_source_keeps_the_hash_of_its_file(tmp_path: Path) -> None:
    (file,) = files(tmp_path, exports.TOP500_NEW)
    (found,) = read_imports([file], DAY)
    assert found.source.sha256 == sha256(file.read_bytes()).hexdigest()
    assert found.source.licence and "2026-11-23" in found.source.credit


def test_renamed_headers_are_tolerated_and_others_named(tmp_path: Path) -> None:
    renamed = exports.TOP500_NEW.replace("Rmax [TFlop/s]", "RMAX (TFlop/s)").replace("Total Cores", "Cores")
    assert read_imports(files(tmp_path, renamed), DAY)[0].name == "top500"
    with pytest.raises(UsageFault) as error:
        read_imports(files(tmp_path, exports.TOP500_NEW.replace("Country,", "Land,"), "a,b\n1,2\n"), DAY)
    assert "TOP500 list has Country" in str(error.value) and "export-1.csv" in str(error.value)


def test_a_workbook_is_read_as_its_text_is(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in exports.TRACXN_COMPANIES.splitlines():
        book.active.append(line.split(","))
    data = io.BytesIO()
    book.save(data)
    companies = tmp_path / "companies.xlsx"
    companies.write_bytes(data.getvalue())
    (rounds,) = files(tmp_path, exports.TRACXN_ROUNDS)
    (found,) = read_imports([companies, rounds], DAY)
    assert found.funding is not None and found.funding.nations == {"FR": 0.108, "AE": 0.05}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04rubbish", "no XLSX"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "is no table"),
        (b"one\ntwo\n", "is no table"),
    ],
)
def test_what_is_no_table_is_said_to_be_none(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(data)
    with pytest.raises(UsageFault, match=says):
        read_imports([path, tmp_path / "absent.csv"], DAY)


def test_cells() -> None:
    assert country("Paris, Ile-de-France, France") == "FR" and country("Korea, South") == "KR"
    assert country("United States of America,France") == SEVERAL and country("Atlantis") == ""
    assert country("Multinational,United States of America") == SEVERAL
    assert country("de") == "DE" and country("Georgia") == "GE" and country("Atlanta, Georgia, United States") == "US"
    assert str(amount("$1,200,000")) == "1200000" and amount("undisclosed") is None and amount("-3") is None
    assert amount("NaN") is None and amount("1e999") is None
    assert day("Jun 03, 2025") == date(2025, 6, 3) and day("2025") == date(2025, 1, 1) and day("soon") is None


def test_a_unit_is_that_of_the_header(tmp_path: Path) -> None:
    (found,) = read_imports(files(tmp_path, exports.TOP500_NEW.replace("Rmax [TFlop/s]", "Rmax (PFlop/s)")), DAY)
    assert {line.nation: line.value for line in found.lines} == {"JP": 1342.01, "SA": 1.0}
    with pytest.raises(UsageFault, match="which this file lacks"):
        read_imports(files(tmp_path, exports.TOP500_NEW.replace("Rmax [TFlop/s]", "Rmax")), DAY)


def test_a_day_that_nobody_gave_is_not_said_to_be_the_data_s(tmp_path: Path) -> None:
    paths = files(tmp_path, exports.TOP500_NEW)
    assert read_imports(paths, DAY)[0].source.credit == "Source: TOP500.org, as exported 2026-11-23"
    assert read_imports(paths, DAY, dated=False)[0].source.credit == "Source: TOP500.org, as read 2026-11-23"


def test_a_workbook_that_claims_to_be_vast_is_read_for_what_it_has(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "one", "two"
    book.active["XFD90000"] = "far"
    path = tmp_path / "vast.xlsx"
    book.save(path)
    with pytest.raises(UsageFault, match="no export that is known"):
        read_imports([path], DAY)


def test_every_kind_has_a_licence_and_a_credit() -> None:
    assert all(kind.licence and kind.credit.startswith("Source: ") for kind in KINDS.values())


@pytest.mark.parametrize("wrong", ["nan", "-5", "inf", "1e400", "many", ""])
def test_a_row_without_a_figure_is_told(tmp_path: Path, wrong: str) -> None:
    head, row = exports.EPOCH_CLUSTERS.splitlines()[:2]
    bad = row.replace("One", "Bad").replace("250000", wrong).replace(",400,", f",{wrong},")
    (found,) = read_imports(files(tmp_path, f"{head}\n{row}\n{bad}\n"), DAY)
    assert found.skipped == {"no figure, or none that is a number from 0 on": 1}
    assert found.lines[0].value == 250_000
