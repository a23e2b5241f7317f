"""Tokens are checked once and looked up then; an issuer is asked for its keys seldom, whatever tokens name."""

import asyncio
import time

from comity.adapters.oidc.issuer import TrustedIssuer
from comity.adapters.oidc.jwks import NoKeys
from comity.runtime.bearers import BURST, MAX_TOKEN_BYTES, Bearers
from comity.runtime.issuers import HASTE_S, Issuers
from comity.stack.operation import Issuer
from tests.adapters.oidc.issuers import AUDIENCE, ISSUER, KEYS, token

TRUSTED = TrustedIssuer("login", ISSUER, AUDIENCE, "azp", {"desk-client": "desk"}, {}, KEYS)
STACK = {"login": Issuer(ISSUER, AUDIENCE, applications={"desk-client": "desk"})}


class World:
    def __init__(self):
        self.now = int(time.time() * 1000)
        self.unknown = []
        self.bearers = Bearers(lambda: self.now, self.unknown.append)
        self.bearers.trust((TRUSTED,))
        self.checks = 0
        check = self.bearers._verify

        def counted(text):
            self.checks += 1
            return check(text)

        self.bearers._verify = counted


def test_a_token_is_checked_once_and_ends():
    world = World()
    text = token().encode()
    assert world.bearers.find(text).application == "desk"
    assert world.bearers.find(text) is world.bearers.find(text) and world.checks == 1
    world.now += 601_000
    found = world.bearers.find(text)  # PyJWT goes by the real clock, which has not moved
    assert world.checks == 2 and found is not None


def test_what_opens_nothing_is_remembered_too():
    world = World()
    for _ in range(5):
        assert world.bearers.find(token(aud="x").encode()[:-3]) is None
    assert world.checks <= 5
    text = token(aud="x").encode()
    checks = world.checks
    for _ in range(5):
        assert world.bearers.find(text) is None
    assert world.checks == checks + 1


def test_what_cannot_be_a_token_costs_nothing():
    world = World()
    for text in (b"", b"sk-abc", b"ey" + b"a" * MAX_TOKEN_BYTES):
        assert world.bearers.find(text) is None
    assert world.checks == 0


def test_a_flood_of_forged_tokens_takes_a_bounded_time_and_harms_no_known_one():
    world = World()
    good = token().encode()
    assert world.bearers.find(good) is not None
    for number in range(3 * BURST):
        assert world.bearers.find(b"eyJ.%d.x" % number) is None
    assert world.checks == BURST
    assert world.bearers.find(good) is not None
    world.now += 1000
    assert world.bearers.find(token(jti="new").encode()) is not None


def test_who_is_not_trusted_any_more_opens_nothing():
    world = World()
    text = token().encode()
    assert world.bearers.find(text) is not None
    world.bearers.trust(())
    assert world.bearers.find(text) is None


def test_an_unknown_key_is_told():
    world = World()
    assert world.bearers.find(token(kid="new").encode()) is None
    assert world.unknown == ["login"]


def issuers(fetch, said=None):
    changes = []
    made = Issuers(lambda: changes.append(1), (said if said is not None else []).append, None, fetch=fetch)
    made.adopt(STACK)
    return made


async def settled():
    for _ in range(20):
        await asyncio.sleep(0.01)


def test_a_flood_of_unknown_keys_asks_the_issuer_once_in_a_while(tmp_path):
    asked = []

    def fetch(issuer, jwks, folder):
        asked.append(issuer)
        return KEYS

    async def walk():
        made = issuers(fetch)
        watch = asyncio.create_task(made.watch())
        await settled()
        assert len(asked) == 1 and made.trusted[0].keys == KEYS
        for _ in range(1000):
            made.unknown("login")
            made.unknown("nobody")
        await settled()
        assert len(asked) == 1 and HASTE_S >= 10
        watch.cancel()

    asyncio.run(walk())


def test_the_last_good_keys_are_kept(tmp_path):
    answers = [KEYS]

    def fetch(issuer, jwks, folder):
        if not answers:
            raise NoKeys("it is away")
        return answers.pop()

    async def walk():
        said = []
        made = issuers(fetch, said)
        watch = asyncio.create_task(made.watch())
        await settled()
        made._looked["login"] -= 1000  # as if it had been asked long ago
        made.unknown("login")
        await settled()
        assert made.trusted[0].keys == KEYS and made.troubles == {"login": "it is away"}
        assert "the last ones are still taken" in said[0]
        made.adopt({"login": Issuer("https://other.example", AUDIENCE, applications={"x": "desk"})})
        assert made.trusted == ()
        watch.cancel()

    asyncio.run(walk())
