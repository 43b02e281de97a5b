"""The forgery matrix: mails made of an author, a signature, changes to it, a border's word and a way in; and what each
of them truly proves, told from how it was made (reliability 2.4, goal M7). Nothing here calls what is under test.

A cell has one change, a mix has several. `truth` is the oracle: for a cell it is the level, for a mix the highest level
that may come out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.model import Proof
from tests.ingest.authenticity.signing import USUAL, How, ed25519, rsa, signed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
OWN = frozenset({"desk.example", "support@desk.example"})
ORDER = (Proof.FAILED, Proof.NONE, Proof.PENDING, Proof.WEAK, Proof.PROVEN)


def lower(*levels: Proof) -> Proof:
    return min(levels, key=ORDER.index)


# ---- who the mail says it is from --------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """`field` is the whole From; `author` whom it names for sure, "" for nobody; `odd`: it may name nobody instead."""

    name: str
    field: str
    author: str = "ada@acme.example"
    odd: bool = False

    @property
    def domain(self) -> str:
        return self.author.rpartition("@")[2]


FORMS = (
    Form("plain", "From: Ada <ada@acme.example>"),
    Form("bare", "From: ada@acme.example"),
    Form("comment", "From: ada@acme.example (Ada Lovelace)", odd=True),
    Form("quoted local part", 'From: "ada"@acme.example', odd=True),
    Form("upper case", "From: ADA@ACME.EXAMPLE"),
    Form("trailing dot", "From: <ada@acme.example.>", odd=True),
    Form("route", "From: Ada <@relay.example:ada@acme.example>", odd=True),
    Form("sub-domain", "From: Ada <ada@mail.acme.example>", "ada@mail.acme.example"),
    Form("homograph", "From: Ada <ada@\u0430cme.example>", "ada@xn--cme-7cd.example", odd=True),
    Form("name like an address", 'From: "ada@acme.example" <eve@evil.example>', "eve@evil.example", odd=True),
    Form("our own", "From: Support <support@desk.example>", "support@desk.example"),
    Form("two fields", "From: Ada <ada@acme.example>\r\nFrom: Eve <eve@evil.example>", ""),
    Form("two mailboxes", "From: ada@acme.example, eve@evil.example", ""),
    Form("group", "From: Us: ada@acme.example;", ""),
    Form("broken comment", "From: ada@acme.example)eve@evil.example", ""),
    Form("two angles", "From: <ada@acme.example> <eve@evil.example>", ""),
    Form("encoded address", "From: =?utf-8?q?ada=40acme=2Eexample?=", ""),
    Form("NUL", "From: Ada <ada@acme.example\x00.evil.example>", ""),
    Form("missing", "X-From: ada@acme.example", ""),
)


# ---- what is done to the mail ------------------------------------------------------------------------------

Dns = Callable[[Answer], Answer]


@dataclass(frozen=True)
class Change:
    """`how` changes the signing, `after` the signed mail, `dns` the answer. `cap` is the most that the signature can
    prove then; `lax`: it is not enough for what cannot be undone. `silent`: nobody says what the key is. Two changes of
    one `slot` undo each other, so no mix has both."""

    name: str
    cap: Proof = Proof.PROVEN
    how: Callable[[How], How] = lambda how: how
    after: Callable[[bytes], bytes] = lambda raw: raw
    dns: Dns = lambda answer: answer
    lax: bool = False
    silent: bool = False
    slot: str = ""


def tagged(text: str) -> Callable[[How], How]:
    return lambda how: replace(how, more=text)


def record(more: str) -> Dns:
    return lambda answer: Found((answer.texts[0].replace("p=", f"{more}p="),)) if isinstance(answer, Found) else answer


def on_top(text: str) -> Callable[[bytes], bytes]:
    return lambda raw: text.encode() + b"\r\n" + raw


def unsigning(name: str) -> Callable[[How], How]:
    return lambda how: replace(how, headers=tuple(one for one in how.headers if one != name))


CHANGES = (
    Change("nothing"),
    Change("no signature", Proof.NONE, how=lambda how: replace(how, domain=""), slot="domain"),
    Change("rsa 2048", how=lambda how: replace(how, key=rsa(2048)), slot="key"),
    Change("rsa 1024", how=lambda how: replace(how, key=rsa(1024)), slot="key"),
    Change("rsa 512", Proof.WEAK, how=lambda how: replace(how, key=rsa(512)), slot="key"),
    Change("sha1", Proof.WEAK, how=lambda how: replace(how, key=rsa(1024), hashed="sha1"), slot="key"),
    Change("simple", how=lambda how: replace(how, canonical="simple/simple")),
    Change("l=", Proof.WEAK, how=lambda how: replace(how, length=8), slot="length"),
    Change(
        "l= and more text",
        Proof.WEAK,
        lambda how: replace(how, length=8),
        lambda raw: raw + b"Please DELETE it.\r\n",
        slot="length",
    ),
    Change("expired", Proof.NONE, tagged(f"x={SECONDS - 60}; "), slot="tag"),
    Change("not yet expired", how=tagged(f"x={SECONDS + 60}; "), slot="tag"),
    Change("testing", Proof.WEAK, dns=record("t=y; "), slot="dns"),
    Change("Subject on top", Proof.WEAK, after=on_top("Subject: DELETE the account")),
    Change("To on top", Proof.WEAK, after=on_top("To: eve@evil.example")),
    Change("Date on top", Proof.WEAK, after=on_top("Date: Fri, 20 Nov 2026 11:00:00 +0000")),
    Change("Content-Type on top", Proof.WEAK, after=on_top("Content-Type: text/html")),
    Change("Reply-To on top", after=on_top("Reply-To: eve@evil.example")),
    Change("From on top", Proof.FAILED, after=on_top("From: Eve <eve@evil.example>")),
    Change("CR in a header", Proof.NONE, after=on_top("X-Odd: a\rSubject: b")),
    Change("Date unsigned", Proof.WEAK, unsigning("date")),
    Change("Subject unsigned", Proof.WEAK, unsigning("subject"), slot="subject"),
    Change("Message-ID unsigned", Proof.WEAK, unsigning("message-id")),
    Change("To unsigned", how=unsigning("to"), lax=True),
    Change("Content-Type unsigned", how=unsigning("content-type"), lax=True),
    Change("From unsigned", Proof.NONE, unsigning("from")),
    Change("d= of a stranger", Proof.NONE, lambda how: replace(how, domain="thief.example"), slot="domain"),
    Change("d= a public suffix", Proof.NONE, lambda how: replace(how, domain="example"), slot="domain"),
    Change("d= a sub-domain", Proof.NONE, lambda how: replace(how, domain="deep.mail.acme.example"), slot="domain"),
    Change("i= outside", Proof.NONE, tagged("i=ada@evil.example; "), slot="tag"),
    Change("text changed", Proof.NONE, after=lambda raw: raw.replace(b"Please come", b"Please pay")),
    Change(
        "Subject changed",
        Proof.NONE,
        after=lambda raw: raw.replace(b"Subject: Printer", b"Subject: Invoice"),
        slot="subject",
    ),
    Change("signature changed", Proof.NONE, after=lambda raw: raw.replace(b"h=from", b"h=from:x-new", 1)),
    Change("old replay", how=lambda how: replace(how, signed_at=SECONDS - 3 * 86400), lax=True),
    Change("another key", Proof.NONE, dns=lambda answer: Found((ed25519(9).record(),)), slot="dns"),
    Change("revoked", Proof.NONE, dns=lambda answer: Found(("v=DKIM1; p=",)), slot="dns"),
    Change("NXDOMAIN", Proof.NONE, dns=lambda answer: Nothing(), slot="dns"),
    Change("SERVFAIL", dns=lambda answer: NoAnswer("the servers fail"), silent=True, slot="dns"),
    Change("control header", after=on_top("X-Maild-Proof: proven")),
)


# ---- what the server in front says, and the way in ---------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """What stands on top of the mail, and how it came. `said` is what a believed border says about acme.example:
    "dmarc" and "dkim" by its signature, "path" by its servers (dmarc), "spf" by its servers only, "reject", or ""."""

    name: str
    said: str = ""
    login: str = ""
    form: str = "good"


WAYS = (
    Way("nothing"),
    Way("dmarc by signature", "dmarc"),
    Way("dmarc by path", "path"),
    Way("dkim only", "dkim"),
    Way("spf only", "spf"),
    Way("reject", "reject"),
    Way("forged below Received", "", form="below"),
    Way("two", "", form="two"),
    Way("of another server", "", form="other"),
    Way("login of the author", login="Ada@Acme.example"),
    Way("login of somebody else", login="bob@acme.example"),
    Way("login of our support", login="support"),
)
BORDERS = ("", "own:mx.desk.example", "google", "microsoft365")
SAID = {
    "dmarc": (
        "dkim=pass header.d=acme.example",
        "spf=fail smtp.mailfrom=bounce@relay.example",
        "dmarc=pass {pass} header.from=acme.example",
    ),
    "path": ("dkim=none", "spf=pass smtp.mailfrom=ada@acme.example", "dmarc=pass {pass} header.from=acme.example"),
    "dkim": (
        "dkim=pass header.d=acme.example",
        "spf=none smtp.mailfrom=relay.example",
        "dmarc=none header.from=acme.example",
    ),
    "spf": ("spf=pass smtp.mailfrom=ada@acme.example", "dmarc=none header.from=acme.example"),
    "reject": (
        "dkim=fail header.d=acme.example",
        "spf=fail smtp.mailfrom=acme.example",
        "dmarc=fail {fail} header.from=acme.example",
    ),
}
WORDS = {"pass": "(p=REJECT sp=REJECT dis=NONE)", "fail": "(p=REJECT sp=REJECT dis=REJECT)"}
MICROSOFT = {"pass": "action=none", "fail": "action=oreject"}
FOREIGN = (
    "Received: from laptop.acme.example ([192.0.2.9]) by mail.acme.example with ESMTPSA id f1;"
    " Fri, 20 Nov 2026 11:59:01 +0000"
)
RECEIVED = {
    "": "Received: from mail.acme.example ([192.0.2.1]) by mx.desk.example with ESMTPS id o1;"
    " Fri, 20 Nov 2026 11:59:02 +0000",
    "google": "Received: from mail.acme.example ([192.0.2.1]) by mx.google.com with ESMTPS id g1"
    " for <support@desk.example>; Fri, 20 Nov 2026 03:59:02 -0800 (PST)",
    "microsoft365": "Received: from mail.acme.example (192.0.2.1) by DB5PEPF00014B8A.mail.protection.outlook.com"
    " (10.167.8.198) with Microsoft SMTP Server id 15.20.1 via Frontend Transport; Fri, 20 Nov 2026 11:59:02 +0000",
}


def results(border: str, said: str, server: str = "") -> str:
    """An Authentication-Results field as that border writes it."""
    if border == "microsoft365":
        lines = "; ".join(SAID[said]).format(**MICROSOFT)
        return f"Authentication-Results: {server}{lines};compauth=pass reason=100"
    identity = server or ("mx.google.com" if border == "google" else "mx.desk.example")
    lines = ";\r\n ".join(SAID[said]).format(**WORDS)
    return f"Authentication-Results: {identity};\r\n {lines}"


def top_of(way: Way, border: str) -> str:
    """What servers have written on top."""
    received = RECEIVED.get(border, RECEIVED[""])
    if way.login:
        return ""
    if way.form == "below":
        return "\r\n".join((received, FOREIGN, results(border, "dmarc"))) + "\r\n"
    if way.form == "other":
        return "\r\n".join((received, results("", "dmarc", "mx.elsewhere.example"), FOREIGN)) + "\r\n"
    said = [results(border, way.said)] if way.said else []
    said = [results(border, "dmarc")] * 2 if way.form == "two" else said
    order = (received, *said, FOREIGN) if border in ("google", "microsoft365") else (*said, received, FOREIGN)
    return "\r\n".join(order) + "\r\n"


# ---- a mail of all that, and what it proves ----------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    form: Form
    changes: tuple[Change, ...]
    way: Way
    border: str
    line_end: str = "\r\n"

    def __str__(self) -> str:
        changes = " + ".join(change.name for change in self.changes)
        return f"{self.form.name} | {changes} | {self.way.name} | {self.border or 'no border'} | {self.line_end!r}"

    @property
    def how(self) -> How:
        how = How(signed_at=SECONDS, headers=USUAL)
        for change in self.changes:
            how = change.how(how)
        return how

    @property
    def raw(self) -> bytes:
        return made(self.form, self.changes, top_of(self.way, self.border), self.line_end)

    def answers(self) -> Mapping[str, Answer]:
        how = self.how
        answer: Answer = Found((how.key.record(),))
        for change in self.changes:
            answer = change.dns(answer)
        return {f"{how.selector}._domainkey.{how.domain}": answer}


@lru_cache(maxsize=20_000)
def _changed(form: Form, changes: tuple[Change, ...]) -> bytes:
    """The mail as it left its author's server, and what happened to it on the way."""
    mail = (
        f"{form.field}\r\nTo: support@desk.example\r\nSubject: Printer\r\nDate: Fri, 20 Nov 2026 11:59:00 +0000\r\n"
        "Message-ID: <m1@acme.example>\r\nContent-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\nPlease come.\r\nAda\r\n"
    ).encode()
    how = How(signed_at=SECONDS, headers=USUAL)
    for change in changes:
        how = change.how(how)
    raw = signed(mail, how) if how.domain else mail
    for change in changes:
        raw = change.after(raw)
    return raw


