"""Papers say what the log, the realm and the register say, name where, and leave blank what none of them knows."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from comity.evidence.ai_act import ai_act
from comity.evidence.dora import register_of_information
from comity.evidence.dpdp import log_extract
from comity.evidence.html import page
from comity.evidence.oscal import assessment_results
from comity.evidence.paper import Paper, blanks, document
from comity.evidence.papers import PAPERS, papers
from comity.evidence.processing import record_of_processing
from comity.evidence.register import Register, read_register
from comity.evidence.transfers import transfers
from tests.evidence.world import NOON, exchange, findings


def rows(paper: Paper, table: str) -> list[dict[str, str]]:
    """Each row's values by column."""
    (found,) = [each for each in paper.tables if each.name == table]
    return [
        {(column.code or column.title): cell.value for column, cell in zip(found.columns, row, strict=True)}
        for row in found.rows
    ]


def test_each_transfer_has_its_instrument_and_a_blank_where_there_is_none() -> None:
    sites = ("paris", "virginia", "oregon", "nairobi", "zug")
    made = transfers(findings(*(exchange(2 * n, "triage", site) for n, site in enumerate(sites))))
    shown = {row["Place of processing"][:2] + row["Importer"]: row for row in rows(made, "transfers")}
    assert set(shown) == {"USabroad", "USlisted", "KEstrange", "CHisland"}
    assert "module 2" in shown["USabroad"]["Instrument"] or "processor" in shown["USabroad"]["Instrument"]
    assert shown["USabroad"]["Assessment of the transfer"].startswith("DPO-7")
    assert "2023/1795" in shown["USlisted"]["Instrument"]
    assert "2000/518" in shown["CHisland"]["Instrument"]
    assert shown["CHisland"]["Assessment of the transfer"] == "not required"
    assert shown["KEstrange"]["Instrument"] == ""
    (gap,) = {gap.belongs.partition(": ")[2] for gap in blanks((made,)) if gap.column == "Instrument"}
    assert gap == "agreements between hospital and strange"


def test_a_flow_whose_realm_is_gone_is_told_and_not_guessed() -> None:
    lost = replace(findings(exchange(0, "triage", "virginia")), realms={})
    made = transfers(lost)
    assert not rows(made, "transfers")
    assert rows(made, "unread") == [{"Application": "triage", "Deployment": "virginia", "Requests": "1", "Realm": ""}]
    assert [gap.column for gap in blanks((record_of_processing(lost),)) if "realm" in gap.belongs]


def test_the_record_of_processing_takes_words_from_the_register_and_leaves_the_rest_blank() -> None:
    made = record_of_processing(findings(exchange(0, "triage", "virginia"), exchange(2, "triage", "paris")))
    (row,) = rows(made, "controller")
    assert row["Controller"] == "Hospital of the example"
    assert row["Purposes"] == "ordering of patients"
    assert row["Recipients"] == "abroad, home"
    assert row["Third countries"] == "US (United States)"
    assert row["Security measures"] == ""
    (processor,) = rows(made, "processor")
    assert (processor["Processor"], processor["Requests in the period"]) == ("Home Cloud", "2")


def test_logs_of_a_system_are_kept_as_long_as_the_article_on_retention_says_not_article_12() -> None:
    made = ai_act(findings(exchange(0, "triage", "paris")))
    (system,) = rows(made, "systems")
    assert system["Human oversight by"] == "head nurse"
    assert system["Fundamental-rights impact assessment"] == ""
    (duty,) = [row for row in rows(made, "duties") if row["Duty"].startswith("record")]
    assert duty["Status"] in ("assisted", "owed")
    (use,) = rows(made, "uses")
    assert (use["Receipt"], use["Deployment"], use["Outcome"]) == ("shard0001.0", "paris", "stop")
    assert not ai_act(findings(exchange(0, "teller", "paris"))).tables[0].rows


