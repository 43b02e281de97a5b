"""The table of commands: name, where it lives, one sentence. Nothing is imported until a command is called."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command. `module` has a typer `app` that holds the command by this name, or is its group."""

    name: str
    module: str
    help: str


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Set up and run": (
        Entry("init", "init", "Write an example configuration into a folder."),
        Entry("check", "check", "Look for mistakes in settings, desks, rules, templates and directory."),
        Entry("rules", "rules", "Write rules and trust them: check, test, replay, stats, new, example."),
        Entry("sla", "sla", "Service levels: simulate what is promised for a ticket, and who is told when."),
        Entry("articles", "articles", "Help articles that confirmations offer: list and check them, try mails."),
        Entry("templates", "templates", "The words of its mails, built-in and your own: list, show and try them."),
        Entry("migrate", "migrate", "Bring the database to this version's schema."),
        Entry("serve", "serve", "Run the daemon."),
        Entry("reload", "reload", "Take desks, rules, templates and directory as the files are now."),
        Entry("status", "status", "Is everything all right? Who runs, what waits, what needs a person."),
        Entry("doctor", "doctor", "Try everything maild needs: database, mailboxes, relay, listeners, backups."),
        Entry("demo", "demo", "See it work: a real daemon, real mails, each promise checked."),
    ),
    "Mail": (
        Entry("parse", "parse", "Show what is read out of mails."),
        Entry("explain", "explain", "Say what mails would become, and why. Nothing is written."),
        Entry("ingest", "ingest", "Hand mails to the daemon: files, mbox, Maildir or a pipe."),
        Entry("inbox", "inbox", "Mail that came in, and what became of it."),
        Entry("quarantine", "quarantine", "Mail that was set aside until a person looks."),
        Entry("outbox", "outbox", "Mail that goes out, and mail that was not sent."),
        Entry("spam", "spam", "Say that a mail is spam: its ticket closes, its sender may be blocked."),
        Entry("ham", "spam", "Say that a mail is none: it is read again and becomes what it should."),
        Entry("blocked", "spam", "Addresses and domains whose mail is spam."),
    ),
    "Keep and get in": (
        Entry("backup", "backup", "Save everything while maild runs; list and verify what was saved."),
        Entry("restore", "backup", "Bring a backup back."),
        Entry("erase", "erase", "Erase a person, a ticket or some words for good, everywhere; with a certificate."),
        Entry("hold", "erase", "Hold a ticket that the law wants kept: nothing erases it."),
        Entry("archive", "archive", "Put what was settled long ago into files; look after them, bring it back."),
        Entry("access", "access", "Who read, exported or erased what: by ticket, person or name."),
        Entry("login", "login", "Log a mailbox in at its provider (OAuth2)."),
        Entry("password", "password", "Make the line of a user who may submit mail."),
    ),
    "Tickets": (
        Entry("tickets", "tickets", "List tickets."),
        Entry("show", "show", "Show one ticket: people, conversation, files, history."),
        Entry("reply", "staff", "Answer the people on a ticket."),
        Entry("update", "staff", "Tell the people on a ticket how things stand."),
        Entry("note", "staff", "Add a note that stays inside."),
        Entry("people", "people", "Who takes part in a ticket; let people in, take them out."),
        Entry("set", "staff", "Change a ticket's status, priority, assignee or any field."),
        Entry("open", "behalf", "Open a ticket for somebody who telephones or comes by."),
        Entry("split", "merging", "Give a second question a ticket of its own."),
        Entry("merge", "merging", "Let a ticket go on as another."),
        Entry("link", "merging", "Let two tickets know of each other."),
        Entry("estimate", "estimate", "Say what it will cost, and wait for an authorised contact's yes."),
        Entry("workflow", "workflow", "Requests with legal weight: see where they stand, agree, carry out, stop."),
    ),
    "People": (
        Entry(
            "proposals", "proposals", "What was asked for by mail: new contacts, people who leave, held instructions."
        ),
        Entry("approve", "proposals", "Say yes to what was proposed."),
        Entry("decline", "proposals", "Say no to what was proposed."),
        Entry("propose", "proposals", "Keep what a mail asks for and no rule saw."),
        Entry("welcome", "proposals", "Introduce the desk to a new customer, and ask who else shall write."),
        Entry("contacts", "contacts", "Who is known; register people, let them leave, import and export."),
        Entry("organisations", "organisations", "Customers, with their seats and what is theirs."),
        Entry("staff", "staff_members", "Who works here, and which desks they see."),
        Entry("audit", "trail", "What was changed in the register, by whom and why."),
    ),
    "Customers": (
        Entry("announce", "announce", "Tell customers of maintenance and releases, in time and once."),
        Entry("report", "report", "A customer's requests as CSV or a page; what a desk promised and kept, by month."),
    ),
}
COMMANDS = {entry.name: entry for entries in SECTIONS.values() for entry in entries}
