"""Who may be told of which request: a hook and a telemetry sink are hops, and ruled as such (DESIGN rule 5).

A record of a request holds no content, and still says that an application of a hospital asked at half past three. So
the site that hears it must be one that the application's case permits, like the site of a deployment: the same packs
are asked about a deployment of nothing, run at that site by its operator, which keeps and trains on no content because
it gets none. It has no certificates, and agreements bind its operator only where they cover everything of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import starmap

from msgspec.structs import replace

from comity.adapters.packs import schema_text, zone
from comity.adapters.stack_files import StackFile
from comity.law.case import Addition
from comity.law.docket import Docket
from comity.law.realm import Realm
from comity.placement.cases import registered, widened
from comity.relay.finished import Finished
from comity.runtime.audience import Hearer
from comity.stack.types import Deployment, Model, Site, Stack, Terms


class Confidence:
    """Under one realm: which applications' requests each hearer may be told of."""

    def __init__(self, file: StackFile, realm: Realm, hearers: Mapping[str, Hearer]) -> None:
        """Rules on the registered case of every application. Blocking: packs are compiled once more.

        Raises:
            ValueError: as `Realm`.
        """
        self._sites = {name: hearer.site for name, hearer in hearers.items()}
        self._stack = realm.stack
        self._realm: Realm | None = None
        self._answers: Docket[tuple[str, Addition], frozenset[str]] = Docket()
        if hearers:
            stack = told(realm.stack, sorted(set(self._sites.values())))
            packs = list(realm.packs.values())
            self._realm = Realm(stack, packs, realm.vocabulary, schema_text(), realm.since, zone, file.date)
            for name in realm.stack.applications:
                self._answers.get((name, Addition()), lambda key: self._sites_for(*key))

    def admits(self, hearer: str, record: Finished) -> bool:
        """Whether the hearer may be told of it: permitted for the registered case, and for what its headers added."""
        if record.application not in self._stack.applications:
            return False
        asked = record.application, Addition(record.data, record.subjects, record.purposes)
        return self._sites.get(hearer) in self._answers.get(asked, lambda key: self._sites_for(*key))

    def withheld(self, hearer: str) -> tuple[str, ...]:
        """Applications of whose requests the hearer is told nothing, sorted."""
        site = self._sites.get(hearer)
        all_of = sorted(self._stack.applications)
        return tuple(
            name for name in all_of if site not in self._answers.get((name, Addition()), lambda k: self._sites_for(*k))
        )

    def _sites_for(self, application: str, addition: Addition) -> frozenset[str]:
        if self._realm is None:
            return frozenset()
        cases = widened(registered(self._stack.applications[application], "infer"), addition)
        rulings = [self._realm.rule(case).verdicts for case in cases]
        return frozenset(site for site in self._sites.values() if all(ruling[site].permit for ruling in rulings))


def told(stack: Stack, sites: list[str]) -> Stack:
    """The stack with a deployment of nothing at each of `sites`, by the site's name, and no other."""

    def bare(name: str, site: Site) -> tuple[str, Site]:
        return name, replace(site, accelerators=("cpu",))

    return replace(
        stack,
        sites=dict(starmap(bare, stack.sites.items())),
        models={
            site: Model(developer=stack.sites[site].operator, open_weights=True, evidence={"developer": "attested"})
            for site in sites
        },
        deployments={
            site: Deployment(
                model=site,
                site=site,
                url="",
                terms=Terms(retention="P0D", trains=False),
                evidence={"terms": "attested", "certificates": "attested"},
            )
            for site in sites
        },
        aliases={},
        hooks={},
        telemetry=None,
    )
