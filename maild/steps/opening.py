"""Settings -> House: open the store, take the current policy, make the keys. For daemon, workers and command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from maild.clock import Clock, system_clock
from maild.config import database_url
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.errors import ConfigError, Problem
from maild.ingest.authenticity.dns import Resolver
from maild.ingest.screening.ask import Scanners
from maild.notify.render import Renderer
from maild.settings import ImapAccount, MaildirSource, MailFrom, Settings
from maild.steps.house import House
from maild.steps.secret import read_secret
from maild.store import policies
from maild.store.archiving.shelf import shelf_of
from maild.store.engine import Store, open_store, require_schema


def open_house(settings: Settings, *, clock: Clock = system_clock, pool_size: int = 5) -> House:
    """The house with the policy that is current. Raises StoreUnavailable, SchemaMismatch, ConfigError."""
    store = open_store(database_url(settings), pool_size=pool_size)
    with closed_on_failure(store):
        require_schema(store)
        return furnish(settings, store, current_policy(store), clock)


@contextmanager
def closed_on_failure(store: Store) -> Iterator[None]:
    """Nobody keeps a store that could not be used."""
    try:
        yield
    except BaseException:
        store.close()
        raise


def furnish(settings: Settings, store: Store, policy: Policy, clock: Clock) -> House:
    """A house with this very policy."""
    secret = read_secret(settings.state)
    tokens = Tokens(secret, hostname=settings.hostname)
    sender = settings.relay.mail_from if settings.relay else MailFrom.FIXED
    renderer = Renderer(policy.templates, tokens, settings.hostname, sender, settings.web.url if settings.web else "")
    scanners, asks = Scanners(settings.screening), asks_of(settings)
    lookup = Resolver(settings.dns.servers, settings.dns.timeout)
    house = House(store, clock, policy, tokens, renderer, budgets=settings.budgets, shelf=shelf_of(settings, secret))
    return replace(house, scanners=scanners, asks=asks, lookup=lookup)


def asks_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """For each mailbox the headers that may name the desk of its mail."""
    sources: tuple[ImapAccount | MaildirSource, ...] = (*settings.imap, *settings.maildirs)
    return {one.name: tuple(name.lower() for name in one.recipient_headers) for one in sources}


def reloaded(house: House, settings: Settings) -> House:
    """The same house with the policy that is current now."""
    with house.store.reading() as tx:
        version = policies.current_version(tx)
    if version == house.policy.version:
        return house
    fresh = furnish(settings, house.store, current_policy(house.store), house.clock)
    return replace(fresh, lease=house.lease, lookup=house.lookup, neighbours=house.neighbours)


def current_policy(store: Store) -> Policy:
    """The policy in force (law 13). Raises ConfigError where there has never been one."""
    with store.reading() as tx:
        policy = policies.current(tx)
    if policy is None:
        raise ConfigError(
            Problem("database", 0, 0, "no policy has been loaded yet: start `maild serve` or run `maild reload`")
        )
    return policy
