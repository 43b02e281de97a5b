"""A machine of honest people, impostors, autoresponders, a clock, crashes and restores around one deletion; and a model
of what must have happened before it may be carried out.

The model shares no code with maild: it knows who did what to which question, and the days of `kit.DELETION`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, text

from maild import pipeline
from maild.errors import MaildError
from maild.steps import runs
from maild.store.runs import disarm_all
from tests.life.copies import Copy
from tests.workflows.house import ADA, BOB, CARL, COMPLETE, MALLORY, SUPPORT, Office, body, digits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTHS = some.sampled_from([HOUR, 5 * HOUR, DAY, 2 * DAY, 4 * DAY])
ARMED = ("ready", "executing", "done")
CONCERNED = some.sampled_from([ADA, BOB, CARL])
REFUSED = (ValueError, MaildError)


class Crash(Exception):
    """The process dies in the middle of a transaction."""


@dataclass
class Model:
    """What really happened since the last question to Ada."""

    begun: bool = False
    confirmed: bool = False
    seconded_at: datetime | None = None
    stopped: bool = False
    here: bool = True
    lost: bool = False
    """Whether Ada was away at some time since she was asked."""

    def anew(self) -> None:
        self.confirmed, self.seconded_at, self.lost = False, None, not self.here


class Deletion(RuleBasedStateMachine):
    """One life of one request."""

    def __init__(self) -> None:
        super().__init__()
        self.copy = Copy()
        self.office = Office(self.copy.store)
        self.model = Model()

    def teardown(self) -> None:
        self.copy.close()

    @property
    def state(self) -> str:
        return self.office.state

    def _asked(self) -> bool:
        return "workflow-confirm" in self.office.told()

    # ---- it is asked for -------------------------------------------------------------------------------

    @initialize(how=some.sampled_from(["complete", "complete", "incomplete", "forged", "stranger"]))
    def somebody_asks(self, how: str) -> None:
        words = "Please delete https://x.acme.example id 4711." if how == "incomplete" else COMPLETE
        self.office.write(words, MALLORY if how == "stranger" else ADA, proven=how != "forged")
        self.model.begun = how in ("complete", "incomplete")

    @precondition(lambda self: self.state == "collecting")
    @rule(proven=some.booleans())
    def what_was_missing_comes(self, proven: bool) -> None:
        words = "The client knows that it is irreversible."
        self.office.write(words, Subject="Re: [SD-1001] Please delete", proven=proven)
        assert self.state == ("confirming" if proven and self.model.here else "collecting")

    # ---- somebody confirms, or seems to ----------------------------------------------------------------

    @precondition(lambda self: self.state == "confirming")
    @rule()
    def ada_confirms(self) -> None:
        self.office.confirm()
        if self.model.here:
            assert self.state == "seconding", "an honest confirmation counts"
            self.model.confirmed = True

    @precondition(lambda self: self._asked())
    @rule(
        sender=some.sampled_from([ADA, BOB, MALLORY]),
        how=some.sampled_from(["unsigned", "plain address", "machine", "no word", "other digits", "quoted"]),
    )
    def somebody_seems_to_confirm(self, sender: str, how: str) -> None:
        before, mail = self.state, self.office.last("workflow-confirm")
        said = {
            "no word": digits(mail),
            "other digits": "CONFIRM 0000",
            "quoted": f"Thanks.\n\n> CONFIRM {digits(mail)}",
        }.get(how, f"CONFIRM {digits(mail)}")
        more = {"machine": {"Auto_Submitted": "auto-replied"}, "plain address": {"to": SUPPORT}}.get(how, {})
        self.office.answer(mail, said, sender, proven=how != "unsigned", **more)
        assert self.state == before, (sender, how)

    @precondition(lambda self: self._asked())
    @rule()
    def an_autoresponder_sends_our_question_back(self) -> None:
        before, mail = self.state, self.office.last("workflow-confirm")
        self.office.answer(mail, f"I am away.\n\n{body(mail)}", Auto_Submitted="auto-replied")
        assert self.state == before

    @precondition(lambda self: self._asked() and self.state not in ("confirming",))
    @rule()
    def an_old_confirmation_is_played_again(self) -> None:
        before, mail = self.state, self.office.last("workflow-confirm")
        self.office.answer(mail, f"CONFIRM {digits(mail)}")
        assert self.state == before

    # ---- staff -----------------------------------------------------------------------------------------

    @rule()
    def staff_agree(self) -> None:
        if self._tried(self.office.agree):
            self.model.seconded_at = self.office.now

    @rule(digest=some.sampled_from(["", "0123456789ab"]))
    def staff_begin(self, digest: str) -> None:
        if self._tried(lambda: self.office.begin(digest)):
            assert digest == "" and self.model.here, "with the hash, and while Ada may ask for it"

    @rule()
    def staff_say_it_is_done(self) -> None:
        before = self.state
        if self._tried(self.office.done):
            assert before == "executing"

    @rule()
    def staff_stop_it(self) -> None:
        self.model.stopped |= self._tried(self.office.stop)

    @rule()
    def staff_ask_anew(self) -> None:
        if self._tried(self.office.renew):
            self.model.anew()

    def _tried(self, deed: Callable[[], None]) -> bool:
        try:
            deed()
        except REFUSED:
            return False
        return True

    # ---- people ----------------------------------------------------------------------------------------

    @rule(who=CONCERNED, proven=some.booleans())
    def somebody_concerned_stops_it(self, who: str, proven: bool) -> None:
        before = self.state
        self.office.write("Please stop this.", who, Subject="Re: [SD-1001] Please delete", proven=proven)
        counts = proven and (who != ADA or self.model.here)
        if counts and before in ("collecting", "confirming", "seconding", "cooling", "ready", "disarmed"):
            assert self.state == "stopped", (who, before)
            self.model.stopped = True
        elif not counts:
            assert self.state == before, (who, before)

    @rule(away=some.booleans())
    def ada_leaves_or_comes_back(self, away: bool) -> None:
        register = "inactive" if away else "registered"
        with self.office.store.transaction() as tx:
            tx.execute(text(f"UPDATE contact SET register = '{register}' WHERE address = '{ADA}'"))
        self.model.here = not away

    # ---- time, crashes, restores -----------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: timedelta) -> None:
        self.office.wait(length)

    @rule(length=LENGTHS)
    def the_clock_dies_in_the_middle(self, length: timedelta) -> None:
        self.office.now += length
        before = self.office.run
        try:
            self.office.store.retrying(self._crashing)
        except Crash:
            assert self.office.run == before, "half of a transaction was kept"
        while pipeline.tick(self.office.house):
            pass

    def _crashing(self, tx: Connection) -> int:
        runs.pass_time(tx, self.office.house)
        raise Crash

    @rule()
    def a_backup_is_restored(self) -> None:
        before = self.state
        with self.office.store.transaction() as tx:
            disarm_all(tx, "a restore")
        assert self.state == ("disarmed" if before in LIVE else before)

    # ---- what must be so -------------------------------------------------------------------------------

    @invariant()
    def nothing_is_armed_without_everybody_who_must_agree(self) -> None:
        if self.state not in ARMED:
            return
        model = self.model
        assert model.begun and model.confirmed and model.seconded_at and not model.stopped, (self.state, model)
        assert self.office.now - model.seconded_at >= DAY / 2, "everybody had a working day to stop it"

    @invariant()
    def what_was_agreed_to_never_changes(self) -> None:
        run = self.office.run
        if run and run.digest:
            assert run.objects == (("platform-url", "https://x.acme.example"), ("account-id", "4711"))

    @invariant()
    def nothing_was_begun_by_whoever_may_not(self) -> None:
        assert self.model.begun or self.office.run is None


LIVE = ("collecting", "confirming", "seconding", "cooling", "ready", "executing", "disarmed")
