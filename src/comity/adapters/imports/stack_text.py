"""The drafted stack file: what is known, and a blank with a remark wherever only people can say."""

from __future__ import annotations

from comity.adapters.imports.drafted import Blank
from comity.adapters.imports.litellm_entry import Entry
from comity.adapters.imports.litellm_settings import Settings
from comity.adapters.imports.names import variable
from comity.adapters.imports.page import Field, Page, Value, flow
from comity.adapters.imports.plan import CONTROLLER, RELAY, Place, Plan
from comity.adapters.imports.providers import developer_of
from comity.stack.endpoints import ENDPOINTS
from comity.stack.regions import region_of
from comity.stack.unfilled import UNFILLED
from comity.stack.urls import Unfit, read_url

APPLICATION = "app"

HEAD = (
    "Drafted from a configuration of LiteLLM by `comity import litellm`.",
    f"{UNFILLED} marks what only people can say; until all are filled in, `comity check` names each one and nothing",
    "is served. UNREVIEWED marks a suggestion that nobody has checked: look it up, and never take it for a fact.",
)


def stack_text(plan: Plan, settings: Settings) -> tuple[str, tuple[Blank, ...]]:
    """The text of the file, and its blanks in the file's order."""
    page = Page()
    page.say(*HEAD)
    page.put("", Field("origin", UNFILLED, "the name of your log, such as example.org/gateway"))
    page.put("", Field("law", UNFILLED, "the law packs in force, such as [eu.gdpr]; see `comity law list`"))
    page.put("", Field("gateway", {"site": RELAY}))
    page.put("", Field("currency", "USD", "LiteLLM reckons prices and budgets in US dollars"))
    _parties(page, plan)
    _agreements(page, plan)
    _sites(page, plan)
    _models(page, plan)
    _deployments(page, plan, settings)
    _aliases(page, plan, settings)
    _routing(page, settings)
    _applications(page, settings)
    return page.text(), tuple(page.blanks)


def _parties(page: Page, plan: Plan) -> None:
    page.begin("parties")
    page.record("parties", CONTROLLER, _party("where you are seated, who decide why and how data are processed", ""))
    for name, entry in plan.parties.items():
        page.record("parties", name, _party("where the company in your contract is seated", entry.known.company))


def _party(says: str, company: str) -> list[Field]:
    hint = f"; UNREVIEWED: {company}" if company else ""
    return [
        Field("seat", UNFILLED, f"{says}{hint}"),
        Field("controlled_by", UNFILLED, "a party or a jurisdiction; without the key it is its own ultimate parent"),
    ]


def _agreements(page: Page, plan: Plan) -> None:
    if not plan.parties:
        return
    page.begin("agreements")
    for index, name in enumerate(plan.parties):
        says = "such as [eu.art28]; add `until`, `tia`; without an agreement, remove the entry"
        between: Value = [CONTROLLER, name]
        page.item("agreements", index, [Field("between", between), Field("kinds", UNFILLED, says)])


def _sites(page: Page, plan: Plan) -> None:
    page.begin("sites")
    relay = [
        Field("jurisdiction", UNFILLED, "where Comity itself will run: the relay is a hop like any other"),
        Field("operator", UNFILLED, f"who will run it: {CONTROLLER}, if that is you"),
    ]
    page.record("sites", RELAY, relay)
    for place in plan.places:
        operator = Field("operator", place.operator)
        if not place.operator:
            says = f"who runs this engine: {CONTROLLER}, if that is you; else a party to be added, with its agreement"
            operator = Field("operator", UNFILLED, says)
        page.record("sites", place.id, [Field("jurisdiction", UNFILLED, _whereabouts(place)), operator])


def _whereabouts(place: Place) -> str:
    """What is known of where it runs. A host that is served from many places says so."""
    said = []
    for address, entry in place.hosts.items():
        url = read_url(address)
        if isinstance(url, Unfit):
            continue
        region = region_of(url.host)
        row = next((row for row in ENDPOINTS if row.matches(url.host, url.path, entry.model)), None)
        if region is not None:
            said.append(f"UNREVIEWED: the host names {region[0]}, which lies in {region[1]}")
        elif row is not None:
            said.append(f"{row.says}; {row.way_out}")
    if not said and place.region:
        said.append(f"LiteLLM names the region {place.region}")
    return "; ".join(["where requests are processed", *dict.fromkeys(said)])


def _models(page: Page, plan: Plan) -> None:
    page.begin("models")
    for name, members in plan.models.items():
        company = developer_of(members[0].base_model or members[0].model)
        says = "whose weights these are: a party or a jurisdiction" + (f"; UNREVIEWED: {company}" if company else "")
        page.record("models", name, [Field("developer", UNFILLED, says)])
    if not plan.models:
        page.lines[-1] += " {}"


