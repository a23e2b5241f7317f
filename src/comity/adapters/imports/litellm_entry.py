"""One entry of LiteLLM's `model_list`: a deployment, as far as LiteLLM knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from comity.adapters.imports.foreign import NO_KEY, Said, Section
from comity.adapters.imports.providers import MODES, NAMED, PROVIDERS, Provider, provider_of
from comity.stack.operation import Surface
from comity.stack.spelling import looks_secret
from comity.stack.urls import Unfit, read_url

LONGEST_S = 86_400.0  # what a timeout of a stack file takes
PER_MILLION = 1e6  # LiteLLM prices a token, a stack file 10^6 of them

_ENV = re.compile(r"os\.environ/(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_TEXT = re.compile(r"[!-~]([ -~]*[!-~])?")
_ADDRESS = re.compile(r"(?P<kept>[A-Za-z][A-Za-z0-9+.-]*://(?P<authority>[^/?#]*)[^?#]*)(?P<rest>.*)")
_TOKENS = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_SCOPE = "https://cognitiveservices.azure.com/.default"


@dataclass(slots=True)
class Entry:
    """What one entry says. Texts are safe to write; "" and None mean that it does not say.

    `key` is env:NAME, or "" with `key_written` where the configuration holds it in another way. `shares` has what
    LiteLLM may weigh the entry by: weight, rpm, tpm. `price` is for 10^6 tokens in and out, in US dollars.
    """

    line: int
    group: str
    provider: str
    model: str
    known: Provider
    base_model: str = ""
    name: str = ""
    address: str = ""
    address_variable: str = ""
    key: str = ""
    key_written: bool = False
    azure: tuple[str, str] | None = None
    oauth: dict[str, str] | None = None
    serves: tuple[Surface, ...] = ()
    region: str = ""
    project: str = ""
    shares: dict[str, float] = field(default_factory=dict)
    timeout: float | None = None
    stream_timeout: float | None = None
    price: tuple[float, float] | None = None


def read_entry(section: Section) -> Entry | None:
    """The entry; None where nothing can be drafted from it, with a finding that says why."""
    group = _plain(section, section.text("model_name"))
    params, info = section.section("litellm_params"), section.section("model_info")
    asked = _plain(params, params.text("model"))
    told = params.text("custom_llm_provider")
    if asked is None or group is None:
        section.note(section.line, section.path, "lost", "it has no model_name or no litellm_params.model")
        return None
    if "*" in asked.value:
        section.note(asked.line, (*params.path, "model"), "lost", _WILDCARD)
        return None
    mode = info.text("mode")
    if mode is not None and mode.value not in MODES:
        info.note(mode.line, (*info.path, "mode"), "lost", "Comity has no surface for it")
        return None
    provider, model = provider_of(asked.value, told.value if told and not looks_secret(told.value) else "")
    known = PROVIDERS.get(provider, Provider(serves=(), own=True))
    entry = Entry(section.line, group.value, provider, model, known)
    base = _plain(info, info.text("base_model")) or _plain(params, params.text("base_model"))
    entry.base_model = base.value.rpartition("/")[2] if base else ""
    given = _plain(info, info.text("id"))
    entry.name = given.value if given else ""
    _address(entry, params)
    _key(entry, params)
    _serves(entry, mode.value if mode else "")
    _figures(entry, params, info)
    if known.changed:
        params.note(asked.line, (*params.path, "model"), "changed", known.changed)
    return entry


SHARES = ("weight", "rpm", "tpm")  # in LiteLLM's order

_AS_SHARE = "it weighs the deployment among its group, as in LiteLLM; limits are those of an application (`limits`)"
_WILDCARD = (
    "one entry for any model: law reads who made a model, so each that is to be served needs an entry of its own; "
    "then an alias such as `openai/*` may lead to them"
)


def _plain(section: Section, said: Said[str] | None) -> Said[str] | None:
    """A text that may be written into a file: printable, of sane length, and no secret."""
    if said is None or looks_secret(said.value):  # the search for secrets names it
        return None
    if len(said.value) > 256 or not _TEXT.fullmatch(said.value):
        path = (*section.path, said.where.rpartition(".")[2])
        section.note(said.line, path, "lost", "it is longer than 256 characters, or not plain text")
        return None
    return said


def _address(entry: Entry, params: Section) -> None:
    said = params.text("api_base") or params.text("base_url")
    params.text("base_url")  # LiteLLM takes either
    region = params.text("aws_region_name") or params.text("vertex_location")
    entry.region = region.value if region and re.fullmatch(r"[a-z0-9-]{2,32}", region.value) else ""
    project = params.text("vertex_project")
    entry.project = project.value if project and re.fullmatch(r"[a-z][a-z0-9-]{3,40}", project.value) else ""
    if said is None:
        entry.address = entry.known.base
    elif variable := _ENV.fullmatch(said.value):
        entry.address_variable = variable["name"]
    elif not looks_secret(said.value) and (parts := _ADDRESS.fullmatch(said.value)) and _TEXT.fullmatch(said.value):
        entry.address = _kept(entry, params, said, parts)
    else:
        params.note(said.line, (*params.path, "api_base"), "lost", "it is no address that could be written")
    if entry.provider == "azure":
        _azure(entry, params)
    if said is not None and not _at_home(entry):
        entry.known = replace(entry.known, company="", key="", own=True)


def _at_home(entry: Entry) -> bool:
    """Whether the address is one of the company's that the prefix names; what a variable holds nobody can say."""
    url, base = read_url(entry.address), read_url(entry.known.base)
    if isinstance(url, Unfit):
        return False
    own = () if isinstance(base, Unfit) else (base.host,)
    return any(fnmatchcase(url.host, pattern) for pattern in (*own, *entry.known.hosts))


