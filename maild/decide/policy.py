"""The operator's whole policy at one version, as every worker and node loads it (law 13).

In: compiled by `config`, stored by hash (`store.policies`); out: `Policy`, immutable, equal for equal files.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from maild.desks.policy import Desk
from maild.rules.language import Rule
from maild.rules.sieve import RuleSet


class TemplateSource(BaseModel):
    """The text of one template. `name` is a `NotificationKind`, or an operator's own; the first line is the subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    name: str
    text: str


class Policy(BaseModel):
    """Desks, rules and templates. `version` is the hash of the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    desks: tuple[Desk, ...]
    rules: tuple[Rule, ...] = ()
    templates: tuple[TemplateSource, ...] = ()

    @cached_property
    def rule_set(self) -> RuleSet:
        """Its rules, ready to be asked."""
        return RuleSet(self.rules)

    @cached_property
    def told_staff(self) -> tuple[str, ...]:
        """Names of staff and teams to whom its rules send something."""
        named = (name for rule in self.rules for name in (*rule.then.forward, *(one.staff for one in rule.then.notify)))
        return tuple(sorted(set(named)))

    def desk_named(self, name: str) -> Desk | None:
        return next((desk for desk in self.desks if desk.desk == name), None)

    def desk_of(self, address: str) -> Desk | None:
        """The desk an address belongs to; a reply address (`support+token@…`) belongs to the desk of its stem."""
        local, _, domain = address.rpartition("@")
        stem = f"{local.partition('+')[0]}@{domain}"
        return next((desk for desk in self.desks if address in desk.addresses or stem in desk.addresses), None)

    def own_addresses(self) -> frozenset[str]:
        return frozenset(address for desk in self.desks for address in desk.addresses)
