"""What must hold after each step (reliability, part 3, numbers 6, 7, 8 and 11; and what follows from them).

In: what happened (`Step`) and what went before (`History`); out: for each check whether it holds, and a sentence for
when it does not. Pure, and by rules of its own (`oracle`): maild's deciding is asked for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from tests.stateful import oracle
from tests.stateful.cast import DESKS, HOST, LIMITS
from tests.stateful.history import CLOCK, PROVING, REGISTER, STAFF, History, Kept, Step, resolved
from tests.stateful.snapshot import Case, Sent, Wish

Check = tuple[bool, str]
MARK = re.compile(r"\b[stnw]q[0-9a-f]{12}\b")
HOUR, DAY, PATIENCE = timedelta(hours=1), timedelta(days=1), timedelta(hours=6)
SINGLE = ("From", "To", "Reply-To", "Subject", "Message-ID")


# ---- 6: no loop --------------------------------------------------------------------------------------


def budgets_hold(seen: History, step: Step) -> Iterator[Check]:
    """Automatic mails to an address, and on one ticket, within any sliding hour and day."""
    for one in step.sent:
        if not one.by_person:
            earlier = [
                mail for mail in seen.sent.get(one.recipient, ()) if mail.at > one.at - DAY and mail.id <= one.id
            ]
            yield from _within(step, one, earlier)


def _within(step: Step, one: Sent, day: list[Sent]) -> Iterator[Check]:
    hour = [mail for mail in day if mail.at > one.at - HOUR]
    most_hour, most_day = _allowed(step, one)
    yield len(day) <= most_day, f"{one.recipient} got {len(day)} automatic mails in a day, {most_day} are the most"
    yield (
        len(hour) <= most_hour,
        f"{one.recipient} got {len(hour)} automatic mails in an hour, not {most_hour}",
    )
    if one.ticket:
        on_it = [sum(mail.ticket == one.ticket for mail in mails) for mails in (hour, day)]
        within = on_it[0] <= LIMITS.thread_an_hour and on_it[1] <= LIMITS.thread_a_day
        yield within, f"{one.recipient} got {on_it} automatic mails on one ticket"


def _allowed(step: Step, one: Sent) -> tuple[int, int]:
    who = step.before.contacts.get(one.recipient)
    if who and who.trusted:
        return LIMITS.registered_an_hour, LIMITS.registered_a_day
    if any(cause.letter.sender == one.recipient and _proof(step, cause) != "proven" for cause in step.causes):
        return LIMITS.unverified_a_day, LIMITS.unverified_a_day
    return LIMITS.proven_an_hour, LIMITS.proven_a_day


def machines_cause_nothing(_seen: History, step: Step) -> Iterator[Check]:
    for cause in step.causes:
        if cause.letter.automatic:
            yield not step.sent, f"a machine's mail ({cause.letter.automatic}) caused {_kinds(step.sent)}"


# ---- 7: authority ------------------------------------------------------------------------------------


def proofs_are_what_the_facts_say(seen: History, step: Step) -> Iterator[Check]:
    """A new article has the proof of its mail; an old one keeps it, but for what was pending and is told of."""
    before = {one.id: one for case in step.before.cases.values() for one in case.articles}
    after = [one for case in step.after.cases.values() for one in case.articles]
    for one in after:
        if one.id not in before:
            facts = step.answered.proof if step.answered and one.kind == "incoming" else "none"
            yield one.proof == facts, f"a new article is {one.proof}, its facts say {facts}"
        elif before[one.id].proof != one.proof:
            yield from _risen(seen, step, one.entry, before[one.id].proof, one.proof)
    changed = sum(one.id in before and before[one.id].proof != one.proof for one in after)
    told = step.after.proofs_told - step.before.proofs_told
    yield told >= changed, f"{changed} proofs changed, {told} of them were recorded"


def _risen(seen: History, step: Step, entry: int | None, old: str, new: str) -> Iterator[Check]:
    kept = seen.pending.get(entry or 0)
    yield old == "pending" and step.what == PROVING, f"a proof went from {old} to {new} by {step.told}"
    if kept:
        facts = resolved(kept, step.dns, step.at, kept.letter.at + PATIENCE)
        yield new == facts, f"a pending proof became {new}, its facts say {facts}"


# ---- 8: non-participants -----------------------------------------------------------------------------


def only_those_who_may_change_a_ticket(_seen: History, step: Step) -> Iterator[Check]:
    """Status, articles, people and wishes of tickets that were there; a machine only adds its words."""
    if step.answered is None:
        return
    for case in step.before.cases.values():
        now = step.after.cases[case.id]
        if now == case:
            continue
        letter, proof = step.answered.letter, step.answered.proof
        if letter.automatic == "bounce":
            yield _only_notes(case, now), f"a bounce changed {case.number}"
        elif letter.automatic:
            same = (now.status, now.wishes) == (case.status, case.wishes)
            yield same, f"a machine's mail moved {case.number}"
        else:
            may = oracle.may_write(step.before, letter, proof, case) or _was_invited(step, case)
            how = f"{letter.sender}, {proof}, at {step.answered.to_desk}"
            yield may, f"{how} changed {case.number} without taking part"


def _only_notes(case: Case, now: Case) -> bool:
    new = [one for one in now.articles if one not in case.articles]
    same = (now.status, now.parts, now.wishes, now.shape) == (case.status, case.parts, case.wishes, case.shape)
    return same and all(one.kind == "note" and one.automatic for one in new)


def _was_invited(step: Step, case: Case) -> bool:
    letter = step.answered.letter if step.answered else None
    invited = [one for one in case.wishes if one.state == "invited" and letter and one.address == letter.sender]
    proven = step.answered is not None and (step.answered.proof == "proven" or step.answered.letter.own_token)
    return bool(invited) and proven and letter is not None and letter.says in ("yes", "no")


def the_clock_changes_only_what_is_due(_seen: History, step: Step) -> Iterator[Check]:
    """Nobody's part and no article comes or goes by it, but by a mail whose proof is known at last."""
    if step.what not in (CLOCK, PROVING):
        return
    for case in step.before.cases.values():
        now = step.after.cases[case.id]
        leaves = any(one.letter.says == "remove me" for one in step.settled)
        yield now.parts == case.parts or leaves, f"{step.told} changed who takes part in {case.number}"
        same = [one.id for one in now.articles] == [one.id for one in case.articles]
        yield same, f"{step.told} changed the articles of {case.number}"


