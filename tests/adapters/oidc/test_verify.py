import json
import time

import pytest
from cryptography.hazmat.primitives import serialization

from comity.adapters.oidc.issuer import TrustedIssuer
from comity.adapters.oidc.jwks import NoKeys, keys_of, usable
from comity.adapters.oidc.verify import Refused, UnknownKid, verify
from tests.adapters.oidc.issuers import (
    AUDIENCE,
    EC,
    ISSUER,
    KEYS,
    OTHER,
    RSA,
    SHORT,
    Issuer,
    claims,
    forged,
    jwk,
    token,
)

TRUSTED = TrustedIssuer(
    "login", ISSUER, AUDIENCE, "azp", {"desk-client": "desk", "front-client": "front"}, {"auditors": "auditor"}, KEYS
)


def check(text, **more):
    about = {name: getattr(TRUSTED, name) for name in TRUSTED.__struct_fields__}
    return verify(text, {ISSUER: TrustedIssuer(**{**about, **more})})


@pytest.mark.parametrize(
    "key, kid, algorithm", [(EC, "e1", "ES256"), (RSA, "r1", "RS256"), (RSA, "r1", "PS256"), (RSA, "r1", "RS512")]
)
def test_a_token_speaks_for_its_application(key, kid, algorithm):
    found = check(token(key, kid, algorithm))
    assert (found.issuer, found.application, found.role) == ("login", "desk", "")
    assert found.ends > time.time() * 1000


def test_a_claim_may_be_a_list_and_speak_for_a_role():
    assert check(token(groups=["staff", "auditors"]), claim="groups").role == "auditor"


def test_who_speaks_for_two_speaks_for_nobody():
    with pytest.raises(Refused, match="several"):
        check(token(azp=["desk-client", "front-client"]))


@pytest.mark.parametrize(
    "more",
    [
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"exp": int(time.time()) - 600},
        {"nbf": int(time.time()) + 600},
        {"iss": "https://login.evil"},
        {"iss": None},
        {"azp": "stranger"},
        {"azp": None},
        {"azp": {"desk-client": 1}},
        {"azp": 7},
    ],
)
def test_a_claim_that_does_not_fit_opens_nothing(more):
    with pytest.raises(Refused):
        check(token(**more))


def test_another_s_signature_opens_nothing():
    with pytest.raises(Refused):
        check(token(OTHER))
    good = token()
    with pytest.raises(Refused):
        check(good[:-6] + ("AAAAAA" if good[-6:] != "AAAAAA" else "BBBBBB"))


def public(key, encoding):
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, kind)


@pytest.mark.parametrize("kid, key", [("r1", RSA), ("e1", EC)])
@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
@pytest.mark.parametrize("algorithm", ["HS256", "hs256", "HS384"])
def test_a_public_key_is_no_shared_secret(kid, key, encoding, algorithm):
    with pytest.raises(Refused):
        check(forged({"alg": algorithm, "kid": kid, "typ": "JWT"}, claims(), public(key, encoding)))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None])
def test_no_signature_opens_nothing(algorithm):
    with pytest.raises(Refused):
        check(forged({"alg": algorithm, "kid": "e1"}, claims()))


def test_an_algorithm_must_be_its_key_s():
    with pytest.raises(Refused):
        check(token(RSA, "e1", "RS256"))
    with pytest.raises(Refused):
        check(token(RSA, "r1", "RS512"), keys=(jwk(RSA, "r1", alg="RS256"),))


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
def test_a_short_key_is_not_trusted():
    with pytest.raises(Refused):
        check(token(SHORT, "s1", "RS256"), keys=(jwk(SHORT, "s1"),))


def test_a_key_in_the_token_is_not_looked_at():
    with pytest.raises(Refused):
        check(token(OTHER, headers={"jwk": jwk(OTHER, "e1"), "jku": "http://127.0.0.1:9/keys"}))


def test_what_must_be_understood_and_is_not_is_refused():
    with pytest.raises(Refused):
        check(token(headers={"crit": ["exp", "b64"], "b64": False}))


def test_an_unknown_key_is_named_by_its_issuer():
    with pytest.raises(UnknownKid) as raised:
        check(token(kid="new"))
    assert raised.value.issuer == "login"


@pytest.mark.parametrize(
    "text", ["", "ey", "eyJ.e30.", "a.b.c", "eyJhbGciOiJFUzI1NiJ9." + "A" * 4000 + ".AA", "ey" * 99]
)
def test_what_is_no_token_is_refused(text):
    with pytest.raises(Refused):
        check(text)


def test_private_and_shared_keys_are_left_out_of_a_set():
    (kept,) = usable(
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}, {**jwk(EC, "e1"), "d": "secret"}, {"kty": "RSA", "use": "enc"}]}
    )
    assert kept["kid"] == "e1" and "d" not in kept
    with pytest.raises(NoKeys):
        usable({"keys": []})


def test_keys_come_by_discovery_from_a_url_or_from_a_file(tmp_path):
    with Issuer() as issuer:
        assert keys_of(issuer.url, None, tmp_path) == keys_of(issuer.url, f"{issuer.url}/keys", tmp_path)
        (tmp_path / "keys.json").write_text(json.dumps({"keys": [KEYS[1]]}))
        assert [key["kid"] for key in keys_of("https://nowhere.example", "file:keys.json", tmp_path)] == ["e1"]
        with pytest.raises(NoKeys, match="another issuer"):
            keys_of(f"{issuer.url}/tenant", None, tmp_path)
        issuer.status = 302
        with pytest.raises(NoKeys, match="302"):
            keys_of(issuer.url, f"{issuer.url}/keys", tmp_path)
    for jwks in ("file:gone.json", "ftp://x/keys", "http://issuer.example/keys", f"{issuer.url}/keys"):
        with pytest.raises(NoKeys):
            keys_of(issuer.url, jwks, tmp_path)
