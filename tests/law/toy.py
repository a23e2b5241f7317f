"""A toy law, so that the engine is tested apart from what any nation says."""

from __future__ import annotations

from datetime import UTC

from comity.adapters.packs import schema_text, vocabulary
from comity.law.cedar import parse_rules
from comity.law.pack import Pack, read_pack
from comity.law.trial import Trial, try_pack

NOTES = (
    '@law("Toy Act") @cite("s.{n}") @url("https://example.org/toy") @kind("prohibit") @basis("statute")'
    ' @source("primary") @review("none") @says("Toys stay home.") @remedy("keep them home")'
)

RULES = f"""
@id("toy/1") @from("2026-01-01") @until("2026-06-30") {NOTES.format(n=1)}
forbid (principal, action == Comity::Action::"place", resource)
when {{ principal.data in Comity::DataClass::"personal" && principal.subjects in Comity::Group::"toyland" &&
       !(resource.site in Comity::Group::"toyland") }}
unless {{ resource.kinds.contains(Comity::Kind::"eu.art28") }};
"""

LISTS = """
groups:
  toyland:
    says: The toy states.
    members:
      - {member: FR, from: 2020-01-01, instrument: Treaty, url: "https://example.org", source: primary}
      - {member: DE, from: 2026-03-01, instrument: Accession, url: "https://example.org", source: primary}
"""

COVERAGE = """
pack: toy
title: The toy act
timezone: UTC
status: "on"
review_by: 2027-01-01
covers:
  - {jurisdictions: [toyland, US], data: [personal], operations: [infer], from: 2020-01-01}
"""

CASES = """
- says: abroad
  on: 2026-02-01
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US}
  verdict: forbid
  rules: [toy/1]
- says: Germany before it joined
  on: 2026-02-28
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: DE, operator: DE}
  verdict: forbid
  rules: [toy/1]
- says: Germany since
  on: 2026-03-01
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: DE, operator: DE}
  verdict: permit
- says: the last day
  on: 2026-06-30
  case: {controller: FR, subjects: [FR], data: [personal], purpose: general}
  at: {site: {any_of: [DE, US]}, operator: DE}
  verdict: forbid
  rules: [toy/1]
- says: the day after
  on: 2026-07-01
  case: {controller: FR, subjects: [FR], data: [personal], purpose: general}
  at: {site: US, operator: US}
  verdict: permit
- says: New Year's Eve, before the act
  on: 2025-12-31
  trap: true
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US}
  verdict: permit
- says: New Year, the first day of the act
  on: 2026-01-01
  case: {controller: FR, subjects: [FR], data: [health], purpose: general}
  at: {site: US, operator: US}
  verdict: forbid
  rules: [toy/1]
"""

FILES = {
    "rules.cedar": RULES,
    "lists.yaml": LISTS,
    "coverage.yaml": COVERAGE,
    "cases.yaml": CASES,
    "SOURCES.md": "# Sources\n",
}


def files(**changed: str) -> dict[str, bytes]:
    """The toy pack's files, with some replaced; a name's dot is written `_` ("rules_cedar")."""
    replaced = {name.replace("_", ".", 1): text for name, text in changed.items()}
    return {name: text.encode() for name, text in {**FILES, **replaced}.items()}


def pack(**changed: str) -> Pack:
    """The toy pack, read; asserts that it reads."""
    read, problems = read_pack("toy", files(**changed), parse_rules)
    assert read is not None, problems
    return read


def trial(**changed: str) -> Trial:
    """The toy pack on trial."""
    return try_pack(pack(**changed), vocabulary(), schema_text(), lambda _: UTC)