def _deployments(page: Page, plan: Plan, settings: Settings) -> None:
    page.begin("deployments")
    for name, (entry, model, place) in plan.deployments.items():
        fields = [Field("model", model), Field("site", place.id), _url(entry)]
        if entry.model != model and entry.azure is None:
            fields.append(Field("served_as", entry.model))
        fields += _credentials(name, entry)
        if not entry.serves:
            fields.append(Field("serves", UNFILLED, "the surfaces that this address has, such as [chat]"))
        elif entry.serves != ("chat",):
            fields.append(Field("serves", list(entry.serves)))
        if entry.price is not None:
            fields.append(Field("price", {"input": entry.price[0], "output": entry.price[1]}))
        if name in plan.weights:
            fields.append(Field("weight", plan.weights[name]))
        fields += _timeouts(entry, settings)
        fields.append(Field("certificates", UNFILLED, "[] if there are none that you have seen"))
        page.record("deployments", name, fields)
    if not plan.deployments:
        page.lines[-1] += " {}"


def _url(entry: Entry) -> Field:
    if entry.address:
        return Field("url", entry.address)
    if entry.address_variable:
        return Field("url", UNFILLED, f"LiteLLM takes it from the variable {entry.address_variable}")
    if entry.known.suggests:
        suggested = entry.known.suggests.replace("{region}", entry.region or "REGION")
        return Field("url", UNFILLED, f"UNREVIEWED: {suggested.replace('{project}', entry.project or 'PROJECT')}")
    return Field("url", UNFILLED, "where it is reached, such as https://HOST/v1")


def _credentials(name: str, entry: Entry) -> list[Field]:
    fields = []
    if entry.azure is not None:
        deployment, version = entry.azure
        remark = "" if version else "api_version: a version that your resource has, such as 2024-10-21"
        azure: Value = {"deployment": deployment, "api_version": version or UNFILLED}
        fields.append(Field("azure", azure, remark))
    if entry.oauth is not None:
        fields.append(Field("oauth", {key: value or UNFILLED for key, value in entry.oauth.items()}))
    elif entry.key:
        fields.append(Field("key", entry.key))
    elif entry.key_written:
        remark = "LiteLLM's file held it: replace it at its issuer, and put the new one into this variable"
        fields.append(Field("key", f"env:{variable(name)}", remark))
    return fields


def _timeouts(entry: Entry, settings: Settings) -> list[Field]:
    whole = entry.timeout or settings.timeout
    limits: dict[str, Value] = {}
    if whole:
        limits["first_byte"] = whole
    if entry.stream_timeout:
        limits["idle"] = entry.stream_timeout
    return [Field("timeouts", limits)] if limits else []


def _aliases(page: Page, plan: Plan, settings: Settings) -> None:
    further = {group: others for group, others in settings.fallbacks.items() if group in plan.groups}
    if not plan.aliases and not further:
        return
    if plan.aliases:
        page.begin("aliases")
        for name, answers in plan.aliases.items():
            page.put("aliases", Field(flow(name), list(answers)), "  ")
    for group, others in further.items():
        targets = [target for name in (group, *others) for target in plan.groups.get(name, ())]
        page.say(f"LiteLLM falls back from {group}; an alias where either may answer:")
        page.say(f"  {flow(f'{group}-or-other')}: {flow(list(dict.fromkeys(targets)))}")


def _routing(page: Page, settings: Settings) -> None:
    routing: dict[str, Value] = {}
    if settings.retries is not None:
        routing["retries"] = settings.retries
    if settings.backoff is not None:
        routing["backoff"] = settings.backoff
    if routing:
        page.put("", Field("routing", routing))


def _applications(page: Page, settings: Settings) -> None:
    page.begin("applications")
    fields = [
        Field("controller", CONTROLLER),
        Field("purpose", UNFILLED, "what for, a word of the vocabulary, such as customer-support"),
        Field("data", UNFILLED, "which kinds of data, such as [personal]; [] is a statement"),
        Field("subjects", UNFILLED, "the jurisdictions of the people whom the data are about, such as [FR, DE]"),
        Field("grounds", UNFILLED, "on which grounds, such as [eu.art6.contract]; [] if none applies"),
    ]
    if settings.cache is not None:
        fields.append(Field("cache", {"seconds": settings.cache}))
    if settings.budget is not None:
        period, money = settings.budget
        fields.append(Field("budgets", [{"per": period, "money": money}]))
    page.record("applications", APPLICATION, fields)