def test_rows_of_the_register_of_information_bear_the_columns_of_its_templates() -> None:
    made = register_of_information(findings(exchange(0, "triage", "paris"), exchange(2, "triage", "virginia")))
    home, abroad = sorted(rows(made, "B_02.02"), key=lambda row: row["B_02.02.0010"], reverse=True)
    assert home["B_02.02.0010"] == "C-17"
    assert (home["B_02.02.0030"], home["B_02.02.0040"]) == ("969500ZYXWVUTSRQPO34", "LEI")
    assert (home["B_02.02.0130"], home["B_02.02.0140"], home["B_02.02.0150"]) == ("FR", "Yes", "FR")
    assert (abroad["B_02.02.0010"], abroad["B_02.02.0030"], abroad["B_02.02.0160"]) == ("", "", "US")
    assert len(home) == 18
    ways = {row["Provider"]: row for row in rows(made, "exit")}
    assert ways["home"]["Exit plan"] == "EP-3"
    assert ways["abroad"]["Exit plan"] == ""
    assert rows(made, "B_01.01")[0]["B_01.01.0030"] == "FR"


def test_the_extract_for_india_has_its_people_and_no_others() -> None:
    made = log_extract(findings(exchange(0, "teller", "zug"), exchange(2, "triage", "paris")))
    (row,) = rows(made, "processing")
    assert (row["Application"], row["Ground stated"], row["Places"]) == (
        "teller",
        "in.dpdp.consent",
        "CH (Switzerland)",
    )


def test_the_papers_of_the_laws_that_are_loaded_unless_others_are_named() -> None:
    told = findings(exchange(0, "triage", "paris"))
    assert [paper.name for paper in papers(told)] == ["record-of-processing", "transfers", "ai-act-logs", "dpdp-log"]
    assert [paper.name for paper in papers(told, ("dora-register",))] == ["dora-register"]


def test_every_cell_names_its_source_and_every_blank_is_listed() -> None:
    told = findings(exchange(0, "triage", "nairobi"), exchange(2, "teller", "zug"), register=Register())
    made = papers(told, tuple(PAPERS))
    cells = [cell for paper in made for table in paper.tables for row in table.rows for cell in row]
    assert all(cell.source for cell in cells)
    gaps = list(blanks(made))
    assert len(gaps) == sum(cell.value == "" for cell in cells) > 50
    shown = page(made, gaps, told)
    assert shown.count('class="gap"') == len(gaps)
    loaded = shown.replace('href="http', "")  # a link is followed by people; nothing is loaded
    assert "http:" not in loaded and "https:" not in loaded and "default-src 'none'" in shown
    assert json.dumps([document(paper) for paper in made])


def test_what_people_write_is_text_and_no_markup() -> None:
    register = read_register({"applications": {"triage": {"purposes": "<script>alert(1)</script>"}}})
    told = findings(exchange(0, "triage", "paris"), register=register)
    made = papers(told)
    assert "<script" not in page(made, (), told)


def test_results_in_oscal_are_the_same_for_the_same_findings_and_claim_only_what_the_log_shows() -> None:
    told = findings(exchange(0, "triage", "paris"))
    made = papers(told)
    results = assessment_results(made, (), told, NOON, {"index.html": "0" * 64})
    assert results == assessment_results(made, (), told, NOON, {"index.html": "0" * 64})
    (result,) = results["assessment-results"]["results"]  # type: ignore[index]
    states = {
        next(prop["value"] for prop in each["props"] if prop["name"] == "rule"): each["target"]["status"]["state"]
        for each in result["findings"]
    }
    assert states["eu.gdpr/44-site"] == "satisfied"
    assert states["eu.gdpr/30-record"] == "not-satisfied"  # owed: the log alone does not show it


@pytest.mark.parametrize(
    "document",
    [{"entities": {"a": {"lei": "short"}}}, {"entities": {"a": {"colour": "red"}}}, {"contracts": [{"ref": "x"}]}],
)
def test_a_register_with_a_mistake_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"\$"):
        read_register(document)
