"""Genuine mail of 22 kinds of mail system, really signed, as four borders hand it on: `arrived(kind, border)`.

Written from the form their headers have (which names they sign, in which order, who adds what where); names, keys and
texts are ours. What each truly proves stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from maild.model import Proof
from tests.ingest.authenticity.signing import How, ed25519, signed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
IP = "192.0.2.25"

GMAIL = "to subject message-id date from mime-version from to cc subject date message-id reply-to"
MICROSOFT = "from date subject message-id content-type mime-version x-ms-exchange-senderadcheck"
YAHOO = "date from to subject references from subject reply-to"
ICLOUD = "from content-type mime-version subject message-id date to x-icloud-hme"
GMX = (
    "x-ui-sender-class cc content-transfer-encoding content-type date from message-id mime-version reply-to subject to"
)
RSPAMD = (
    "from from reply-to subject subject date date message-id message-id to to cc mime-version mime-version"
    " content-type content-type content-transfer-encoding in-reply-to in-reply-to references"
)
FASTMAIL = "cc content-type date date from from in-reply-to message-id mime-version reply-to subject subject to to"
PROTON = "date to from subject message-id feedback-id from to cc date subject reply-to feedback-id message-id"
SES = "from to subject mime-version content-type message-id date"
SENDGRID = "content-type from mime-version subject to cc content-type date feedback-id from subject to"
MAILCHIMP = "subject from reply-to to date message-id x-mc-user feedback-id list-id list-unsubscribe content-type"
# RFC 6376 5.4.1 names no Message-ID, and OpenDKIM signs what stands there.
OPENDKIM = "date from to subject from"
EXIM = (
    "content-type mime-version message-id subject to from date sender reply-to cc content-transfer-encoding content-id"
    " resent-date resent-from in-reply-to references list-id list-unsubscribe"
)
PLESK = "received from to subject"
ZIMBRA = "date from to message-id subject mime-version"


@dataclass(frozen=True)
class Kind:
    """`signers` are (domain, names in h=), the first one's signature on top. `sent_by` is its server, `path` the domain
    of its envelope sender if that is not the author's. `dmarc` is pass, fail or none (nothing is published), `policy`
    what is published. `broken`: signatures do not fit any longer. `level` is what it proves behind a border, `alone`
    what our own check says without one.
    """

    name: str
    author: str
    signers: tuple[tuple[str, str], ...] = ()
    sent_by: str = "mail.acme.example"
    path: str = ""
    dmarc: str = "pass"
    policy: str = "none"
    level: Proof = Proof.PROVEN
    alone: Proof = Proof.PROVEN
    above: str = ""
    below: str = ""
    broken: bool = False
    hops: tuple[str, ...] = field(default=("Received: from [10.0.0.7] by mail.acme.example with ESMTPSA id a1;",))

    @property
    def domain(self) -> str:
        return self.author.rpartition("@")[2]

    @property
    def sender_domain(self) -> str:
        return self.path or self.domain


def simple(name: str, names: str, level: Proof = Proof.PROVEN, **more: str) -> Kind:
    """Somebody's own domain, signed by it."""
    return Kind(name, "ada@acme.example", (("acme.example", names),), level=level, alone=level, **more)  # type: ignore[arg-type]  # words only


def provider(name: str, domain: str, names: str, level: Proof = Proof.PROVEN, policy: str = "none") -> Kind:
    return Kind(
        name, f"ada@{domain}", ((domain, names),), f"out.{domain}", policy=policy, level=level, alone=level,
        hops=(f"Received: from [10.0.0.7] by out.{domain} with ESMTPSA id a1;",),
    )  # fmt: skip


WEAK, NONE, FAILED = Proof.WEAK, Proof.NONE, Proof.FAILED
TENANT = "Received: from AM0PR01MB1.eurprd01.prod.outlook.com ([fe80::1]) by AM0PR01MB1.eurprd01.prod.outlook.com;"
# A tenant of Microsoft's writes one about its own mail, in small letters; the next Exchange renames it.
SENT = (
    "authentication-results: dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=x.example;"
)

