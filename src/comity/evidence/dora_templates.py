"""Columns of the templates of the register of information (Implementing Regulation (EU) 2024/2956, Annex I).

Titles and numbers are those of the templates, as the European Supervisory Authorities number them; read in secondary
sources, 2026-11-23.
"""

from __future__ import annotations

from comity.evidence.paper import coded

MAINTAINER = coded(
    "B_01.01",
    [
        ("0010", "LEI of the financial entity maintaining the register of information"),
        ("0020", "Name of the financial entity"),
        ("0030", "Country of the financial entity"),
        ("0040", "Type of financial entity"),
        ("0050", "Competent authority"),
        ("0060", "Date of the reporting"),
    ],
)
ARRANGEMENT = coded(
    "B_02.01",
    [
        ("0010", "Contractual arrangement reference number"),
        ("0020", "Type of contractual arrangement"),
        ("0030", "Overarching contractual arrangement reference number"),
        ("0040", "Currency"),
        ("0050", "Annual expense or estimated cost"),
    ],
)
SPECIFIC = coded(
    "B_02.02",
    [
        ("0010", "Contractual arrangement reference number"),
        ("0020", "LEI of the financial entity making use of the ICT services"),
        ("0030", "Identification code of the ICT third-party service provider"),
        ("0040", "Type of code"),
        ("0050", "Function identifier"),
        ("0060", "Type of ICT services"),
        ("0070", "Start date"),
        ("0080", "End date"),
        ("0090", "Reason of the termination or ending"),
        ("0100", "Notice period for the financial entity"),
        ("0110", "Notice period for the ICT third-party service provider"),
        ("0120", "Country of the governing law"),
        ("0130", "Country of provision of the ICT services"),
        ("0140", "Storage of data"),
        ("0150", "Location of the data at rest"),
        ("0160", "Location of management of the data"),
        ("0170", "Sensitiveness of the data stored"),
        ("0180", "Level of reliance on the ICT service"),
    ],
)
PROVIDER = coded(
    "B_05.01",
    [
        ("0010", "Identification code of the ICT third-party service provider"),
        ("0020", "Type of code"),
        ("0050", "Legal name"),
        ("0080", "Country of the headquarters"),
        ("0090", "Currency"),
        ("0100", "Total annual expense or estimated cost"),
        ("0110", "Identification code of the ultimate parent undertaking"),
    ],
)
FUNCTION = coded(
    "B_06.01",
    [
        ("0010", "Function identifier"),
        ("0020", "Licensed activity"),
        ("0030", "Function name"),
        ("0040", "LEI of the financial entity"),
        ("0050", "Criticality or importance assessment"),
        ("0060", "Reasons for criticality or importance"),
        ("0070", "Date of the last assessment"),
        ("0080", "Recovery time objective"),
        ("0090", "Recovery point objective"),
        ("0100", "Impact of discontinuing the function"),
    ],
)
ASSESSMENT = coded(
    "B_07.01",
    [
        ("0010", "Contractual arrangement reference number"),
        ("0020", "Identification code of the ICT third-party service provider"),
        ("0030", "Type of code"),
        ("0040", "Type of ICT services"),
        ("0050", "Substitutability of the provider"),
        ("0070", "Date of the last audit"),
        ("0080", "Existence of an exit plan"),
        ("0090", "Possibility of reintegration"),
        ("0100", "Impact of discontinuing the ICT services"),
        ("0110", "Alternative providers identified"),
    ],
)