def texts_go_only_to_who_may_read_them(seen: History, step: Step) -> Iterator[Check]:
    """Every word in a mail of ours is its reader's own, or stands where the reader may look."""
    for mail in step.sent:
        for word in sorted(set(MARK.findall(mail.words))):
            yield _may_read(seen, step, mail, word), f"{mail.kind} to {mail.recipient} holds {_whose(seen, word)}"


def _may_read(seen: History, step: Step, mail: Sent, word: str) -> bool:
    if word in seen.words:
        ticket, at = seen.words[word]
        return _reads(step, mail.recipient, ticket, at.timestamp())
    kept = seen.marks[word]
    if _is_same(step, mail.recipient, kept.letter.sender) or _is_asked(step, mail, kept):
        return True
    tickets = {one.ticket for one in seen.kept if one.letter.number == kept.letter.number and one.ticket}
    opens = word == kept.letter.marks[0] and kept.disposition != "follow-up"
    # What a ticket is called stands in each mail about it: that much a guest learns of what was before.
    at = float("inf") if opens and mail.ticket in tickets else kept.letter.at.timestamp()
    return any(_reads(step, mail.recipient, ticket, at) for ticket in tickets)


def _reads(step: Step, address: str, ticket: int, at: float) -> bool:
    since = oracle.seen_since(step.after, address, step.after.cases[ticket])
    return since is not None and (since == oracle.ALL_OF_IT or since.timestamp() <= at)


def _is_asked(step: Step, mail: Sent, kept: Kept) -> bool:
    """An authorised contact is asked for their yes to a wish whose writer proved to be who they are."""
    asked, asker = step.after.contacts.get(mail.recipient), step.after.contacts.get(kept.letter.sender)
    is_theirs = asked and asker and asked.organisation == asker.organisation != "" and asked.register == "authorised"
    return bool(is_theirs) and mail.kind == "consent" and _proof(step, kept) == "proven" and kept in step.causes


def pages_show_only_what_may_be_seen(seen: History, step: Step) -> Iterator[Check]:
    """What somebody sees who looks at a ticket: nothing of it, or all they may see and not more."""
    if step.looked is None:
        return
    address, number, shown = step.looked
    case = step.after.cases.get(number)
    since = oracle.seen_since(step.after, address, case) if case else None
    yield (shown is None) == (since is None), f"{address} looked at {number} and saw {shown}"
    for text in shown or ():
        for word in MARK.findall(text):
            at = seen.words[word][1] if word in seen.words else seen.marks[word].letter.at
            is_new = since is not None and (since == oracle.ALL_OF_IT or since.timestamp() <= at.timestamp())
            yield is_new, f"{address} sees on the page what was before they were let in: {_whose(seen, word)}"