def made(form: Form, changes: tuple[Change, ...], top: str, line_end: str) -> bytes:
    raw = top.encode() + _changed(form, changes)
    return raw if line_end == "\r\n" else raw.replace(b"\r\n", b"\n")


def truth(cell: Cell) -> Proof:
    """What the mail proves; of several changes, at most that."""
    level = _before_ours(cell)
    is_watched = bool(cell.border or cell.way.login)
    if cell.form.domain == "desk.example" and is_watched and level not in (Proof.PROVEN, Proof.PENDING):
        return Proof.FAILED
    return level


def _before_ours(cell: Cell) -> Proof:
    names = [change.name for change in cell.changes]
    if "From on top" in names and cell.form.name == "missing":
        return Proof.NONE  # Eve, and nothing else; no signature was made for her
    if not cell.form.author or "From on top" in names:
        return Proof.FAILED
    login = cell.way.login.lower()
    if login and (login == cell.form.author or (login == "support" and cell.form.author == "support@desk.example")):
        return Proof.PROVEN
    own, signs = _own(cell)
    said = _said(cell) if cell.border else ""
    if said == "reject":
        return Proof.FAILED
    if said == "spf":
        return own if own in (Proof.PROVEN, Proof.PENDING) else Proof.WEAK
    if said == "denied":
        return Proof.NONE
    return _with_border(cell, said, own, signs) if said else own


