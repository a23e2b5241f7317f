"""The one table of absent facts: what Comity assumes where a stack file is silent (DESIGN part 6).

Every assumption that a ruling rests on is shown with it and stands in its entry, by its id.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Absent:
    """A row: when `fact` is not stated, `value` is assumed; `says` is the sentence shown, `{about}` its
    subject.
    """

    id: str
    fact: str
    when: str
    value: str
    says: str
    source: str


@dataclass(frozen=True, slots=True, order=True)
class Assumption:
    """One use of a row: `about` names the thing in the stack (`parties.hexagone`), `text` says what is
    assumed.
    """

    id: str
    about: str
    text: str


CERTIFICATE_DAYS = 90  # how long a certificate without an end is believed, counted from the file's date

ABSENT: tuple[Absent, ...] = (
    Absent(
        "absent/controlled_by",
        "parties.*.controlled_by",
        "a party names nobody who controls it, or is a bare jurisdiction",
        "nobody",
        "{about} states no controlled_by: taken at its word as its own ultimate parent",
        "DESIGN part 6",
    ),
    Absent(
        "absent/presence",
        "parties.*.presence",
        "a party does not say where it is present",
        "its seat",
        "{about} states no presence: taken as present at its seat alone",
        "DESIGN part 6",
    ),
    Absent(
        "absent/ecsp",
        "parties.*.ecsp",
        "a party does not say whether it is an electronic communication service provider",
        "true if its seat or anyone's who controls it is in the United States, else false",
        "{about} states no ecsp: taken as {value}, by its seat and control",
        "DESIGN part 6; 50 U.S.C. 1881(b)(4)",
    ),
    Absent(
        "absent/dpf",
        "parties.*.dpf",
        "a party seated in or controlled from the United States states no self-certification",
        "none",
        "{about} states no dpf: taken as not certified under the Data Privacy Framework",
        "DESIGN part 6; Decision (EU) 2023/1795",
    ),
    Absent(
        "absent/gateway",
        "gateway",
        "the stack does not say where the gateway runs",
        "at the seat of the application's controller, run by the controller",
        "no gateway is stated: taken to run at {value}, by the controller {about}",
        "DESIGN part 6",
    ),
    Absent(
        "absent/price",
        "deployments.*.price",
        "a deployment has no price",
        "the worst price among the candidates",
        "{about} states no price: scored as the dearest of the candidates",
        "DESIGN part 6",
    ),
    Absent(
        "absent/latency",
        "deployments.*.latency",
        "a deployment has no latency",
        "the worst latency among the candidates",
        "{about} states no latency: scored as the slowest of the candidates",
        "DESIGN part 6",
    ),
    Absent(
        "absent/carbon",
        "sites.*.grid_gco2_kwh, sites.*.pue, deployments.*.energy",
        "any of the three figures that carbon is reckoned from is missing",
        "the worst carbon among the candidates",
        "{about} lacks a figure that carbon is reckoned from: scored as the worst of the candidates",
        "DESIGN part 6, as for price",
    ),
    Absent(
        "absent/quality",
        "models.*.eval",
        "a model has no score in the request's language",
        "the worst quality among the candidates",
        "{about} has no score in the language: taken as the worst of the candidates",
        "DESIGN part 6, as for price",
    ),
    Absent(
        "absent/accelerator",
        "sites.*.accelerators",
        "a site names no accelerator, or one that is not in the table",
        "of the export-controlled class",
        "{about} names no known accelerator: taken as of the export-controlled class",
        "DESIGN part 6",
    ),
    Absent(
        "absent/certificate.until",
        "deployments.*.certificates[].until",
        "a certificate has no end",
        f"{CERTIFICATE_DAYS} days from the file's date in version control or on disk",
        "{about} has no end: taken to hold until {value}, " + f"{CERTIFICATE_DAYS} days from the file's date",
        "DESIGN part 6",
    ),
    Absent(
        "absent/terms.retention",
        "deployments.*.terms.retention",
        "an operator's terms do not say how long content is kept",
        "content is kept",
        "{about} states no retention: taken to keep content after the answer",
        "DESIGN rule 3: what is not known is not assumed in the operator's favour",
    ),
    Absent(
        "absent/terms.trains",
        "deployments.*.terms.trains",
        "an operator's terms do not say whether it trains on content",
        "it trains",
        "{about} does not say whether it trains on content: taken to do so, unless a law reads its contract otherwise",
        "DESIGN rule 3: what is not known is not assumed in the operator's favour",
    ),
    Absent(
        "absent/open_weights",
        "models.*.open_weights",
        "a model does not say whether its weights are open",
        "they are not",
        "{about} does not say whether its weights are open: taken as closed",
        "DESIGN rule 3: what is not known is not assumed in the operator's favour",
    ),
    Absent(
        "absent/license",
        "models.*.license, models.*.family",
        "a model states no licence, or names no family of weights",
        "unstated: rules that ask for it say what they make of that",
        "{about} states no licence: taken as unstated",
        "DESIGN rule 3: what is not known is not assumed in the operator's favour",
    ),
    Absent(
        "absent/output_used_in",
        "applications.*.output_used_in",
        "an application does not say where its output is used",
        "where its subjects are",
        "{about} does not say where its output is used: taken to be used where its subjects are",
        "Regulation (EU) 2024/1689 Art. 2(1)(c): the place of use decides, whatever the place of the machines",
    ),
    Absent(
        "absent/uses",
        "applications.*.uses",
        "an application does not say what its system does",
        "unstated: duties of transparency apply, no practice is taken for a prohibited one",
        "{about} does not say what its system does: held to the duties of one that talks to people and writes",
        "DESIGN rule 3: what is not known is not assumed in the operator's favour",
    ),
    Absent(
        "absent/placed_on_market",
        "applications.*.placed_on_market",
        "an application does not say when its system was placed on the market or put into service",
        "today: the newest duties apply",
        "{about} does not say when its system was placed on the market: held to the newest duties",
        "Regulation (EU) 2024/1689 Art. 111",
    ),
    Absent(
        "absent/evidence",
        "evidence",
        "a fact is written bare",
        "declared",
        "{about} is written bare: its evidence is declared, the lowest level",
        "DESIGN part 6",
    ),
)

_ROWS = {row.id: row for row in ABSENT}


def assume(row: str, about: str, value: str = "") -> Assumption:
    """The assumption that the row named `row` makes about `about`; KeyError if there is no such row."""
    found = _ROWS[row]
    return Assumption(found.id, about, found.says.format(about=about, value=value or found.value))
