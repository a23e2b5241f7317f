"""Blocks of entries: canonical, of the documented shape, and saying what happened."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from comity.law.case import NOTHING_ADDED, Addition, Case
from comity.law.obligations import Due
from comity.law.standing import Standing
from comity.placement.types import Candidate, Placement
from comity.proof.entry import MAX_BLOCK_BYTES
from comity.proof.shape import check_block
from comity.relay.body import Ask
from comity.relay.exchange import Exchange
from comity.relay.record import Recorder, cost, session
from comity.relay.target import Target
from comity.relay.tenant import Tenant
from comity.relay.usage import Usage
from comity.terms import canon
from comity.terms.citations import Citation
from comity.terms.refusal import Refusal, Refused
from comity.testing.gate import TENANT

D = "ab" * 32
CASE = Case("infer", "FR", "general", ("personal",), ("FR",), grounds=("eu.art6.public",), risk="high")
PLACEMENT = Placement(
    D, D, D, D, "observe", "civic",
    ((Candidate("paris", 1, (("cost", 1),), assumptions=("paris.latency=worst",), forbidden=("x/y",)),),
     (Candidate("lyon", 2, ()), Candidate("brest", 2, (), advisories=("us/cloud-act",)))),
)  # fmt: skip


def recorder(durability: str = "strict", case: Case = CASE) -> Recorder:
    return Recorder(durability, lambda tenant, addition, operation: case)


def exchange(addition: Addition = NOTHING_ADDED, *, stream: bool = False) -> Exchange:
    made = Exchange(TENANT, addition, b'{"model":"civic \xc3\xa9"}', bytes(16), 1_000)
    made.ask = Ask("civic é", stream)
    return made


def checked(kind: str, blocks: tuple[bytes, bytes, bytes]) -> tuple[Any, Any, Any]:
    parsed = tuple(canon.parse_canonical(block) for block in blocks)
    for name, block in zip(("party", "decision", "content"), parsed, strict=True):
        check_block(kind, name, block, exact=True)
    return parsed  # type: ignore[return-value]


@given(
    st.booleans(), st.sampled_from([NOTHING_ADDED, Addition(("health",), ("KE",), ("general",)), Addition(("health",))])
)
def test_intents(stream: bool, addition: Addition) -> None:
    made = exchange(addition, stream=stream)
    made.place(PLACEMENT)
    kept = recorder()
    first, again = kept.intent(made), kept.intent(made)
    assert first == again
    assert first[0] is again[0] and first[1] is again[1]  # kept, not written anew
    party, decision, content = checked("intent", first)
    assert party["case"]["risk"] == "high"
    assert ("added" in party) == (addition is not NOTHING_ADDED)
    assert decision["tiers"] == [["paris"], ["lyon", "brest"]]
    assert decision["model"] == "civic é"
    assert decision["rules"] == ["x/y"]
    assert content.get("stream", False) == stream


def test_surface_session_and_key_are_entered_where_there_is_something_to_say() -> None:
    made = Exchange(TENANT, NOTHING_ADDED, b"{}", bytes(16), 1, "embeddings", b"agent-7")
    made.ask = Ask("civic", True)
    made.place(PLACEMENT)
    party, _, content = checked("intent", recorder().intent(made))
    assert party["key"] == "k1"
    assert content["surface"] == "embeddings"
    again = Exchange(TENANT, NOTHING_ADDED, b"other", bytes(15) + b"x", 2, "chat", b"agent-7")
    again.ask, again.placement = made.ask, PLACEMENT
    _, _, second = checked("intent", recorder().intent(again))
    assert "surface" not in second
    assert content["session"] == second["session"]
    stranger = msgspec.structs.replace(TENANT, salt=bytes(32))
    assert content["session"] != session(stranger, b"agent-7")


@given(st.integers(-1, 9), st.integers(-1, 9), st.integers(-1, 9), st.integers(-1, 9))
def test_cost_is_known_where_prices_and_tokens_are(prompt: int, completion: int, price_in: int, price_out: int) -> None:
    target = Target("paris", "m", price_in=price_in, price_out=price_out, currency="EUR")
    amount = cost(Usage(prompt, completion), target)
    if min(price_in, price_out) < 0:
        assert amount == -1
    else:
        assert amount == max(prompt, 0) * price_in + max(completion, 0) * price_out
    assert cost(None, target) == cost(Usage(1, 1), None) == -1


def test_an_answer_given_again_and_a_hedge_are_marked() -> None:
    made = exchange()
    made.intent = 9
    made.place(PLACEMENT)
    made.step("durable")
    made.attempt("lyon", 1, hedged=True).end("cancelled", 2)
    made.recall("paris", 4)
    made.response, made.finish = made.commitment("response"), "stop"
    made.target, made.cost = Target("paris", "m", currency="EUR"), 12
    _, decision, content = checked("outcome", recorder().outcome(made, 11))
    assert decision["cached"] == 4
    assert decision["attempts"][0]["hedged"] is True
    assert content["cost"] == {"amount": 12, "currency": "EUR"}


USAGES = st.none() | st.builds(Usage, st.sampled_from([-1, 0, 9]), st.sampled_from([-1, 0, 9]))


@given(
    st.lists(st.sampled_from(["paris", "lyon", "brest"]), max_size=4),
    USAGES,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_outcomes(tried: list[str], usage: Usage | None, answered: bool, sent: bool, changed: bool) -> None:
    made = exchange()
    made.intent = 7
    made.place(PLACEMENT)
    made.step("durable")
    for number, deployment in enumerate(tried):
        made.attempt(deployment, number).end("status" if number % 2 else "refused", number + 1, 500 * (number % 2))
    if answered and tried:
        made.answer(made.attempts[-1], 200, 9)
    made.response = made.commitment("response")
    made.response.update(b"hello")
    made.upstream_request = D if sent else None
    made.upstream_response = made.commitment("upstream-response") if changed else None
    made.usage, made.finish = usage, "stop"
    party, decision, content = checked("outcome", recorder("relaxed").outcome(made, 11))
    assert party == {"intent": 7}
    assert [attempt["deployment"] for attempt in decision["attempts"]] == tried
    assert decision["durability"] == "relaxed"
    assert content["bytes"] == 5
    assert ("upstream" in content) == (sent or changed)
    assert content.get("usage", {}).get("prompt_tokens", -1) == (usage.prompt_tokens if usage else -1)


def test_denials() -> None:
    rule = Citation("eu.gdpr/transfer", "GDPR", "Art. 44", "statute", "x")
    refusal = Refusal("forbidden", "x", D, D, (Refused("paris", (rule, rule)), Refused("lyon", (rule,))))
    made = exchange(Addition(subjects=("KE",)))
    party, decision, content = checked("denial", recorder().denial(made, "infer", refusal, b"{}", 5))
    assert party["added"] == {"subjects": ["KE"]}
    assert decision["rules"] == ["eu.gdpr/transfer"]
    assert [candidate["deployment"] for candidate in decision["candidates"]] == ["paris", "lyon"]
    assert content["status"] == 451
    bare = Refusal("no-candidate", "x", D)
    checked("denial", recorder().denial(made, "infer", bare, b"{}", 5))


def test_a_very_large_stack_still_has_entries() -> None:
    rules = tuple(Citation(f"xx.law/rule-{number}", "x", "x", "statute", "x") for number in range(20))
    refusal = Refusal("forbidden", "x", D, D, tuple(Refused(f"deployment-{number}", rules) for number in range(300)))
    blocks = recorder().denial(exchange(), "infer", refusal, b"{}", 5)
    _, decision, _ = checked("denial", blocks)
    assert "candidates" not in decision
    assert len(decision["rules"]) == 20
    assumptions = tuple(f"absent/latency deployments.deployment-{number}" for number in range(300))
    tier = tuple(Candidate(f"deployment-{number}", 0, (), assumptions=assumptions) for number in range(200))
    made = exchange()
    made.place(Placement(D, D, D, D, "enforce", "m", (tier,)))
    blocks = recorder().intent(made)
    _, decision, _ = checked("intent", blocks)
    assert len(decision["tiers"][0]) == 200
    assert all(len(block) <= MAX_BLOCK_BYTES for block in blocks)


def test_another_model_or_application_is_another_fragment() -> None:
    kept = recorder()
    one, other = exchange(), exchange()
    other.ask = Ask("other")
    other.tenant = msgspec.structs.replace(TENANT, application="other")
    for made in (one, other):
        made.place(PLACEMENT)
    first, second = kept.intent(one), kept.intent(other)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_assumptions_are_gathered_by_row_and_gaps_are_carried() -> None:
    assumptions = (
        "absent/gateway agency",
        "absent/presence parties.acme",
        "absent/presence parties.columbia",
        "absent/presence the unnamed party in US",
    )
    candidate = Candidate("paris", 0, (), assumptions=assumptions, gaps=("KE personal until 2027-03-31",))
    made = exchange()
    made.place(Placement(D, D, D, D, "enforce", "m", ((candidate,),)))
    _, decision, _ = checked("intent", recorder().intent(made))
    assert decision["accepted"] == ["KE personal until 2027-03-31"]
    assert decision["assumptions"] == [
        "absent/gateway agency",
        "absent/presence parties.{acme,columbia}",
        "absent/presence the unnamed party in US",
    ]
    refusal = Refusal("forbidden", "x", D, D, (), assumptions)
    _, decision, _ = checked("denial", recorder().denial(exchange(), "infer", refusal, b"{}", 5))
    assert decision["assumptions"][1] == "absent/presence parties.{acme,columbia}"


def test_a_floor_of_evidence_is_part_of_the_case() -> None:
    made = exchange()
    made.place(PLACEMENT)
    case = msgspec.structs.replace(CASE, floor=("location:contract",))
    party, _, _ = checked("intent", recorder(case=case).intent(made))
    assert party["case"]["evidence"] == ["location:contract"]


def test_duties_are_entered_by_what_was_done_for_them_and_who_oversees_by_function() -> None:
    standings = (
        Standing(Due("assess", "dpia", ("a/1",)), "attested", "avocat", "DPO-1, until 2027-01-01"),
        Standing(Due("disclose.ai", "interaction", ("b/1",)), "assisted", "clinic", "a header"),
        Standing(Due("log.retain_min", "P6M", ("b/2",)), "done", "gateway", "entries"),
        Standing(Due("mark.output", "machine-readable", ("b/3",)), "owed", "clinic", ""),
    )
    made = exchange()
    made.oversight = "duty-nurse"
    made.place(Placement(D, D, D, D, "enforce", "m", ((Candidate("paris", 0, ()),),), standings=standings))
    case = msgspec.structs.replace(CASE, oversight=("duty-nurse",), blocks=("research",))
    party, decision, content = checked("intent", recorder(case=case).intent(made))
    assert decision["duties"] == {
        "assisted": ["disclose.ai=interaction"],
        "attested": ["assess=dpia by avocat"],
        "done": ["log.retain_min=P6M"],
    }
    assert content["oversight"] == "duty-nurse"
    assert (party["case"]["oversight"], party["case"]["blocks"]) == (["duty-nurse"], ["research"])


def test_what_is_kept_for_the_next_has_no_salt_and_is_the_same_for_every_ref() -> None:
    """A salt that is destroyed must not stay in memory, and a client with many refs must not push others out."""
    writes = recorder()
    parties = set()
    for number in range(3):
        made = exchange()
        made.tenant = TENANT.under(f"ref {number}", bytes([number]) * 32)
        made.place(PLACEMENT)
        parties.add(id(writes.intent(made)[0]))
    assert len(parties) == len(writes._fragments) == 1
    assert not any(isinstance(part, Tenant) for key in writes._fragments for part in key)