# All borders speak of acme.example. Of a domain below it that is no verdict (DMARC), but a signature of acme.example
# speaks for it, good or bad, and so does a server that acme.example allows.
_OF_BELOW = {"dmarc": "dkim", "dkim": "dkim", "path": "spf", "spf": "spf", "reject": "denied", "": ""}


def _said(cell: Cell) -> str:
    if cell.form.domain == "acme.example":
        return cell.way.said
    return _OF_BELOW[cell.way.said] if cell.form.domain == "mail.acme.example" else ""


def _with_border(cell: Cell, said: str, own: Proof, signs: bool) -> Proof:
    """The border says dmarc or dkim; `signs`: there is a signature that we looked at."""
    if "CR in a header" in [change.name for change in cell.changes]:
        return Proof.WEAK
    if own in (Proof.WEAK, Proof.PROVEN):
        return own
    if own is Proof.PENDING or said == "path":
        return Proof.PROVEN
    return Proof.NONE if signs else Proof.WEAK


# Of these signatures none is looked at: there is none, it is for somebody else, or its form is broken.
_NOT_OURS = {"no signature", "d= of a stranger", "d= a public suffix", "d= a sub-domain"}
_SEEN_WITH_KEY_ONLY = {"Subject changed", "signature changed"}
_UNREADABLE = {"expired", "From unsigned", "i= outside"}


