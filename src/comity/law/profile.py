"""The profile: the legally relevant face of a deployment, in one place where it may be processed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from comity.law.seals import closed


class Profile(Struct, frozen=True, cache_hash=True):
    """What law may see of a candidate (facts.cedarschema). Many deployments have few profiles."""

    site: str
    operator: str
    control: tuple[str, ...]
    presence: tuple[str, ...]
    operator_public: bool = False
    ecsp: bool = False
    dpf: bool = False
    dpf_uk: bool = False
    dpf_swiss: bool = False
    own: bool = False
    kinds: tuple[str, ...] = ()
    assessed: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    retains: bool = False
    trains: bool = False
    trains_stated: bool = True
    gateway: bool = False
    developer: str = ""
    open_weights: bool = False
    licence: str = "unstated"
    family: str = "unstated"
    seal: tuple[str, ...] = ()  # as stated: "SOV-2:3"
    controlled_accelerator: bool = True
    accelerators: tuple[str, ...] = ("unknown",)

    def entities(self, uid: str) -> list[dict[str, Any]]:
        """The profile as Cedar entities; `uid` is its id."""
        return [
            entity("Control", uid, parents=[("Jurisdiction", seat) for seat in self.control]),
            entity("Presence", uid, parents=[("Jurisdiction", place) for place in self.presence]),
            entity(
                "Profile",
                uid,
                {
                    "site": reference("Jurisdiction", self.site),
                    "operator": reference("Jurisdiction", self.operator),
                    "operatorPublic": self.operator_public,
                    "control": reference("Control", uid),
                    "presence": reference("Presence", uid),
                    "ecsp": self.ecsp,
                    "dpf": self.dpf,
                    "dpfUk": self.dpf_uk,
                    "dpfSwiss": self.dpf_swiss,
                    "own": self.own,
                    "kinds": [reference("Kind", kind) for kind in self.kinds],
                    "assessed": [reference("Kind", kind) for kind in self.assessed],
                    "certificates": [reference("Certificate", name) for name in self.certificates],
                    "retains": self.retains,
                    "trains": self.trains,
                    "trainsStated": self.trains_stated,
                    "gateway": self.gateway,
                    "developer": reference("Jurisdiction", self.developer or self.operator),
                    "openWeights": self.open_weights,
                    "licence": reference("Licence", self.licence),
                    "family": reference("Family", self.family),
                    "seal": [reference("Seal", name) for name in closed(self.seal)],
                    "accelerators": [reference("Accelerator", name) for name in self.accelerators],
                    "controlledAccelerator": self.controlled_accelerator,
                },
            ),
        ]


def entity(
    kind: str,
    uid: str,
    attributes: dict[str, Any] | None = None,
    parents: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """One Cedar entity in Cedar's JSON form."""
    return {
        "uid": {"type": f"Comity::{kind}", "id": uid},
        "attrs": attributes or {},
        "parents": [{"type": f"Comity::{parent}", "id": name} for parent, name in parents or ()],
    }


def reference(kind: str, uid: str) -> dict[str, Any]:
    """A reference to an entity, as an attribute's value."""
    return {"__entity": {"type": f"Comity::{kind}", "id": uid}}
