"""The keys of a claim's terms: what each asks of the case or of a place where it is processed, and its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from comity.law.pack import Pack
from comity.law.vocabulary import Vocabulary
from comity.stack.jurisdictions import NAMES
from comity.stack.types import Stack

Of: TypeAlias = Literal["case", "place", "deployment", "app"]

PLACES = "places"
PARTIES = "parties"
FLAG = ("yes", "no")


class Key(Struct, frozen=True):
    """One key.

    Attributes:
        of: whom it asks: the case, one place where it is processed, or the deployment as the stack names it.
        facts: attributes of facts.cedarschema, any of which may answer.
        kind: the type of the entities that the words name; "Bool" for yes and no.
        words: a list of the vocabulary, `places` (jurisdictions and lists), `parties` (these, too), or a section
            of the stack file.
    """

    of: Of
    facts: tuple[str, ...]
    kind: str
    words: str
    says: str


KEYS: Mapping[str, Key] = {
    "app": Key("app", (), "", "applications", "an application of the stack, with all that requests may add"),
    "data": Key("case", ("data",), "DataClass", "data", "the data are of this class, or of one that is a kind of it"),
    "subjects": Key("case", ("subjects",), "Jurisdiction", PLACES, "some of the persons are there"),
    "controller": Key("case", ("controller",), "Jurisdiction", PARTIES, "the controller sits there, or is this party"),
    "output": Key("case", ("output",), "Jurisdiction", PLACES, "the output is used there"),
    "purpose": Key("case", ("purpose",), "Purpose", "purposes", "the purpose"),
    "risk": Key("case", ("risk",), "Risk", "risks", "the risk"),
    "sector": Key("case", ("sector",), "Sector", "sectors", "the sector"),
    "ground": Key("case", ("grounds",), "Ground", "grounds", "a ground that the controller states"),
    "role": Key("case", ("roles",), "Role", "roles", "a role of the controller"),
    "use": Key("case", ("uses",), "Use", "uses", "what the system does"),
    "before": Key("case", ("before",), "Milestone", "milestones", "placed on the market before this milestone"),
    "seal-asked": Key("case", ("sealMin",), "Seal", "seals", "the assurance that is asked for"),
    "operation": Key("case", ("operation",), "Operation", "operations", "the operation"),
    "public": Key("case", ("controllerPublic",), "Bool", "", "the controller is a public body"),
    "jurisdiction": Key("place", ("site",), "Jurisdiction", PLACES, "it is processed there"),
    "operator": Key("place", ("operator",), "Jurisdiction", PARTIES, "the operator sits there, or is this party"),
    "control": Key("place", ("control",), "Jurisdiction", PLACES, "the operator, or who controls it, sits there"),
    "presence": Key("place", ("presence",), "Jurisdiction", PLACES, "it, or who controls it, is present there"),
    "compelled-by": Key(
        "place", ("control", "presence"), "Jurisdiction", PLACES, "the operator is controlled from or present there"
    ),
    "developer": Key("place", ("developer",), "Jurisdiction", PLACES, "who made the weights sits there"),
    "kind": Key("place", ("kinds",), "Kind", "kinds", "this instrument binds controller and operator"),
    "assessed": Key("place", ("assessed",), "Kind", "kinds", "this instrument does, and the transfer is assessed"),
    "certificate": Key("place", ("certificates",), "Certificate", "certificates", "the deployment is so certified"),
    "licence": Key("place", ("licence",), "Licence", "licences", "the licence of the weights"),
    "family": Key("place", ("family",), "Family", "families", "the weights by name"),
    "accelerator": Key("place", ("accelerators",), "Accelerator", "accelerators", "the class of a chip there"),
    "seal": Key("place", ("seal",), "Seal", "seals", "the assurance that is reached"),
    "own": Key("place", ("own",), "Bool", "", "the controller runs it itself"),
    "trains": Key("place", ("trains",), "Bool", "", "the operator trains on content, or does not say"),
    "retains": Key("place", ("retains",), "Bool", "", "the operator keeps content, or does not say"),
    "ecsp": Key("place", ("ecsp",), "Bool", "", "an electronic communication service provider (50 USC 1881)"),
    "dpf": Key("place", ("dpf",), "Bool", "", "certified under the Data Privacy Framework"),
    "open-weights": Key("place", ("openWeights",), "Bool", "", "the weights are open"),
    "gateway": Key("place", ("gateway",), "Bool", "", "this place is the gateway"),
    "deployment": Key("deployment", (), "", "deployments", "the deployment of this name"),
    "model": Key("deployment", (), "", "models", "the model of this name"),
    "site": Key("deployment", (), "", "sites", "the site of this name"),
}

ALIASES: Mapping[str, str] = {
    "applications": "app", "application": "app", "subject": "subjects", "grounds": "ground", "roles": "role",
    "uses": "use", "kinds": "kind", "certificates": "certificate", "accelerators": "accelerator",
    "license": "licence", "purposes": "purpose", "sectors": "sector", "risks": "risk", "outputs": "output",
}  # fmt: skip
"""Other spellings, as stack files and cases have them."""


class Lexicon(Struct, frozen=True):
    """Every word that a claim may use: of the vocabulary, of the lists of the packs in force, and of the stack."""

    vocabulary: Vocabulary
    groups: frozenset[str]
    obligations: frozenset[str]
    stack: Stack

    @classmethod
    def of(cls, vocabulary: Vocabulary, packs: Iterable[Pack], stack: Stack, keys: Iterable[str]) -> Lexicon:
        """`keys` are those of the obligations of the packs."""
        return cls(vocabulary, frozenset(name for pack in packs for name in pack.groups), frozenset(keys), stack)

    def words(self, key: Key) -> Collection[str]:
        """The words of a term of this key."""
        if key.kind == "Bool":
            return FLAG
        if key.words in (PLACES, PARTIES):
            named: Collection[str] = self.stack.parties if key.words == PARTIES else ()
            return {*named, *self.groups, *NAMES}
        held: Collection[str] = getattr(self.stack if key.kind == "" else self.vocabulary, key.words)
        return held
