"""`maild show --html`: the conversation as one web page that is safe to open.

Laws: everything is escaped; the page loads nothing and runs nothing (its Content-Security-Policy says so too); an HTML
mail is shown beside its text, as `notify.safe_html` leaves it, in a frame of its own without any rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from sqlalchemy import Connection

from maild.cli.output import safe, safe_lines, when
from maild.cli.parse import person
from maild.errors import UnparsableMail
from maild.ingest.parse import parse
from maild.model import Address
from maild.notify.safe_html import safe_html
from maild.store import inbox
from maild.store.tickets import ArticleView, TicketView

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; color: #222 }
article { border-left: 4px solid #88a; padding: .1em 1em; margin: 1em 0; background: #f6f6fa }
article.outgoing { border-color: #7a7 } article.note { border-color: #ca5; background: #fdf8e8 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
header, small, footer { color: #666 } iframe { width: 100%; height: 30em; border: 1px solid #ccc; background: #fff }
"""


def write_page(tx: Connection, view: TicketView, file: Path) -> Path:
    """Write the page; the file is its owner's alone."""
    file.touch(mode=0o600)
    file.write_text("\n".join(_page(tx, view)), encoding="utf-8")
    return file


def _page(tx: Connection, view: TicketView) -> Iterator[str]:
    title = _text(f"{view.ticket.number} {view.ticket.title}")
    yield "<!DOCTYPE html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    yield f'<meta name="referrer" content="no-referrer"><style>{STYLE}</style></head><body>'
    yield f"<h1>{title}</h1>"
    flag = " (unverified)" if view.ticket.unverified else ""
    yield f"<header>{view.ticket.status}{flag}, priority {view.ticket.priority}, opened {when(view.ticket.created_at)}"
    yield "<ul>"
    for one in view.participants:
        who = person(Address(one.contact.name, one.contact.address))
        yield f"<li>{_text(who)}: {one.role}, {one.contact.register}</li>"
    yield "</ul></header>"
    for article in view.articles:
        yield from _article(tx, view, article)
    yield "<footer><h2>History</h2><ul>"
    for event in view.events:
        what = f"{event.actor}: {event.kind.partition('/')[0]}: {event.text}"
        yield f"<li>{when(event.at)} {_text(what)}</li>"
    yield "</ul></footer></body></html>"


def _article(tx: Connection, view: TicketView, article: ArticleView) -> Iterator[str]:
    yield f'<article class="{article.kind}"><small>{when(article.at)} {_text(person(article.author))}, {article.kind}'
    yield f"{', awaiting review' if article.review else ''}</small>"
    yield f"<pre>{escape(safe_lines(article.visible_text).strip())}</pre>"
    for one in view.attachments:
        if one.article == article.id:
            yield f"<small>file {one.id}: {_text(one.attachment.filename)}, {one.attachment.size} bytes</small><br>"
    if html := _html_of(tx, article):
        frame = f'<iframe sandbox srcdoc="{escape(html)}"></iframe>'
        yield f"<details><summary>as it was sent</summary>{frame}</details>"
    yield "</article>"


def _html_of(tx: Connection, article: ArticleView) -> str:
    """The mail's HTML made harmless; "" where it has none, or none that can be shown."""
    if article.entry is None:
        return ""
    try:
        html = parse(inbox.raw_of(tx, article.entry)).html
    except UnparsableMail:
        return ""
    return (safe_html(html) or "") if html else ""


def _text(text: str) -> str:
    return escape(safe(text))
