"""A verified receipt in sentences. What a receipt says is foreign text: it is shown without control characters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from comity.proof.verify import ProvenEntry, Verification

_ENDINGS = {
    "stop": "the answer is complete",
    "length": "the answer ended at its limit of tokens",
    "tool_calls": "the answer asks for tools",
    "function_call": "the answer asks for a function",
    "content_filter": "the deployment's own filter ended the answer",
    "rejected": "the deployment refused the request, and its refusal was passed on",
    "error": "there was no answer, or it broke off",
    "aborted": "the client left before the end",
    "lost": "the gateway stopped before the outcome was entered; what was answered is not known",
}

_DUTIES = {
    "done": "Duties that the gateway did",
    "assisted": "Duties that it did in part, and the rest of which is owed",
    "attested": "Duties that counsel vouched for",
}


def clean(text: object) -> str:
    """Foreign text without what could move a terminal's cursor or hide a line."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(text))


def moment(ms: int) -> str:
    """Unix milliseconds as a date and time, UTC."""
    try:
        return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms after 1970"


def sentences(result: Verification) -> list[str]:
    """What a valid receipt shows, a sentence or two a line."""
    first = result.entries.get("intent") or result.entries["denial"]
    lines = [_log(result, first), *_asked(first)]
    if "denial" in result.entries:
        lines += _denied(first)
    else:
        lines += _ruled(first)
        lines += _ended(result.entries.get("outcome"))
    lines += [f"The {role} that you gave is the one that was committed." for role in result.checked_bytes]
    return lines


def _log(result: Verification, first: ProvenEntry) -> str:
    origin, size = clean(first.checkpoint.origin), first.checkpoint.size
    what = "a denial" if "denial" in result.entries else "an intent, and its outcome,"
    if "outcome" not in result.entries and "intent" in result.entries:
        what = "an intent"
    seen = sorted({(name, time) for entry in result.entries.values() for name, time in entry.witnesses.items()})
    witnessed = "".join(f" Witness {clean(name)} saw it at {moment(time * 1000)}." for name, time in seen)
    return f"Receipt {clean(result.receipt_id)}: the log {origin} ({size} entries) holds {what} as follows.{witnessed}"


def _asked(first: ProvenEntry) -> list[str]:
    party, content = first.shown.block("party"), first.shown.block("content")
    when = f" at {moment(content['times']['received'])}" if content else ""
    if party is None:
        return [f"Asked{when}; who asked is closed in this receipt."]
    case = party["case"]
    data = f"on data that is {_list(case['data'])}" if case["data"] else "on no data that law regulates"
    people = f", about people in {_list(case['subjects'])}" if case["subjects"] else ""
    lines = [
        f"Asked{when} by application {clean(party['application'])} of {clean(party['controller'])}: "
        f"{clean(case['operation'])} for {clean(case['purpose'])}, {data}{people}."
    ]
    if watched := case.get("oversight"):
        named = f", this request by {clean(content['oversight'])}" if content and "oversight" in content else ""
        lines.append(f"Watched by {_list(watched)}{named}.")
    added = party.get("added", {})
    if extra := [f"{name} {_list(values)}" for name, values in sorted(added.items()) if values]:
        lines.append(f"The request itself added: {'; '.join(extra)}.")
    if content is not None and content.get("pseudonymised"):
        lines.append(f"{content['pseudonymised']} different texts in it were replaced by tokens before it went out.")
    if content is not None and (seen := content.get("detected")):
        found = [f"{clean(each['data'])} ({each['count']})" for each in seen.get("found", [])]
        lines.append(f"Looked for {_list(seen['looked'])} in it; found: {', '.join(found) or 'nothing'}.")
    return lines


def _ruled(intent: ProvenEntry) -> list[str]:
    decision = intent.shown.block("decision")
    if decision is None:
        return ["What was decided is closed in this receipt."]
    tiers = ", then ".join(" or ".join(clean(name) for name in tier) for tier in decision["tiers"])
    lines = [
        f"Ruled under realm {decision['realm'][:12]}…, ruling {decision['ruling'][:12]}…: no rule in force there "
        f"forbade model {clean(decision['model'])} at {tiers or 'nowhere'}."
    ]
    if decision["mode"] == "observe":
        lines[0] = (
            f"Observed only, not enforced, under realm {decision['realm'][:12]}…: model {clean(decision['model'])} at "
            f"{tiers or 'nowhere'}; rules that forbid it: {_list(decision.get('rules', [])) or 'none'}."
        )
    if wish := _narrowed(decision.get("wish", {})):
        lines.append(f"Whoever asked narrowed it: {wish}.")
    if decision["durability"] == "relaxed":
        lines.append("Durability was relaxed: the request may have gone out before this entry was on disk.")
    duties = decision.get("duties", {})
    lines += [f"{title}: {_list(duties[status])}." for status, title in _DUTIES.items() if duties.get(status)]
    named = (
        ("obligations", "Obliged by"),
        ("advisories", "Advised"),
        ("assumptions", "Assumed"),
        ("accepted", "Accepted"),
    )
    lines += [f"{title}: {_list(decision[key])}." for key, title in named if decision.get(key)]
    if decision.get("obligations"):
        lines.append(
            "What else those rules oblige to was owed; `comity verify --replay` names each duty, and whose it is."
        )
    return lines


