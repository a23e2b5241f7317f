from msgspec import convert

from comity.adapters.keys import Key, digest_of
from comity.runtime.tenants import Tenants, narrowed
from comity.stack.types import Application

APPLICATIONS = {
    "desk": convert({"controller": "acme", "purpose": "general", "data": [], "subjects": ["FR"]}, Application)
}


def key(secret, **more) -> Key:
    about = {"application": "desk", "role": None, "disclose": "full", "created": 1, **more}
    return Key(id=secret, digest=digest_of(secret.encode()), **about)


def salt(application):
    return application.encode().ljust(32, b"\0")


def table(*keys, before=None):
    return Tenants.of(keys, APPLICATIONS, salt, before)


def test_a_key_speaks_for_its_application():
    tenant = table(key("sk-a")).find(b"sk-a", 5)
    assert (tenant.application, tenant.controller, tenant.key, tenant.disclose) == ("desk", "acme", "sk-a", "full")
    assert tenant.salt == salt("desk")


def test_what_is_unknown_revoked_expired_or_orphaned_opens_nothing():
    tenants = table(
        key("sk-revoked", revoked=2), key("sk-expired", expires=5), key("sk-orphan", application="gone"), key("sk-live")
    )
    for presented in (b"", b"sk-unknown", b"sk-revoked", b"sk-expired", b"sk-orphan", b"sk-live" * 100):
        assert tenants.find(presented, 5) is None
    assert tenants.find(b"sk-expired", 4) is not None


def test_an_auditor_reads_and_other_roles_are_for_the_control_port():
    roles = [key(f"sk-{role}", application=None, role=role) for role in ("owner", "operator", "auditor", "counsel")]
    tenants = table(*roles)
    assert tenants.find(b"sk-auditor", 5).auditor
    assert [tenants.find(f"sk-{role}".encode(), 5) for role in ("owner", "operator", "counsel")] == [None] * 3


def test_a_token_s_tenant_has_an_id_that_entries_can_hold():
    tenants = table()
    tenant = tenants.of_token("x" * 64, "desk", "")
    assert tenant.application == "desk" and tenant.disclose == "none" and len(tenant.key) == 64
    assert tenants.of_token("x" * 64, "desk", "") is tenant
    assert tenants.of_token("login", "", "auditor").auditor
    assert tenants.of_token("login", "gone", "") is None and tenants.of_token("login", "", "owner") is None


def test_a_key_narrows_its_application_and_never_widens_it():
    assert narrowed(None, None) is None
    assert narrowed(("b", "a"), None) == narrowed(None, ("a", "b")) == ("a", "b")
    assert narrowed(("a", "b"), ("b", "c")) == ("b",)


def test_a_tenant_stays_the_same_object_while_nothing_about_it_changes():
    before = table(key("sk-a"))
    same = table(key("sk-a"), key("sk-b"), before=before)
    other = table(key("sk-a", disclose="none"), before=before)
    assert same.find(b"sk-a", 5) is before.find(b"sk-a", 5)
    assert other.find(b"sk-a", 5) is not before.find(b"sk-a", 5)
