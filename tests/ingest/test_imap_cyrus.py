"""Reading a mailbox of a server of another make: Cyrus."""

from __future__ import annotations

from maild.clock import system_clock
from maild.ingest.imap import connection_test, password_login
from maild.model import Answers, Fate
from tests.ingest.imap_ledger import Ledger, account, mail, watching
from tests.servers.cyrus import Cyrus
from tests.servers.requirement import wait_until


def test_after_a_first_look_new_mail_is_pushed(cyrus: Cyrus, mailbox: str) -> None:
    ledger = Ledger()
    cyrus.append(mailbox, mail("old"))
    with watching(account(cyrus.port, mailbox, first_look="new"), ledger, clock=system_clock):
        wait_until(lambda: ledger.read, "the first look")
        cyrus.append(mailbox, mail("one"))
        wait_until(lambda: ledger.subjects == ["one"], "the mail is pushed")
        cyrus.append(mailbox, mail("two"))
        wait_until(lambda: ledger.subjects == ["one", "two"], "the next one is pushed")
    assert [one.raw for one in ledger.mails.values()] == [mail("one"), mail("two")]


def test_an_import_changes_nothing_in_the_mailbox(cyrus: Cyrus, mailbox: str) -> None:
    ledger, names = Ledger(), [f"m{number}" for number in range(60)]
    cyrus.append(mailbox, *(mail(name) for name in names))
    with watching(account(cyrus.port, mailbox), ledger):
        wait_until(lambda: ledger.state.tally, "the mails are counted")
    assert ledger.subjects == names
    assert {one.answers for one in ledger.mails.values()} == {Answers.NONE}
    assert ledger.state.tally and ledger.state.tally.unexplained == 0
    with cyrus.client(mailbox, "INBOX") as person:
        assert not any(rb"\Seen" in flags for flags in person.get_flags(list(range(1, 61))).values())


def test_a_folder_made_anew_is_read_anew(cyrus: Cyrus, mailbox: str) -> None:
    ledger = Ledger()
    box = account(cyrus.port, mailbox, folders=("Support",))
    with cyrus.client(mailbox) as person:
        person.create_folder("Support")
        person.append("Support", mail("before"))
        with watching(box, ledger, clock=system_clock):
            wait_until(lambda: ledger.subjects == ["before"], "the first mail")
        person.delete_folder("Support")
        person.create_folder("Support")
        person.append("Support", mail("before"))
        person.append("Support", mail("after"))
        with watching(box, ledger, clock=system_clock):
            wait_until(lambda: ledger.subjects == ["before", "after"], "the mail in the new folder")
    assert sorted(ledger.fates.values()) == [Fate.KNOWN, Fate.TAKEN, Fate.TAKEN]


def test_kept_mails_are_flagged(cyrus: Cyrus, mailbox: str) -> None:
    ledger = Ledger()
    cyrus.append(mailbox, mail("one"), mail("two"))
    with watching(account(cyrus.port, mailbox, after="flag"), ledger):
        wait_until(lambda: ledger.mails and not ledger.unfinished, "both are flagged")
    with cyrus.client(mailbox, "INBOX") as person:
        assert all(b"$Maild" in flags for flags in person.get_flags([1, 2]).values())


def test_kept_mails_are_moved_and_a_missing_folder_is_told(cyrus: Cyrus, mailbox: str) -> None:
    ledger, box = Ledger(), account(cyrus.port, mailbox, after="move", move_to="INBOX/Erledigt für heute", poll=0.1)
    cyrus.append(mailbox, mail("one"), mail("two"))
    with watching(box, ledger, clock=system_clock):
        wait_until(lambda: "not moved" in ledger.state.warning, "the folder is missing")
        assert "xist" in ledger.state.warning
    with cyrus.client(mailbox) as person:
        person.create_folder("INBOX/Erledigt für heute")
    with watching(box, ledger, clock=system_clock):
        wait_until(lambda: not ledger.unfinished, "both are moved")
        cyrus.append(mailbox, mail("three"))
        wait_until(lambda: len(ledger.mails) == 3 and not ledger.unfinished, "the third is moved")
        found = connection_test(box, "INBOX", password_login(mailbox, "any"))
    assert (found.moves, found.mails, found.move_error, found.pushes) == ("move", 0, "", True)
    with cyrus.client(mailbox, "INBOX/Erledigt für heute") as person:
        assert len(person.search(["UID", "1:*"])) == 3
