"""What a template makes of a ticket, for those who write templates: `preview(source, desk, scene) -> Preview`. Pure.

In: a faultless template, a desk, and a `Scene`: a friendly one from here, or a real ticket's; out: what its reader
would see. Laws: it goes the way of every mail (`render`), with a key of its own, so that no token in it is of use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from types import MappingProxyType

from maild.decide.asked.overview import Entry, written
from maild.decide.policy import TemplateSource
from maild.decide.told.tokens import Tokens
from maild.desks.policy import Desk
from maild.model import Address, Notification, NotificationKind, Status, Ticket, TicketId
from maild.notify.audience import TO_STAFF
from maild.notify.names import is_own, kind_of
from maild.notify.render import NoTemplate, Renderer

_NO_SECRET = bytes(32)
_LATELY = datetime(2026, 11, 2, 9, tzinfo=UTC)
_CUSTOMER = Address("Ada Archer", "ada@acme.example")
_COLLEAGUE = Address("Grace", "grace@desk.example")
SAMPLE_DESK = Desk(
    desk="service", title="Service Desk", addresses=("support@desk.example",), prefix="SD", languages=("en",)
)
FRIENDLY: Mapping[str, str] = MappingProxyType(
    {
        "text": "The printer on the second floor prints blank pages.\nCould you have a look?",
        "staff": "Grace",
        "what": "new-contact",
        "date": "2026-11-02",
        "count": "2",
        "tickets": "SD-1042, SD-1043",
        "scope": "mine",
        "languages": "de, en, nl",
        "link": "https://desk.example/look/…",
        "holders": "ada@acme.example, bob@acme.example",
        "left_out": "eva@elsewhere.example",
        "about": "Printer on the second floor",
        "who": "Ada Archer <ada@acme.example>",
        "address": "bob@acme.example",
        "organisation": "Acme Clinic",
        "seats": "5",
        "primary": "yes",
        "because": "printers",
        "kinds": "- a date of birth",
        "missing": "- The name of the machine\n- The address of the page",
        "news": "new",
        "type": "problem",
        "category": "printers",
        "fields": "machine: de-10-srv-0001\nversion: 4.2",
        "people": "Ada Archer <ada@acme.example>\nBob Baker <bob@acme.example>",
        "due": "2026-11-02T15:00:00+00:00",
        "until": "2026-11-09T16:00:00+00:00",
        "begins": "2026-11-07T19:00:00+00:00",
        "ends": "2026-11-07T23:00:00+00:00",
        "aim": "response",
        "stands": "near",
        "why": "unanswered",
        "earlier": "SD-1037",
        "solved": "yes",
        "quoted": "It still prints blank pages.",
        "objects": "platform: https://clinic.desk.example\naccount: 4711",
        "word": "CONFIRM",
        "code": "4711 0815",
        "before": "Please tell everybody who works with it, and save what you want to keep.",
        "hash": "2c26b46b68ff",
        "articles": "When a printer prints blank pages: https://desk.example/help/blank-pages",
    }
)
"""What the variables hold, where no ticket says; those that are not here are empty, as they may be."""
_OF_KIND: Mapping[NotificationKind, Mapping[str, str]] = MappingProxyType(
    {
        NotificationKind.DELETION_COMPLETED: {"what": "the account bob@acme.example"},
        NotificationKind.CONSENT: {"what": "instruction"},
        NotificationKind.SETTING_CHANGED: {"what": "follow"},
        NotificationKind.ESTIMATE: {"text": "Two hours to set up the second printer, 180 euros."},
        NotificationKind.ANNOUNCEMENT: {
            "what": "maintenance",
            "about": "New printers",
            "text": "We replace all printers on the second floor.",
        },
        NotificationKind.WORKFLOW_CONFIRM: {"about": "deletion of an account"},
        NotificationKind.WORKFLOW_SECOND: {"about": "deletion of an account"},
        NotificationKind.WORKFLOW_SCHEDULED: {"about": "deletion of an account"},
        NotificationKind.WORKFLOW_ENDED: {"about": "deletion of an account", "stands": "stopped", "why": ""},
        NotificationKind.WORKFLOW_DONE: {"about": "activation of a module"},
        NotificationKind.WORKFLOW_SUSPECT: {"about": "deletion of an account"},
        NotificationKind.STAFF_WORKFLOW: {"about": "deletion of an account", "news": "ready", "why": ""},
        NotificationKind.REPORT: {"begins": "2026-10-01", "ends": "2026-10-31"},
        NotificationKind.PROPOSAL_DECLINED: {"cause": "no-seat"},
        NotificationKind.OVERVIEW: {
            "tickets": written(
                (
                    Entry("SD-1042", Status.OPEN, "Printer on the second floor"),
                    Entry("SD-1043", Status.WAITING, "New laptop"),
                )
            )
        },
    }
)
QUOTING = (TO_STAFF - {NotificationKind.SERVICE_LEVEL, NotificationKind.STAFF_WORKFLOW}) | {NotificationKind.CONSENT}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a template is tried with. `said` is what the ticket's own mail gives (who, organisation, text): it goes
    before the friendly values in mails that quote it."""

    ticket: Ticket
    customer: Address
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as its reader sees it."""

    to: str
    subject: str
    text: str


def friendly_scene(desk: Desk) -> Scene:
    """Somebody with a printer."""
    title = "Printer on the second floor"
    ticket = Ticket(TicketId(1042), desk.prefix, desk.desk, title, Status.OPEN, 3, "", "", False, _LATELY, _LATELY)
    return Scene(ticket, _CUSTOMER)


def preview(source: TemplateSource, desk: Desk, scene: Scene, hostname: str, site: str = "") -> Preview:
    """`desk` writes in the template's language here. Raises BrokenTemplate, NoTemplate, UnusableAddress."""
    renderer = Renderer((source,), Tokens(_NO_SECRET, hostname=hostname), hostname, site=site)
    speaking = desk.model_copy(update={"languages": (source.language,)})
    mail = renderer.render(_notification(source, scene), scene.ticket, speaking, 0, scene.ticket.changed_at)
    read = message_from_bytes(mail.raw, policy=default)
    text = read.get_body(("plain",))
    return Preview(str(read["To"]), str(read["Subject"]), text.get_content().replace("\r\n", "\n") if text else "")


def _notification(source: TemplateSource, scene: Scene) -> Notification:
    kind = kind_of(source.name)
    if kind is None:
        raise NoTemplate(f"`{source.name}` is no name of a template")
    told = Notification(
        kind,
        "preview",
        _COLLEAGUE if kind in TO_STAFF else scene.customer,
        source.language,
        scene.ticket.id,
        values=_values(kind, scene),
        proven=True,
    )
    return replace(told, template=source.name) if is_own(source.name) else told


def _values(kind: NotificationKind, scene: Scene) -> tuple[tuple[str, str], ...]:
    said = scene.said if kind in QUOTING else ()
    return tuple((dict(FRIENDLY) | dict(_OF_KIND.get(kind, {})) | dict(said)).items())
