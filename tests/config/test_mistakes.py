# ruff: noqa: E501 - one row, one line
"""A table of mistakes an admin makes: each is told with its file, its line and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check
from tests.config.site import D, M, R, S, U, change, said, site

__all__ = ["site"]

IMAP = "imap: [{name: a, host: mail.example, user: u, password_file: pw, recipient: support@desk.example%s}]"
IMAP_HERE = "# imap:"
RELAY = "relay: {host: relay.example%s}"
ARCHIVE = "retention: {months: 180, archive: {months: 1}}"
BROKEN: tuple[tuple[str, str, str, str, str], ...] = (
    # file, what is edited, into what, the text whose line is to be named, what is to be said
    (M, "workers: 2 ", "wokers: 2 ", "wokers", "`wokers` is not known here: did you mean `workers`?"),
    (M, "workers: 2 ", "workers: 0 ", "workers: 0", "`0` is not possible here: the least is 1"),
    (M, "workers: 2 ", "workers: 65 ", "workers: 65", "the most is 64"),
    (M, "workers: 2 ", "workers: '2' ", "workers: '2'", "a whole number is expected here, not `2`: take the quotes away"),
    (M, "workers: 2 ", "workers: true ", "workers: true", "a whole number is expected here, not `true`"),
    (M, "workers: 2 ", "workers: 2.5 ", "workers: 2.5", "a whole number is expected here, not `2.5`"),
    (M, "workers: 2 ", "workers: ", "workers:   ", "not an empty value"),
    (M, "workers: 2 ", "workers: 2\nworkers: 3 ", "workers: 3", "`workers` stands here for the second time"),
    (M, "state: var", "state: 5", "state: 5", 'text is expected here, not `5`: put it in quotes, "5"'),
    (M, "state: var", "state: [var]", "state: [var]", "text is expected here, not a list"),
    (M, "state: var", "state: &a var", "state: &a", "anchors and aliases"),
    (M, "state: var", "state: *a", "state: *a", "a text that starts with * needs quotes"),
    (M, "state: var", "state: !path var", "state: !path", "the tag `!path` is not used here"),
    (M, "state: var", "\tstate: var", "\tstate: var", "never with tabs"),
    (M, "state: var", "state: a: b", "state: a: b", "a text with a colon and a blank in it needs quotes"),
    (M, "state: var", "<<: {state: var}", "<<:", "merge keys"),
    (M, "state: var", "state: var\n---", "---\n\n# One", "one file holds one document"),
    (M, "state: var", "[state]: var", "[state]", "a name is expected before the colon"),
    (M, "hostname: desk.example", "hostname: desk example", "hostname:", "Name this server greets with"),
    (M, "    port: 2525", "    port: 70000", "port: 70000", "the most is 65535"),
    (M, "    port: 2525", "    port: .inf", "port: .inf", "`.inf`"),
    (M, "    port: 2525", "    socket: x", "socket: x", "a unix socket is for LMTP"),
    (M, "    port: 2525", "    port: 2525\n  - {port: 2525}", "{port: 2525}", "listener smtp 1 takes this place already"),
    (M, "smtp:\n", "smtp: yes\nx:\n", "smtp: yes", "a list is expected here, not `yes`"),
    (M, "database: sqlite:///maild.db", "database: sqlite://maild.db", "sqlite://maild.db", "three slashes"),
    (M, "database: sqlite:///maild.db", "database: postgres://x/y", "postgres://", "did you mean `postgresql`?"),
    (M, "database: sqlite:///maild.db", "database: postgresql://u:p@h/d", "postgresql://u:p", "put it into a file"),
    (M, "directory: directory.yaml", "database_password_file: pw", "database_password_file: pw", "there is no such file"),
    (M, IMAP_HERE, IMAP % ", tls: false", "imap: [", "`false` is possible for this machine only"),
    (M, IMAP_HERE, IMAP % "" , "imap: [", "pw: there is no such file: put the password on its first line"),
    (M, IMAP_HERE, IMAP % ", first_look: all", "imap: [", "`all` is not possible here (new: start with mail yet to come"),
    (M, IMAP_HERE, IMAP.replace("support@", "suport@") % "", "imap: [", "did you mean `support@desk.example`?"),
    (M, IMAP_HERE, IMAP.replace("host: mail.example, ", "") % "", "imap: [", "`host` is missing here (IMAP server)"),
    (M, "# relay:", RELAY % ", tls: none", "relay: {", "`none` is possible for this machine only, not for relay.example"),
    (M, "# relay:", RELAY % ", user: u", "relay: {", "a `user` needs a `password_file`"),
    (M, "# relay:", RELAY % ", mail_from: nul", "relay: {", "did you mean `null`?"),
    (M, "# limits:", "limits: {in_flight: 1024}", "limits: {", "would never fit into `in_flight`"),
    (M, "# limits:", "limits: {cpu_alone: 1}", "limits: {", "the second, longer chance"),
    (D, "register: authorised", "register: authorized", "register: authorized", "did you mean `authorised`?"),
    (D, "register: authorised", "register: unknown", "register: unknown", "for people who are not in this file"),
    (D, "[ada@acme.example]", "[Ada <ada@acme.example>]", "Ada <ada", "no mail address"),
    (D, "[ada@acme.example]", "ada@acme.example", "addresses: ada@acme", "a list is expected here"),
    (D, "[ada@acme.example]", "[]", "addresses: []", "this is too short: at least 1"),
    (D, "[carol@acme.example]", "[BOB@acme.example]", "[BOB@acme", "`bob@acme.example` stands in line"),
    (D, "domains: [beta.example]", "domains: [x@beta.example]", "x@beta", "no mail domain"),
    (D, "domains: [beta.example]", "domains: [acme.example]", "domains: [acme.example]\n    contacts:\n      - name: Dora",
     "the domain `acme.example` stands in line"),
    (D, "key: beta", "key: acme", "key: acme\n    name: Beta", "the key `acme` stands in line"),
    (D, "key: beta", "key: Beta One", "key: Beta One", "small letters, digits and hyphens"),
    (D, "language: de", "language: german", "language: german", "Language of mails to them"),
    (D, "- name: linus", "- name: grace", "- name: grace\n    address: linus", "the name `grace` stands in line"),
    (D, "address: linus@desk.example", "adress: linus@desk.example", "adress:", "did you mean `address`?"),
    (D, "[carol@acme.example]", "[info@acme.example]", "[info@acme", "`info@acme.example` is shared by several people"),
    (D, "seats: 5 ", "seats: 1 ", "seats: 1 ", "acme has 1 seat for 2 persons: Ada Archer <ada@acme.example>, Bob Baker"),
    (D, "language: de", "primary: true", "primary: true\n      - name: Carol", "acme has a primary contact already, Ada Archer"),
    (D, "register: inactive", "register: inactive\n        until: 2026-12-01T09:00", "until:", "the time needs a zone"),
    (D, "[carol@acme.example]", "[dora@beta.example]", "[dora@beta.example]  # registered", "`dora@beta.example` stands in line"),
    (D, "account_manager: grace ", "account_manager: grcae ", "account_manager: grcae", "did you mean `grace`?"),
    (D, "teams: [second-line]", "teams: [secondline]", "teams: [secondline]", "did you mean `second-line`?"),
    (D, "desks: [service] ", "desks: [servcie] ", "desks: [servcie]", "there is no desk `servcie`: did you mean `service`?"),
    (D, "- name: second-line", "- name: grace", "- name: grace\n    address: second", "the name `grace` stands in line"),
    (D, "duties: [commercial, technical]", "duties: [comercial]", "duties:", "did you mean `commercial`?"),
    (D, "seats: 5 ", "seats: -1 ", "seats: -1", "the least is 0"),
    (D, "[de-12-srv-0042,", "[de 12,", "[de 12", "write one word"),
    (M, "# limits:", "directories: [{name: file, kind: file, file: x.csv}]", "directories:", "`file` is the name of directory.yaml"),
    (M, "# limits:", "directories: [{name: x, kind: ldap}]", "directories:", "`ldap` is not possible here"),
    (M, "# limits:", "directories: [{name: x, kind: sql, url: 'pg://u:p@h/d', query: S}]", "directories:", "put it into a file"),
    (M, "# limits:", "directories: [{name: x, kind: sql, url: 'x'}]", "directories:", "needs `query`"),
    (M, "# limits:", "directories: [{name: x, kind: command, command: [ldap]}]", "directories:", "the program's full path"),
    (M, "# limits:", "directories: [{name: x, kind: file}]", "directories:", "needs `file`"),
    (M, "# limits:", "directories: [{name: x, kind: file, file: a.csv, query: S}]", "directories:", "for directories of the kind sql"),
    (M, "# limits:", "directories: [{name: x, kind: file, file: a.txt}]", "directories:", "the file has to end in .csv"),
    (S, "prefix: SD", f"prefix: SD\n{ARCHIVE}", "retention:", "set `reopen_days` in `life_cycle`"),
    (S, "prefix: SD", f"prefix: SD\nlife_cycle: {{reopen_days: 40}}\n{ARCHIVE}", "retention:", "set fewer `reopen_days`"),
    (S, "strangers: answer", "strangers: register", "strangers: register", "open them with `web` in maild.yaml"),
    (M, "    port: 2525", "    port: 2525\n    border: {profile: own}", "border: {profile", "`own` needs the `id`"),
    (S, "prefix: SD", "prefix: sd", "prefix: sd", "Capital letters before the ticket number"),
    (S, "- support@desk.example", "- support", "- support", "`support` is no mail address"),
    (S, "- support@desk.example", "- a+b@desk.example", "- a+b", "tokens of reply addresses"),
    (S, "- support@desk.example", "- support@desk.example\n  - SUPPORT@desk.example", "- SUPPORT", "stands here twice"),
    (S, "languages: [en, de]", "languages: [en, fr]", "languages: [en, fr]", "there is no template fr/announcement.txt"),
    (S, "strangers: answer", "strangers: anwser", "strangers: anwser", "did you mean `answer`?"),
    (S, "title: Example Service Desk", "title: ''", "title: ''", "Name shown as the sender"),
    (S, "title: Example Service Desk", 'title: "a\\nBcc: b"', "title: ", "one line"),
    (S, "priority: 3", "priority: high", "priority: high", "a whole number is expected here, not `high`"),
    (U, "- subject: [down,", "- sujbect: [down,", "sujbect", "`sujbect` is not known here: did you mean `subject`?"),
    (U, "[down, outage", "[down, 404, outage", "404", 'text is expected here, not `404`: put it in quotes, "404"'),
    (U, "[down, outage", "[down, '*', outage", "'*', outage", "leave the condition out to match everything"),
    (U, "    tag: outage", '    tag: "a, b"', "a, b", "without commas"),
    (U, "gives: { priority: 1, tag: outage }", "gives: {}", "gives: {}", "say what the rule gives, or `nothing`"),
    (U, "[down, outage", "[down, *out*, outage", "*out*, outage", "a text that starts with * needs quotes"),
    (U, "    sender: [", "    quiet: > 3 days\n    sender: [", "quiet: >", "a text that starts with > or | needs quotes"),
    (U, "priority: 1\n    tag", "priority: 0xFFFFFFFFFFFFFFFFFFFF\n    tag", "0xFF", "this number is too large"),
    (U, "/nicht (mehr )?erreichbar/i", "/nicht (mehr ?erreichbar/i", "/nicht (mehr ?", "missing )"),
    (U, "/nicht (mehr )?erreichbar/i", "/nicht/x", "/nicht/x", "the only letter that may follow the last `/` is i"),
    (U, "/nicht (mehr )?erreichbar/i", "/nicht, mehr/", "/nicht, mehr/", "does not end with `/`"),
    (U, "/nicht (mehr )?erreichbar/i", '"/\\d/"', '"/\\d/"', "put regular expressions in single quotes"),
    (U, "text: /all users|alle", "text: /(?=all users)|alle", "(?=all", "look-around is not offered"),
    (U, "text: /all users|alle", r"text: /(all) \1|alle", r"(all) \1", "back references are not offered"),
    (U, "sender: [registered,", "sender: [registerd,", "[registerd", "did you mean `registered`?"),
    (U, "sender: [registered,", "sender: [Ada Archer,", "[Ada", "`Ada Archer` is no sender"),
    (U, "sender: [registered,", "recipient: [desk.example,", "recipient:", "`desk.example` is no address"),
    (U, "    priority: 1\n", "    priority: 5\n", "priority: 5", "the most is 4"),
    (U, "    priority: 1\n", "    priority: 2\n", "gives: { priority: 1, tag", "example 1 of rule `platform down`: it gives `2`"),
    (U, "    tag: outage\n", "", "gives: { priority: 1, tag", "it does not give the tag `outage`"),
    (U, "subject: Platform is DOWN", "subject: Platform is up", "is up", "none of `any` holds"),
    (U, "subject: Where is the download?", "subject: Is it down?", "gives: nothing\n    - mail: { from: stranger",
     "should give nothing, but it matches: sender `registered` and subject `down`"),
    (U, "gives: { priority: 1, tag: outage }", "gives: noting", "gives: noting", "did you mean `nothing`?"),
    (U, "from: ada@acme.example", "form: ada@acme.example", "form: ada", "did you mean `from`?"),
    (U, "from: ada@acme.example", "to: nobody@desk.example", "to: nobody", "no desk has the address"),
    (U, "- rule: platform down\n", "- {}\n- rule: platform down\n", "- {}", "`rule` is missing here"),
    (U, "- rule: platform down\n", "- rule: idle\n- rule: platform down\n", "- rule: idle", "this rule does nothing"),
    (R, "assign: grace\n  examples", "assign: grce\n  examples", "assign: grce", "did you mean `grace`?"),
    (R, "- rule: invoices", "- rule: platform down", "- rule: platform down", "10-urgency.yaml, line"),
    (R, "    not:\n", "    nto:\n", "nto:", "did you mean `not`?"),
    (R, "    not:\n      text: /invoice address|Rechnungsadresse/i\n", "    not: {}\n", "not: {}", "a condition is missing"),
    (R, "    not:\n", "    desk: sales\n    not:\n", "desk: sales", "there is no desk `sales`"),
    (R, "    not:\n", "    organisation: [acme, betta]\n    not:\n", "betta", "did you mean `beta`?"),
    (R, "    not:\n", "    any: {subject: x}\n    not:\n", "any: {subject", "a list is expected here, not a mapping"),
    (R, 'field: { vm: "{vm}" }', 'field: { vm: "{wm}" }', '"{wm}"', "has brackets for `{wm}`; known here: `1`, `vm`"),
    (R, 'field: { vm: "{vm}" }', 'field: { vm: "{2}" }', '"{2}"', "no pattern in this rule's `when` has brackets for `{2}`"),
    (R, 'field: { vm: "{vm}" }', 'field: { vm: "{vm" }', '"{vm"', "a brace stands alone"),
    (R, 'field: { vm: "{vm}" }', "field: { vm: {vm} }", "{vm} }", "text is expected here, not a mapping"),
    (R, 'field: { vm: "{vm}" }', 'field: { V M: "{vm}" }', "V M", "not possible here"),
    (R, "subject: [\"*invoice*\"", 'subject: [["*invoice*"]', '[["*', "text is expected here, not a list"),
)  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "message"), BROKEN, ids=[f"{row[0]}:{row[2]}" for row in BROKEN])
def test_a_mistake_is_told_with_its_line_and_what_to_do(
    site: Path, file: str, old: str, new: str, at: str, message: str
) -> None:
    text = change(site, file, old, new)
    line = text.count("\n", 0, text.index(at)) + 1
    found = check(site / "maild.yaml")
    fitting = [problem for problem in found if problem.file == str(site / file) and message in problem.message]
    assert fitting, f"not said: {message}\nsaid:\n{said(site)}"
    assert line in {problem.line for problem in fitting}, said(site)
    assert all(problem.column > 0 for problem in fitting)