def nobody_who_is_out_hears_anything(_seen: History, step: Step) -> Iterator[Check]:
    """Whoever waits, has left or was taken out; unless they are answered, or see all tickets of the organisation."""
    for mail in step.sent:
        case = step.after.cases.get(mail.ticket or 0)
        asked_it = any(cause.letter.sender == mail.recipient for cause in step.causes)
        if case and not asked_it and not oracle.speaks(step.after, mail.recipient, case):
            told = f"{mail.kind} on {case.number} went to {mail.recipient}, who waits or is out"
            yield not oracle.is_out(step.after, mail.recipient, case), told


def existence_does_not_show(_seen: History, step: Step) -> Iterator[Check]:
    """Whoever names a ticket that is not theirs is answered like whoever names none that there is."""
    if step.twin:
        real, unreal = step.twin
        letter = step.answered.letter if step.answered else None
        told = f"{letter.says or 'a mail' if letter else ''} of {letter.sender if letter else ''}"
        yield real == unreal, f"{told} on a ticket that exists is answered by {real.told}, else by {unreal.told}"


# ---- 11: outgoing hygiene ----------------------------------------------------------------------------


def headers_are_whole(_seen: History, step: Step) -> Iterator[Check]:
    own = {ways.address for ways in DESKS.values()}
    for one in step.sent:
        counts = {name: len(one.mail.get_all(name, ())) for name in SINGLE}
        yield set(counts.values()) == {1}, f"{one.kind} has {counts}"
        yield one.people["To"] == [one.recipient], f"{one.kind} is to {one.people['To']}, not to {one.recipient}"
        (sender,), (answers,) = one.people["From"], one.people["Reply-To"]
        yield sender in own and answers.endswith(f"@{HOST}"), f"{one.kind} is from {sender}, answers go to {answers}"
        yield one.mail["Message-ID"] == one.message_id, f"{one.kind} has another Message-ID than its row"
        says_so = one.mail.get("Auto-Submitted", "no") != "no"
        yield says_so != one.by_person, f"{one.kind}: Auto-Submitted is {one.mail.get('Auto-Submitted')}"


def recipients_have_to_do_with_it(_seen: History, step: Step) -> Iterator[Check]:
    for mail in step.sent:
        yield _concerns(step, mail), f"{mail.kind} on {mail.ticket} went to {mail.recipient}, whom it does not concern"


def _concerns(step: Step, mail: Sent) -> bool:
    """Whoever is answered; on the ticket; invited; asked for their yes or following, as they see all of it."""
    if any(cause.letter.sender == mail.recipient for cause in step.causes):
        return True
    case = step.after.cases.get(mail.ticket or 0)
    if case is None:
        return False
    if mail.kind == "invitation":
        return any(one.state == "invited" and one.address == mail.recipient for one in case.wishes)
    if mail.recipient in {one.address for one in case.parts}:
        return True
    return mail.kind in ("consent", "followed", "digest") and oracle.speaks(step.after, mail.recipient, case)


def strangers_get_no_strangers_words(seen: History, step: Step) -> Iterator[Check]:
    """Who is unverified and did not prove to be who they are: no word of any mail; staff's own words alone."""
    for mail in step.sent:
        who = step.before.contacts.get(mail.recipient)
        if (who and who.trusted) or _proved(seen, step, mail):
            continue
        theirs = [word for word in MARK.findall(mail.words) if word in seen.marks]
        yield not theirs, f"{mail.kind} to {mail.recipient}, unproven, holds {[_whose(seen, one) for one in theirs]}"


def _proved(seen: History, step: Step, mail: Sent) -> bool:
    answers = any(_proof(step, one) == "proven" and one.letter.sender == mail.recipient for one in step.causes)
    return answers or seen.proven.get((mail.recipient, mail.ticket or 0), False)


