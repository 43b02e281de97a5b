"""Who lives in the world: two organisations, strangers, staff, four desks whose policies differ where it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maild.decide.policy import Policy
from maild.desks.policy import Desk
from maild.directory import Directory
from maild.notify.builtin import builtin_templates
from maild.rules.language import Rule
from maild.settings import Budgets

HOST = "desk.example"
ADA, ALMA, ALMA_AT_HOME = "ada@acme.example", "alma@acme.example", "alma@home.example"
BOB, BEA, BEA_AT_HOME, INA = "bob@acme.example", "bea@acme.example", "bea@home.example", "ina@acme.example"
DORA, EMIL = "dora@beta.example", "emil@beta.example"
MALLORY, SUE, EVA = "mallory@elsewhere.example", "sue@elsewhere.example", "eva@acme.example"
GRACE = "grace@desk.example"
CUSTOMERS = (ADA, ALMA, BOB, BEA, INA, DORA, EMIL)
SECOND = (ALMA_AT_HOME, BEA_AT_HOME)
STRANGERS = (MALLORY, SUE, EVA)
EVERYBODY = (*CUSTOMERS, *SECOND, *STRANGERS, GRACE)
HOMES = {"acme": (ADA, ALMA, BOB, BEA, EVA), "beta": (DORA, EMIL)}
"""Who may become a contact of which organisation."""


@dataclass(frozen=True)
class Ways:
    """A desk's policy as the oracle knows it: in words of its own, not maild's."""

    name: str
    prefix: str
    proof: str
    colleagues: str
    sees: str
    strangers: str

    @property
    def address(self) -> str:
        return f"{self.name}@{HOST}"

    def desk(self) -> Desk:
        said = {"desk": self.name, "title": self.name.title(), "addresses": (self.address,), "prefix": self.prefix}
        ways = {"proof": self.proof, "colleagues": self.colleagues, "members_see": self.sees}
        return Desk(**said, **ways, strangers=self.strangers, languages=("en",))


DESKS = {
    ways.name: ways
    for ways in (
        Ways("usual", "US", "preferred", "everybody", "own", "register"),
        Ways("strict", "ST", "required", "organisation", "own", "answer"),
        Ways("lenient", "LE", "off", "everybody", "all", "first-line"),
        Ways("closed", "CL", "preferred", "organisation", "all", "refuse"),
    )
}
LIMITS = Budgets(
    unverified_a_day=1, proven_an_hour=3, proven_a_day=5, registered_an_hour=8, registered_a_day=20,
    alike_an_hour=3, thread_an_hour=4, thread_a_day=10,
)  # fmt: skip
"""Small, so that a short life reaches them."""


SENDERS = ["registered", "authorised"]


def policy() -> Policy:
    desks = tuple(ways.desk() for ways in DESKS.values())
    wishes: dict[str, dict[str, Any]] = {
        "new contact": {"propose": ["new-contact"]},
        "leaving": {"propose": ["leaving"]},
        "restart": {"instruction": True},
    }
    rules = tuple(
        Rule.model_validate({"rule": word, "when": {"subject": [word], "sender": SENDERS}, "then": then})
        for word, then in wishes.items()
    )
    return Policy(version="v1", desks=desks, rules=rules, templates=builtin_templates())


def directory() -> Directory:
    """Ada is the first to be told and follows; Bea and Alma write from two addresses each; Ina has left."""
    acme = (
        _person("Ada Archer", "authorised", ADA, primary=True, follows=True),
        _person("Alma Arno", "authorised", ALMA, ALMA_AT_HOME),
        _person("Bob Baker", "registered", BOB),
        _person("Bea Brook", "registered", BEA, BEA_AT_HOME),
        _person("Ina Irving", "inactive", INA),
    )
    beta = (_person("Dora Dean", "authorised", DORA, primary=True), _person("Emil East", "registered", EMIL))
    return Directory.model_validate(
        {
            "organisations": [
                {"key": "acme", "name": "Acme Clinic", "domains": ["acme.example"], "seats": 6, "contacts": acme},
                {"key": "beta", "name": "Beta Lab", "domains": ["beta.example"], "contacts": beta},
            ],
            "staff": [{"name": "grace", "address": GRACE, "title": "Grace Green"}],
        }
    )


def _person(name: str, state: str, *addresses: str, **more: bool) -> dict[str, Any]:
    return {"name": name, "register": state, "addresses": addresses, **more}
