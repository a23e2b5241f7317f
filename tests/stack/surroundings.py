"""One fixed day and one small vocabulary, so that the museum's messages stay as they are."""

from __future__ import annotations

from datetime import date

from comity.stack.surroundings import Surroundings, Words

TODAY = date(2026, 11, 23)

WORDS = Words(
    data=frozenset({"personal", "health", "special"}),
    purposes=frozenset({"healthcare", "customer-support", "research"}),
    grounds=frozenset({"eu.art6.public", "eu.art6.contract", "eu.art9.health-care"}),
    roles=frozenset({"eu.aia.deployer", "eu.aia.provider"}),
    kinds=frozenset({"eu.art28", "eu.scc-m2", "eu.bcr"}),
    certificates=frozenset({"HDS", "C5"}),
    sectors=frozenset({"health", "public"}),
    risks=frozenset({"minimal", "high"}),
    hops=frozenset({"fetch", "mcp"}),
    uses=frozenset({"chatbot", "unstated"}),
    families=frozenset({"unstated"}),
)

SURROUNDINGS = Surroundings(
    today=TODAY,
    words=WORDS,
    packs=frozenset({"eu.gdpr", "in.dpdp", "us.exposure"}),
    environment={"PARIS_KEY": "a key", "EMPTY_KEY": "", "HOME": "/home/somebody"},
    file_exists=lambda path: path == "ca.pem",
    file_date=date(2026, 11, 1),
    embedded=frozenset({"civic-tiny"}),
)