KINDS = (
    provider("Gmail", "gmail.example", GMAIL),
    simple("Google Workspace", GMAIL, sent_by="mail-wr1-f41.google.com"),
    Kind(
        "Google Workspace that signs as Google", "ada@acme.example", (("acme-example.gappssmtp.example", GMAIL),),
        "mail-wr1-f41.google.com", dmarc="none", level=WEAK, alone=NONE,
    ),
    simple("Microsoft 365, own domain", MICROSOFT, sent_by="mail-db5eur.outbound.protection.outlook.com"),
    Kind(
        "Microsoft 365, onmicrosoft only", "ada@acme.example", (("acme.onmicrosoft.example", MICROSOFT),),
        "mail-db5eur.outbound.protection.outlook.com", dmarc="none", level=WEAK, alone=NONE, hops=(TENANT,), below=SENT,
    ),
    provider("Yahoo", "yahoo.example", YAHOO, WEAK, "reject"),
    provider("iCloud", "icloud.example", ICLOUD, policy="quarantine"),
    provider("GMX and Web.de", "gmx.example", GMX, policy="quarantine"),
    provider("Posteo", "posteo.example", OPENDKIM, WEAK),
    provider("mailbox.org", "mailbox.example", RSPAMD, policy="reject"),
    provider("Fastmail", "fastmail.example", FASTMAIL),
    provider("Proton", "proton.example", PROTON, policy="quarantine"),
    Kind(
        "Amazon SES", "ada@acme.example", (("acme.example", SES), ("amazonses.example", SES)),
        "a1.eu-west-1.amazonses.example", "eu-west-1.amazonses.example", policy="reject",
    ),
    Kind(
        "SendGrid", "ada@acme.example", (("acme.example", SENDGRID),), "o1.sendgrid.example", "em1.acme.example",
        level=WEAK, alone=WEAK,
    ),
    Kind(
        "Mailchimp", "ada@acme.example", (("acme.example", MAILCHIMP), ("mcsv.example", MAILCHIMP)),
        "mail1.mcsv.example", "mcsv.example", below="List-Unsubscribe: <https://acme.example/u>",
    ),
    simple("Postfix and OpenDKIM", OPENDKIM, WEAK),
    simple("Exim", EXIM),
    simple("Plesk", PLESK, WEAK),
    simple("Zimbra", ZIMBRA),
    Kind("Exchange without DKIM, with DMARC", "ada@acme.example", level=Proof.PROVEN, alone=NONE),
    Kind(
        "forwarded", "ada@acme.example", (("acme.example", FASTMAIL),), "relay.school.example", "school.example",
        hops=("Received: from mail.acme.example by relay.school.example with ESMTPS id f1;",),
    ),
    Kind(
        "mailing list", "ada@acme.example", (("list.example", RSPAMD), ("acme.example", FASTMAIL)), "list.example",
        "list.example", "fail", level=NONE, alone=NONE, broken=True, above="List-Id: <talk.list.example>",
    ),
    Kind(
        "mailing list, of a domain that forbids it", "ada@acme.example", (("acme.example", FASTMAIL),), "list.example",
        "list.example", "fail", "reject", level=FAILED, alone=NONE, broken=True,
    ),
    Kind("unsigned", "ada@acme.example", dmarc="none", level=WEAK, alone=NONE),
)  # fmt: skip


# ---- the mail as it leaves -----------------------------------------------------------------------------------


def key_of(domain: str) -> tuple[str, str]:
    """The name of a signer's key in the DNS, and its record."""
    return f"s1._domainkey.{domain}", ed25519(sum(domain.encode())).record()


