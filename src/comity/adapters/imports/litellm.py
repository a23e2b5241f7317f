"""A LiteLLM proxy's `config.yaml` as a first draft of a stack file.

The names of keys are those of LiteLLM's documentation as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from comity.adapters.imports.drafted import Drafted, Finding
from comity.adapters.imports.foreign import Section, secrets
from comity.adapters.imports.litellm_entry import Entry, read_entry
from comity.adapters.imports.litellm_settings import Settings, is_model_name, read_settings
from comity.adapters.imports.plan import Plan, plan
from comity.adapters.imports.reasons import reason
from comity.adapters.imports.stack_text import stack_text
from comity.stack.from_yaml import nodes_from_yaml
from comity.stack.yaml_nodes import Mapping
from comity.terms.problems import Problem, Problems

MAX_FINDINGS = 500
"""What somebody reads in an afternoon; a file with more has one mistake many times."""


@dataclass(slots=True)
class _Read:
    """The parts of the file."""

    entries: list[Entry]
    settings: Settings
    findings: list[Finding]


def draft(data: bytes, file: str) -> Drafted:
    """The stack file that `data` comes to. Deterministic; looks at nothing but the bytes.

    Raises:
        Problems: it is too large, no YAML, or no mapping; each problem bears the name `file`.
    """
    root, problems = nodes_from_yaml(data, file)
    if root is None or problems:
        raise Problems(problems)
    if not isinstance(root, Mapping):
        raise Problems([Problem(file, root.line, root.column, "", "not a configuration of LiteLLM", "a mapping")])
    read = _read(root)
    made = plan(read.entries, read.settings.aliases)
    _further_aliases(made, read)
    text, blanks = stack_text(made, read.settings)
    return Drafted(text, _in_order(read.findings), blanks)


def _read(root: Mapping) -> _Read:
    findings = list(secrets(root))
    top = Section(root, (), findings)
    entries = []
    for section in top.sections("model_list"):
        entry = read_entry(section)
        if entry is not None and is_model_name(entry.group):
            entries.append(entry)
            continue
        if entry is not None:
            says = "callers could not ask for it: letters, digits and . _ - : / @, at most 128"
            section.note(section.line, (*section.path, "model_name"), "lost", says)
        section.give_up()
    settings = read_settings(top.section("router_settings"), top.section("litellm_settings"))
    top.section("general_settings")
    for path, line in top.left():
        named = [step for step in path if isinstance(step, str)]
        top.note(line, path, "lost", reason(named[-2] if len(named) > 1 else "", named[-1]))
    if not entries:
        findings.append(Finding(root.line, "model_list", "lost", "no entry of it could be drafted as a deployment"))
    return _Read(entries, settings, findings)


def _further_aliases(made: Plan, read: _Read) -> None:
    for alias, said in read.settings.aliases.items():
        where = f"router_settings.model_group_alias.{alias}"
        if alias in made.groups:
            read.findings.append(Finding(said.line, where, "lost", "a group has this name already"))
        elif said.value in made.groups:
            made.aliases[alias] = made.groups[said.value]
        else:
            read.findings.append(Finding(said.line, where, "lost", "it leads to no group that could be drafted"))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By line; of too many the secrets all stay, and the rest is counted."""
    found = sorted(set(findings))
    secret = [each for each in found if each.kind == "secret"]
    others = [each for each in found if each.kind != "secret"]
    if len(others) > MAX_FINDINGS:
        more = Finding(
            others[MAX_FINDINGS].line, "", "lost", f"{len(others) - MAX_FINDINGS} more findings, from here on"
        )
        others = [*others[:MAX_FINDINGS], more]
    return tuple(sorted([*secret, *others]))
