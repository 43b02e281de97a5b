"""Three people at a real mail program, with real servers in between, and what they see in their mailboxes.

Ada, a customer, her colleague Bob, and Grace, who works at the desk, all use mutt, and keep what they send beside what
they get. They log in at Postfix, which tells maild so (Authentication-Results), and read their mail from Dovecot. maild
takes the desk's mail by LMTP and sends through the same Postfix.
"""

from __future__ import annotations

import pwd
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from maild.decide.told.tokens import STAFF_PREFIX
from maild.notify.sink import Sink
from tests.scenarios.world import SUPPORT, World
from tests.seen import seen
from tests.servers.dovecot import Dovecot
from tests.servers.mutt import Mutt, Place
from tests.servers.postfix import Postfix
from tests.servers.requirement import need, wait_until

ADA, BOB, GRACE = "ada@acme.example", "bob@acme.example", "grace@desk.example"
NAMES = {ADA: "Ada Archer", BOB: "Bob Baker", GRACE: "Grace Green"}
SECRET, TELEPHONE = "They have not paid yet.", "+49 30 5550 17"
# Whom mutt names ("To" stands before mail of their own), and the tree that it draws.
ADA_SEES = [("To", ""), ("Ex", "|->"), ("Ex", "|->"), ("To", "| `->"), ("Bo", "`->"), ("Ex", "  `->")]
BOB_SEES = [("Ad", ""), ("Ex", "|->"), ("To", "`->"), ("Ex", "  `->")]
GRACE_SEES = [("Ex", ""), ("To", "|->"), ("To", "|->"), ("Ex", "|->"), ("To", "| `->"), ("Ex", "`->")]
DESK = """
team: grace
hours: { zone: Europe/Berlin, week: { mon-sun: ["00:00-24:00"] } }
service_levels: [{ response: 8 h }]
"""
# Who has logged in as the owner of an address, and nobody else, may write from it and is vouched for. That stands with
# DATA, which comes once: what stands with recipients is done for each of them.
POSTFIX = """
transport_maps = inline:{{ {support}=lmtp:inet:127.0.0.1:{lmtp} }}
recipient_delimiter = +
virtual_transport = virtual
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{ {support}=taken-by-lmtp {boxes} }}
virtual_mailbox_limit = 0
virtual_minimum_uid = 100
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {logins}
smtpd_sender_login_maps = inline:{{ {owners} }}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_data_restrictions = check_sender_access inline:{{ {vouchers} }}
"""
VOUCHER = "{{ {0} = PREPEND Authentication-Results: mta.example; auth=pass smtp.auth={1}; dmarc=pass header.from={2} }}"


@dataclass(frozen=True, slots=True)
class Town:
    """The desk, and everybody's mail program."""

    world: World
    dovecot: Dovecot
    mutts: dict[str, Mutt]

    def mails(self, address: str) -> list[EmailMessage]:
        """All of that person's mailbox, as its server has it."""
        with self.dovecot.client(self.mutts[address].login, "INBOX") as client:
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [cast("EmailMessage", seen(found[uid][b"BODY[]"])) for uid in sorted(found)]

    def newest(self, address: str, count: int, sender: str = SUPPORT) -> str:
        """The Message-ID of the last that came from there, once that person's mailbox holds so many mails."""
        happens = f"{address} has {count} mails: {self.world.log()[-2000:]}"
        wait_until(lambda: len(self.mails(address)) >= count, happens)
        return [mail["Message-ID"] for mail in self.mails(address) if sender in mail["From"]][-1]

    def forget_own(self, address: str) -> None:
        """As if they kept what they send in another folder."""
        with self.dovecot.client(self.mutts[address].login, "INBOX") as client:
            client.delete_messages(client.search(["FROM", address]))
            client.expunge()

    def shown(self, address: str) -> list[tuple[str, str]]:
        """Each line of mutt's index: whom it names, by two letters, and the tree."""
        return [(one.sender[:2], one.tree) for one in self.mutts[address].threads(len(self.mails(address)))]


def postfix_settings(dovecot: Dovecot, logins: dict[str, str], lmtp: int) -> str:
    """For main.cf: everybody has a mailbox, a login and a voucher; the desk's mail goes to maild."""
    nobody = pwd.getpwnam("nobody")
    vouchers = [VOUCHER.format(one, login, one.partition("@")[2]) for one, login in logins.items()]
    return POSTFIX.format(
        support=SUPPORT,
        lmtp=lmtp,
        mail=dovecot.home / "mail",
        boxes=" ".join(f"{one}={login}/" for one, login in logins.items()),
        uid=nobody.pw_uid,
        gid=nobody.pw_gid,
        logins=dovecot.logins,
        owners=" ".join(f"{one}={login}" for one, login in logins.items()),
        vouchers=" ".join(vouchers),
    )