def sent(kind: Kind) -> bytes:
    lines = (
        *kind.hops,
        kind.below,
        f"From: Ada Archer <{kind.author}>",
        "To: support@desk.example",
        "Subject: Printer",
        "Date: Fri, 20 Nov 2026 11:59:00 +0000",
        f"Message-ID: <1@{kind.domain}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "It burns.",
        "",
    )
    raw = "\r\n".join(line for place, line in enumerate(lines) if line or place >= len(lines) - 3).encode()
    for domain, names in reversed(kind.signers):
        how = How(domain=domain, key=ed25519(sum(domain.encode())), headers=tuple(names.split()), signed_at=SECONDS)
        raw = signed(raw, how)
        if kind.broken and domain == kind.domain:
            raw = raw.replace(b"Subject: Printer", b"Subject: [talk] Printer").replace(
                b"It burns.", b"It burns.\r\n-- "
            )
    return kind.above.encode() + b"\r\n" + raw if kind.above else raw


# ---- what the border writes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What a border found: of each signature (verdict, domain); of SPF; of DMARC, "" where it says nothing."""

    kind: Kind

    @property
    def dkim(self) -> tuple[tuple[str, str], ...]:
        bad = self.kind.domain if self.kind.broken else ""
        return tuple(("fail" if domain == bad else "pass", domain) for domain, _ in self.kind.signers)

    @property
    def sender(self) -> str:
        return f"bounce-1@{self.kind.sender_domain}"


def google(seen: Seen) -> Iterator[str]:
    kind = seen.kind
    parts = [f"dkim={verdict} header.i=@{domain} header.s=s1 header.b=AbCdEf12" for verdict, domain in seen.dkim]
    allowed = f"(google.com: domain of {seen.sender} designates {IP} as permitted sender)"
    parts.append(f"spf=pass {allowed} smtp.mailfrom={seen.sender}")
    if kind.dmarc != "none":
        wanted = kind.policy.upper()
        parts.append(f"dmarc={kind.dmarc} (p={wanted} sp={wanted} dis=NONE) header.from={kind.domain}")
    said = ";\r\n       ".join(parts)
    yield "Delivered-To: support@desk.example"
    yield "Received: by 2002:a05:7300:8194:b0:1a2:3b4c:5d6e with SMTP id k20csp123456dyi;"
    yield "X-Received: by 2002:a05:600c:1d1c:b0:434 with SMTP id 5b1f17b1804b1-43c;"
    yield f"ARC-Authentication-Results: i=1; mx.google.com;\r\n       {said}"
    yield f"Return-Path: <{seen.sender}>"
    yield f"Received: from {kind.sent_by} ({kind.sent_by}. [{IP}])\r\n        by mx.google.com with ESMTPS id x1;"
    yield f"Received-SPF: pass {allowed} client-ip={IP};"
    yield f"Authentication-Results: mx.google.com;\r\n       {said}"


def microsoft(seen: Seen) -> Iterator[str]:
    kind = seen.kind
    verdicts = [verdict for verdict, _ in seen.dkim]
    told = "signature was verified" if "pass" in verdicts else "body hash did not verify"
    domain = next((domain for verdict, domain in seen.dkim if verdict == "pass"), kind.domain)
    dkim = f"dkim={'pass' if 'pass' in verdicts else 'fail'} ({told}) header.d={domain}"
    if not verdicts:
        dkim = "dkim=none (message not signed) header.d=none"
    dmarc, action = ("bestguesspass", "none") if kind.dmarc == "none" else (kind.dmarc, "none")
    if kind.dmarc == "fail" and kind.policy == "reject":
        action = "oreject"
    inner, middle, outer = (f"{name}.eurprd01.prod.outlook.com" for name in ("DB9PR01MB8", "AS8PR01MB7", "AM6PR02CA1"))
    yield f"Received: from {middle} (2603:10a6::1) by\r\n {inner} with HTTPS;"
    yield f"Received: from {outer} (2603:10a6::2) by\r\n {middle};"
    yield f"Received: from {kind.sent_by} ({IP}) by\r\n AM3PEPF0000A79.mail.protection.outlook.com (10.167.16.1);"
    yield (
        f"Authentication-Results: spf=pass (sender IP is {IP})\r\n smtp.mailfrom={kind.sender_domain}; {dkim};"
        f"dmarc={dmarc} action={action}\r\n header.from={kind.domain};compauth=pass reason=100"
    )
    yield f"Received-SPF: Pass (protection.outlook.com: domain of {kind.sender_domain} designates {IP} as permitted);"