def _own(cell: Cell) -> tuple[Proof, bool]:
    """What the signature proves, and whether there is one that speaks for the author and can be checked."""
    names = {change.name for change in cell.changes}
    above = cell.form.domain == "acme.example" or cell.form.domain.endswith(".acme.example")
    if not above or names & (_NOT_OURS | _UNREADABLE):
        return Proof.NONE, False
    is_silent = any(change.silent for change in cell.changes)
    cap = lower(*(change.cap for change in cell.changes if not (is_silent and change.name in _SEEN_WITH_KEY_ONLY)))
    return (Proof.PENDING if is_silent and cap is Proof.PROVEN else cap), True


def may_be_strict(cell: Cell) -> bool:
    """Whether the mail may count for steps that cannot be undone."""
    if cell.way.login:
        return True
    sound = all(change.cap is Proof.PROVEN and not (change.lax or change.silent) for change in cell.changes)
    return sound and cell.form.domain == "acme.example"


# ---- all of them -------------------------------------------------------------------------------------------


def cells() -> Iterator[Cell]:
    """Every form with every change, way and border, where these do not say the same; line ends take turns."""
    number = 0
    for form in FORMS:
        for change in CHANGES:
            for border in BORDERS:
                for way in WAYS:
                    if not border and way.said and way.said != "dmarc":
                        continue
                    if way.name != "nothing" and change.name not in _WITH_WAYS and form.name != "plain":
                        continue
                    number += 1
                    yield Cell(form, (change,), way, border, "\r\n" if number % 3 else "\n")


_WITH_WAYS = {"nothing", "no signature", "l=", "Subject on top", "text changed", "SERVFAIL", "d= of a stranger"}


def mixes(many: int, seed: int) -> Iterator[Cell]:
    """Several changes at once, at random."""
    dice = random.Random(seed)
    for _ in range(many):
        drawn = dice.sample(CHANGES, dice.choice((2, 2, 3, 4)))
        changes = tuple({change.slot or change.name: change for change in drawn}.values())
        yield Cell(dice.choice(FORMS), changes, dice.choice(WAYS), dice.choice(BORDERS), dice.choice(("\r\n", "\n")))


@dataclass
class Tally:
    """What became of many cells. `above` are those that came out higher than they truly are."""

    cells: int = 0
    honest: int = 0
    right: int = 0
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)


def sample(many: int, seed: int = 5) -> Sequence[Cell]:
    everything = list(cells())
    return random.Random(seed).sample(everything, many)