@pytest.fixture
def town(tmp_path: Path, postfix: Callable[..., Postfix], dovecot: Dovecot, mailbox: str) -> Iterator[Town]:
    need(shutil.which("mutt"), "mutt (apt install mutt)")
    logins = {one: f"{one.partition('@')[0]}-{mailbox}" for one in NAMES}
    border = {"profile": "own", "id": "mta.example"}
    world = World(tmp_path / "maild", Sink(), more={"lmtp": [{"host": "127.0.0.1", "port": 0, "border": border}]})
    with (world.folder / "desks" / "service.yaml").open("a") as desk:
        desk.write(DESK)
    world.maild("migrate")
    mta = postfix(domains="acme.example, desk.example", more=postfix_settings(dovecot, logins, world.lmtp_port))
    world.relay_through(mta.port)
    place = Place(dovecot.port, mta.port, dovecot.password)
    mutts = {one: Mutt(tmp_path / one, place, logins[one], name, one, TELEPHONE) for one, name in NAMES.items()}
    try:
        world.start()
        yield Town(world, dovecot, mutts)
    finally:
        world.stop()


def told_story(town: Town) -> None:
    """Ada asks, Grace notes something and asks back, Ada answers her, Bob answers all, Grace has solved it."""
    ada, bob, grace = (town.mutts[one] for one in (ADA, BOB, GRACE))
    ada.write("The printer on the second floor burns.\n", "Printer burns", SUPPORT, BOB)
    town.newest(ADA, 2)
    new = town.newest(GRACE, 1)
    grace.answer(new, f"#note\n{SECRET}\n")
    town.world.until_quiet(2)
    grace.answer(new, "#waiting\nHello Ada,\n\nwhich colour is the smoke?\n")
    ada.answer(town.newest(ADA, 3), "It is blue.\n")
    answered = town.newest(GRACE, 4)
    town.newest(BOB, 2)
    bob.answer(town.newest(BOB, 2, ADA), "It smells as well.\n", "g")
    town.newest(GRACE, 5)
    grace.answer(answered, "#solved\nThat is the toner. A new one is on its way.\n")
    town.world.until_quiet(6)
    for one, count in ((ADA, 6), (BOB, 4), (GRACE, 6)):
        town.newest(one, count)


def words(mail: EmailMessage, kind: str = "plain") -> str:
    """What its part of plain text, or of HTML, says."""
    part = mail.get_body((kind,))
    assert part, f"no {kind} text in {mail['Subject']}"
    return str(part.get_content())


def assert_one_thread(mails: list[EmailMessage]) -> None:
    """By their headers: each names the first, and ends with the one that it answers (RFC 5322 3.6.4)."""
    first, *others = sorted(mails, key=lambda mail: mail["References"] is not None)
    assert len({mail["Message-ID"] for mail in mails}) == len(mails), "no mail twice"
    for mail in others:
        known = (mail["References"] or "").split()
        assert known[:1] == [first["Message-ID"]] and known[-1:] == [mail["In-Reply-To"]], mail["Subject"]
        assert mail["Subject"].count("Printer burns") == 1 and mail["Subject"].count("[SD-1001]") <= 1
        assert "Re: Re:" not in mail["Subject"] and ("[SD-1001]" in mail["Subject"] or SUPPORT not in mail["From"])


def assert_tells_customers_only(mails: list[EmailMessage]) -> None:
    """As text and as HTML, and nothing of what is said among staff, nor of how they work."""
    for mail in mails:
        whole = "\n".join((*map(str, mail.values()), words(mail), words(mail, "html")))
        for inside in (SECRET, TELEPHONE, GRACE, "#note", "#waiting", "#solved", "Reading along", STAFF_PREFIX):
            assert inside not in whole, (mail["Subject"], inside)


@pytest.mark.postfix
@pytest.mark.dovecot
def test_a_conversation_is_one_thread_in_everybodys_mail_program(town: Town) -> None:
    told_story(town)
    boxes = {one: town.mails(one) for one in NAMES}
    assert {one: len(mails) for one, mails in boxes.items()} == {ADA: 6, BOB: 4, GRACE: 6}
    for mails in boxes.values():
        assert_one_thread(mails)
    assert [town.shown(one) for one in NAMES] == [ADA_SEES, BOB_SEES, GRACE_SEES]
    for one in NAMES:
        town.forget_own(one)
        assert all(tree for _, tree in town.shown(one)[1:]), "one thread, too, without the mails of their own"

    for one, is_solved in ((ADA, "this solves your request"), (BOB, "aus unserer Sicht gelöst")):
        assert_tells_customers_only(what_the_desk_wrote := [mail for mail in boxes[one] if SUPPORT in mail["From"]])
        asked, solved = what_the_desk_wrote[-2:]
        assert "which colour is the smoke?" in words(asked) and "That is the toner." in words(solved)
        assert is_solved in words(solved) and is_solved not in words(asked)
    shown = town.world.json("show", "SD-1001")
    assert shown["ticket"]["status"] == "solved"
    assert [(one["kind"], one["visible_text"].strip()) for one in shown["articles"]] == [
        ("incoming", "The printer on the second floor burns."),
        ("note", SECRET),
        ("outgoing", "Hello Ada,\n\nwhich colour is the smoke?"),
        ("incoming", "It is blue."),
        ("incoming", "It smells as well."),
        ("outgoing", "That is the toner. A new one is on its way."),
    ]
    assert {one["proof"] for one in shown["articles"]} == {"proven"}