def _kept(entry: Entry, params: Section, said: Said[str], parts: re.Match[str]) -> str:
    path = (*params.path, "api_base")
    if "@" in parts["authority"]:
        params.note(said.line, path, "secret", "a user or password in the address; it was not copied")
        return ""
    if parts["rest"]:
        params.note(said.line, path, "changed", "the address ends with its path; its query was left out")
    address = parts["kept"].rstrip("/")
    if entry.known.path and not address.endswith(entry.known.path):
        address += entry.known.path
    if isinstance(unfit := read_url(address), Unfit):
        params.note(said.line, path, "changed", f"{unfit.found}; `comity check` refuses it: {unfit.hint}")
    return address


def _azure(entry: Entry, params: Section) -> None:
    version = params.text("api_version")
    stated = version.value if version and re.fullmatch(r"[A-Za-z0-9.-]{1,32}", version.value) else ""
    entry.azure = (entry.model, stated)
    tenant, client, secret = (params.text(key) for key in ("tenant_id", "client_id", "client_secret"))
    params.text("azure_ad_token")
    if tenant is None or client is None or secret is None:
        return
    named = _ENV.fullmatch(secret.value)
    plain = {key: said.value for key, said in (("tenant", tenant), ("client", client)) if _is_id(said.value)}
    entry.oauth = {
        "token_url": f"https://login.microsoftonline.com/{plain['tenant']}/oauth2/v2.0/token"
        if "tenant" in plain
        else "",
        "client_id": plain.get("client", ""),
        "client_secret": f"env:{named['name']}" if named else "",
        "scope": _SCOPE,
    }


def _is_id(text: str) -> bool:
    """Whether a text is the id of a tenant or an application: a UUID, public by design."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def _key(entry: Entry, params: Section) -> None:
    said = params.text("api_key")
    if entry.oauth is not None:
        return
    if said is None:
        entry.key_written = "litellm_credential_name" in params
        entry.key = f"env:{entry.known.key}" if entry.known.key and not entry.key_written else ""
    elif variable := _ENV.fullmatch(said.value):
        if looks_secret(variable["name"]):
            entry.key_written = True
        else:
            entry.key = f"env:{variable['name']}"
    else:
        entry.key_written = said.value.lower() not in NO_KEY


def _serves(entry: Entry, mode: str) -> None:
    entry.serves = entry.known.serves
    if entry.serves != ("chat",):  # nothing that is sure, or one dialect whatever the mode
        return
    name = entry.base_model or entry.model
    named = next((surface for beginnings, surface in NAMED if name.startswith(beginnings)), None)
    if mode:
        entry.serves = (MODES[mode],)
    elif named is not None and entry.provider in ("openai", "azure"):
        entry.serves = (named,)


def _figures(entry: Entry, params: Section, info: Section) -> None:
    for key in SHARES:
        if (share := params.number(key)) is not None:
            entry.shares[key] = share.value
            if key != "weight":
                params.note(share.line, (*params.path, key), "changed", _AS_SHARE)
    entry.timeout = seconds(_value(params.number("timeout")))
    entry.stream_timeout = seconds(_value(params.number("stream_timeout")))
    sides = ("input_cost_per_token", "output_cost_per_token")
    costs = [_value(params.number(side)) if side in params else _value(info.number(side)) for side in sides]
    for side in sides:
        info.number(side)
    if costs[0] is not None and costs[1] is not None:
        entry.price = (costs[0] * PER_MILLION, costs[1] * PER_MILLION)


def seconds(value: float | None) -> float | None:
    """A time as a stack file takes it; None for none."""
    return min(value, LONGEST_S) if value else None


def _value(said: Said[float] | None) -> float | None:
    return said.value if said else None
