"""Addresses that are nobody's own: what is sent from them may be from anybody in the house (REQ-A4). Pure."""

from __future__ import annotations

import re

SHARED = frozenset(
    """
    abuse accounting accounts admin administratie administration administrator admins alle all anfrage anfragen
    billing boekhouding booking bookings buchhaltung buero bestellung bestellungen bewerbung
    care company contact contactus customercare customerservice customersupport
    datenschutz desk dienst dispatch edv einkauf empfang enquiries enquiry everybody everyone
    facturen feedback finance fragen ftp geschaeftsstelle hallo hello help helpdesk hilfe hostmaster hotline hr
    info infos information inkoop inquiries inquiry invoice invoices it it-service it-support itsupport
    jobs kanzlei karriere klantenservice kontakt kundendienst kundenservice leitstelle
    mail mailbox mailer-daemon marketing mitarbeiter monitoring newsletter no-reply noc noreply
    office operations orders ordination personalabteilung post posteingang postfach postmaster praxis presse press
    privacy purchasing receptie reception rechnung rechnungen redaktion rezeption root
    sales secretariaat secretariat secretary security sekretariat service servicedesk shop staff stoerung support
    team technik tickets vereinsbuero verkauf verkoop vertrieb verwaltung vorzimmer
    web webmaster welcome www zentrale
    büro geschäftsstelle störung vereinsbüro
    """.split()  # noqa: SIM905 - a list of words to read and add to
)
"""The part before the @ of such addresses, in English, German and Dutch."""
_TAIL = re.compile(r"(?:\+.*|[-_.]?\d{1,3})$", re.DOTALL)


def is_shared(address: str) -> bool:
    """Whether an address in its normal form is shared: `info@`, also as `info2@` or `info+x@`."""
    local = address.rpartition("@")[0]
    return bool({local, _TAIL.sub("", local)} & SHARED)
