"""The operator's whole policy at one version, as every worker and node loads it (law 13).

In: compiled by `config`, stored by hash (`store.policies`); out: `Policy`, immutable, equal for equal files.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from maild.desks.articles import HelpArticle
from maild.desks.policy import Desk
from maild.desks.shelf import Shelf
from maild.desks.telling import StaffRole
from maild.privacy.model import Country
from maild.rules.language import Rule
from maild.rules.references import ACCOUNT_MANAGER
from maild.rules.sieve import RuleSet
from maild.workflows.model import ASSIGNEE, Workflow


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
    articles: tuple[HelpArticle, ...] = ()
    templates: tuple[TemplateSource, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    countries: tuple[Country, ...] = ()

    @cached_property
    def rule_set(self) -> RuleSet:
        """Its rules, ready to be asked."""
        return RuleSet(self.rules)

    @cached_property
    def shelf(self) -> Shelf | None:
        """Its help articles, ready to be asked; None where there are none."""
        return Shelf(self.articles) if self.articles else None

    @cached_property
    def told_staff(self) -> tuple[str, ...]:
        """Names of staff and teams to whom its rules or desks may send something."""
        named = {name for rule in self.rules for name in (*rule.then.forward, *(one.staff for one in rule.then.notify))}
        named |= {desk.team for desk in self.desks if desk.team}
        named |= {one.carried_out_by for one in self.workflows} - {ASSIGNEE}
        if StaffRole.ASSIGNEE in self.tells_staff or self.workflows:
            named |= {rule.then.assign for rule in self.rules if rule.then.assign}
        return tuple(sorted(named | ({ACCOUNT_MANAGER} if StaffRole.ACCOUNT_MANAGER in self.tells_staff else set())))

    @cached_property
    def tells_staff(self) -> tuple[StaffRole, ...]:
        """The roles of staff whom its desks tell of their tickets."""
        return tuple(sorted({role for desk in self.desks if desk.team for role in desk.tells.roles}))

    def workflow_named(self, name: str, desk: str) -> Workflow | None:
        """The workflow of this name, if the desk has it."""
        found = next((one for one in self.workflows if one.workflow == name), None)
        return found if found and (not found.desks or desk in found.desks) else None

    def asks_for_systems(self, desk: str) -> bool:
        """Whether mail to this desk is compared with the systems of the sender's organisation."""
        fields = [one for found in self.desks if found.desk == desk for one in found.information.fields]
        fields += [fact for one in self.workflows if not one.desks or desk in one.desks for fact in one.facts]
        return any(one.known for one in fields)

    def desk_named(self, name: str) -> Desk | None:
        return next((desk for desk in self.desks if desk.desk == name), None)

    def desk_of(self, address: str) -> Desk | None:
        """The desk an address belongs to; a reply address (`support+token@…`) belongs to the desk of its stem."""
        local, _, domain = address.rpartition("@")
        stem = f"{local.partition('+')[0]}@{domain}"
        return next((desk for desk in self.desks if address in desk.addresses or stem in desk.addresses), None)

    def own_addresses(self) -> frozenset[str]:
        return frozenset(address for desk in self.desks for address in desk.addresses)