def answers_to_the_unproven_hold_nothing_of_theirs(_seen: History, step: Step) -> Iterator[Check]:
    """Where the desk wants proof at all."""
    for cause in step.causes:
        if _proof(step, cause) != "proven" and DESKS[cause.to_desk].proof != "off":
            told = [mail for mail in step.sent if set(cause.letter.marks) & set(MARK.findall(mail.words))]
            yield not told, f"a mail that proved nothing is quoted in {_kinds(tuple(told))}"


# ---- who decides -------------------------------------------------------------------------------------


def nothing_is_agreed_to_but_by_those_who_may(_seen: History, step: Step) -> Iterator[Check]:
    before, after = step.before.wishes(), step.after.wishes()
    for number, now in after.items():
        was = before.get(number)
        old = was.state if was else "new"
        if now.state == "done" and old != "done":
            yield _agreed(step, now, old), f"{now.kind} of {now.asked_by} was {old} and is done by {step.told}"
        if now.state == "invited" and old != "invited":
            yield step.what == STAFF, f"{now.kind} of {now.asked_by} was {old} and is invited by {step.told}"
        if now.state == "open" and old == "held":
            yield step.what == STAFF or _some_agree(step, now), f"{now.kind} was held and is open by {step.told}"


def _agreed(step: Step, now: Wish, old: str) -> bool:
    if step.what == STAFF:
        return True
    if old == "invited":
        return any(one.letter.sender == now.address and one.letter.says == "yes" for one in step.causes)
    return old == "held" and _some_agree(step, now)


def _some_agree(step: Step, now: Wish) -> bool:
    """Only a person's letter, that stands on the ticket where the wish does."""
    return any(
        not one.letter.automatic
        and one.ticket == now.ticket
        and oracle.may_agree(step.before, one.letter, _proof(step, one), now.kind, now.organisation, now.asked_by)
        for one in step.causes
    )


def the_register_changes_only_by_those_who_may(_seen: History, step: Step) -> Iterator[Check]:
    if step.what in (STAFF, REGISTER):
        return
    for address, now in step.after.contacts.items():
        was = step.before.contacts.get(address)
        if was is None:
            new = now.register == "unverified" and not now.organisation
            yield new or _invited(step, address), f"{address} came in as {now.register} by {step.told}"
        elif now != was:
            yield _invited(step, address), f"{address} became {now.register} of {now.organisation} by {step.told}"


def _invited(step: Step, address: str) -> bool:
    said_yes = any(one.letter.sender == address and one.letter.says == "yes" for one in step.causes)
    return said_yes and any(one.state == "invited" and one.address == address for one in step.before.wishes().values())


# ---- small words -------------------------------------------------------------------------------------


def _proof(step: Step, kept: Kept) -> str:
    """What a letter's proof is at the end of this step."""
    if step.what != PROVING:
        return kept.proof
    return resolved(kept, step.dns, step.at, kept.letter.at + PATIENCE)


def _is_same(step: Step, one: str, other: str) -> bool:
    first, second = step.after.contacts.get(one), step.after.contacts.get(other)
    return one == other or (first is not None and second is not None and first.is_person(second))


def _whose(seen: History, word: str) -> str:
    if word in seen.words:
        return f"staff's words on {seen.words[word][0]}"
    part = {"s": "subject", "t": "text", "n": "name"}[word[0]]
    kept = seen.marks[word]
    return f"the {part} of letter {kept.letter.number} of {kept.letter.sender} ({kept.proof}, ticket {kept.ticket})"


def _kinds(mails: tuple[Sent, ...]) -> str:
    return ", ".join(f"{one.kind} to {one.recipient}" for one in mails)


INVARIANTS: Mapping[str, Callable[[History, Step], Iterator[Check]]] = MappingProxyType(
    {
        "6 budgets": budgets_hold,
        "6 machines": machines_cause_nothing,
        "7 proofs": proofs_are_what_the_facts_say,
        "8 changes": only_those_who_may_change_a_ticket,
        "8 clock": the_clock_changes_only_what_is_due,
        "8 texts": texts_go_only_to_who_may_read_them,
        "8 pages": pages_show_only_what_may_be_seen,
        "8 out": nobody_who_is_out_hears_anything,
        "8 existence": existence_does_not_show,
        "11 headers": headers_are_whole,
        "11 recipients": recipients_have_to_do_with_it,
        "11 strangers": strangers_get_no_strangers_words,
        "11 unproven": answers_to_the_unproven_hold_nothing_of_theirs,
        "consent": nothing_is_agreed_to_but_by_those_who_may,
        "register": the_register_changes_only_by_those_who_may,
    }
)