def _narrowed(wish: dict[str, Any]) -> str:
    """What the caller's own options were, as the entry has them."""
    parts = [f"{name} {_list(wish[name])}" for name in ("only", "ignore", "order", "hops", "models") if wish.get(name)]
    parts += [f"{name} {clean(wish[name])}" for name in ("language", "surface") if wish.get(name)]
    if wish.get("allow_fallbacks") is False:
        parts.append("no fallbacks")
    parts += [
        f"at most {clean(price)} for {direction}" for direction, price in sorted(wish.get("max_price", {}).items())
    ]
    return "; ".join(parts)


def _denied(denial: ProvenEntry) -> list[str]:
    decision, content = denial.shown.block("decision"), denial.shown.block("content")
    if decision is None:
        return ["Denied; under which rules is closed in this receipt."]
    status = f" with status {content['status']}" if content else ""
    return [
        f"Denied{status} under realm {decision['realm'][:12]}…: model {clean(decision['model'])} is forbidden by "
        f"{_list(decision['rules']) or 'no rule that is named'}. Nothing was sent to any deployment."
    ]


def _ended(outcome: ProvenEntry | None) -> list[str]:
    if outcome is None:
        return ["The outcome is not part of this receipt: whether and how it was answered is not shown."]
    decision, content = outcome.shown.block("decision"), outcome.shown.block("content")
    lines = []
    if decision is None:
        lines.append("Where it went is closed in this receipt.")
    elif "cached" in decision:
        made = f", which {clean(decision['deployment'])} made," if "deployment" in decision else ""
        lines.append(
            f"Sent to no deployment: the answer{made} to the request with intent {decision['cached']} was given again."
        )
    elif "deployment" in decision:
        tried = [clean(a["deployment"]) for a in decision["attempts"] if a["result"] != "ok"]
        lines.append(
            f"Answered by {clean(decision['deployment'])}" + (f", after {', '.join(tried)} failed." if tried else ".")
        )
    else:
        lines.append(f"Answered by no deployment; tried: {_attempts(decision['attempts']) or 'none'}.")
    if decision is not None and (profile := decision.get("profile")):
        lines.append(
            f"Promised: the same request gives the same answer, from the weights {clean(profile['weights'])} by "
            f"{clean(profile['engine'])}; an audit can run it again."
        )
    if content is None:
        lines.append("How it ended is closed in this receipt.")
    else:
        ending = _ENDINGS.get(content["finish"], "it ended")
        lines.append(
            f"Ended at {moment(content['times']['finished'])}: {clean(content['finish'])}, {ending}.{_usage(content)}"
        )
        if "kept" in content:
            lines.append(f"What was asked and answered is kept, sealed, until {clean(content['kept'])}.")
        if content.get("unrestored"):
            lines.append(f"{content['unrestored']} tokens came back so changed that they could not be undone.")
    return lines


def _attempts(attempts: list[dict[str, Any]]) -> str:
    return ", ".join(f"{clean(attempt['deployment'])} ({clean(attempt['result'])})" for attempt in attempts)


def _usage(content: dict[str, Any]) -> str:
    usage, cost = content.get("usage", {}), content.get("cost")
    paid = f" Cost: {_amount(cost['amount'])} {clean(cost['currency'])} by the stack's prices." if cost else ""
    if "prompt_tokens" not in usage or "completion_tokens" not in usage:
        return paid
    counted = ", counted by the gateway" if usage.get("estimated") else ""
    return f" Tokens: {usage['prompt_tokens']} in, {usage['completion_tokens']} out{counted}.{paid}"


def _amount(nano: int) -> str:
    """10^-9 of a currency, without what is not needed."""
    text = f"{nano // 10**9}.{nano % 10**9:09d}".rstrip("0")
    return text.rstrip(".")


def _list(values: list[Any]) -> str:
    return ", ".join(clean(value) for value in values)