def rspamd(seen: Seen) -> Iterator[str]:
    kind = seen.kind
    parts = [
        f'dkim=fail ("body hash did not verify") header.d={domain} header.s=s1 header.b=AbCdEf12'
        if verdict == "fail"
        else f"dkim=pass header.d={domain} header.s=s1 header.b=AbCdEf12"
        for verdict, domain in seen.dkim
    ] or ["dkim=none"]
    parts.append(
        {
            "pass": f"dmarc=pass (policy={kind.policy}) header.from={kind.domain}",
            "none": "dmarc=none",
            "fail": f'dmarc=fail reason="SPF not aligned (relaxed), No valid DKIM" header.from={kind.domain}'
            f" (policy={kind.policy})",
        }[kind.dmarc]
    )
    allowed = f"(mx.desk.example: domain of {seen.sender} designates {IP} as permitted sender)"
    parts.append(f"spf=pass {allowed} smtp.mailfrom={seen.sender}")
    said = ";\r\n\t".join(parts)
    yield f"Received: from {kind.sent_by} ({kind.sent_by} [{IP}])\r\n\tby mx.desk.example (Postfix) with ESMTPS id 4X1;"
    yield f"Authentication-Results: mx.desk.example;\r\n\t{said}"


def opendmarc(seen: Seen) -> Iterator[str]:
    """OpenDKIM and policyd-spf write under names of their own, so that the border's stands once."""
    kind = seen.kind
    yield f"Received: from {kind.sent_by} ({kind.sent_by} [{IP}])\r\n\tby mx.desk.example (Postfix) with ESMTPS id 4X1;"
    told = f"dmarc={kind.dmarc} (p={kind.policy} dis=none) header.from={kind.domain}"
    yield f"Authentication-Results: mx.desk.example; {told}"
    yield f"Authentication-Results: spf.desk.example; spf=pass smtp.mailfrom={kind.sender_domain}"
    for verdict, domain in seen.dkim:
        key = '(2048-bit key; unprotected) header.d={0} header.i=@{0} header.a=rsa-sha256 header.s=s1 header.b="AbC"'
        yield f"Authentication-Results: dkim.desk.example;\r\n\tdkim={verdict} {key.format(domain)}"


@dataclass(frozen=True)
class Front:
    """A border: its note, and what it writes on top."""

    name: str
    note: str
    writes: Callable[[Seen], Iterator[str]]


FRONTS = (
    Front("google", "google", google),
    Front("microsoft365", "microsoft365", microsoft),
    Front("rspamd", "own:mx.desk.example", rspamd),
    Front("OpenDMARC", "own:mx.desk.example", opendmarc),
)


def arrived(kind: Kind, front: Front | None) -> bytes:
    """The mail as it comes to us; without a border, as it left."""
    raw = sent(kind)
    if front is None:
        return raw
    if front.note == "microsoft365":
        raw = raw.replace(b"\nauthentication-results:", b"\nAuthentication-Results-Original:")
    return "".join(f"{line}\r\n" for line in front.writes(Seen(kind))).encode() + raw


def level(kind: Kind, front: Front | None) -> Proof:
    """What it truly proves there. OpenDMARC alone does not say what SPF found."""
    if front is None:
        return kind.alone
    return NONE if front.writes is opendmarc and kind.level is WEAK and kind.dmarc == "none" else kind.level
