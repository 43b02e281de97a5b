"""A machine of honest people, impostors, autoresponders, a clock, crashes and restores around one deletion; and a model
of what must have happened before it may be carried out.

The model shares no code with maild: it knows who did what to which question, and the days of `kit.DELETION`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, text

from maild.errors import MaildError
from maild.steps import runs
from tests.life.copies import Copy
from tests.workflows.house import ADA, BOB, CARL, COMPLETE, MALLORY, SUPPORT, Office, body, digits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTHS = some.sampled_from([HOUR, 5 * HOUR, DAY, 2 * DAY, 4 * DAY])
ARMED = ("ready", "executing", "done")
CONCERNED = some.sampled_from([ADA, BOB, CARL])
REFUSED = (ValueError, MaildError)


WAYS: dict[str, tuple[str, ...]] = {
    "complete": (),
    "confirmed": ("ada_confirms",),
    "agreed": ("ada_confirms", "staff_agree"),
    "ready": ("ada_confirms", "staff_agree", "_days_pass"),
    "seems confirmed": ("all_that_only_seems_to_confirm_is_tried",),
    "wrong hash": ("ada_confirms", "staff_agree", "_days_pass", "_a_wrong_hash_is_presented"),
    "left": ("ada_confirms", "staff_agree", "_ada_leaves", "_days_pass"),
    "asked anew": (
        "ada_confirms",
        "a_backup_is_restored",
        "_days_pass",
        "staff_ask_anew",
        "an_older_question_is_answered",
    ),
}
"""What has happened before a life begins, and where that leads."""
ENDS = {"complete": "confirming", "confirmed": "seconding", "agreed": "cooling", "ready": "ready"}
ENDS |= {"asked anew": "confirming", "incomplete": "collecting", "seems confirmed": "confirming"}
ENDS |= {"wrong hash": "ready", "left": "disarmed"}


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

    def anew(self) -> None:
        self.confirmed, self.seconded_at = False, None


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

    def _questions(self) -> list[EmailMessage]:
        return self.office.mails("workflow-confirm")

    # ---- it is asked for -------------------------------------------------------------------------------

    @initialize(how=some.sampled_from(["forged", "stranger", "incomplete", *WAYS, *WAYS]))
    def somebody_asks(self, how: str) -> None:
        """Some lives begin far along the honest way, since few would get there by chance."""
        words = "Please delete https://x.acme.example id 4711." if how == "incomplete" else COMPLETE
        self.office.write(words, MALLORY if how == "stranger" else ADA, proven=how != "forged")
        self.model.begun = how not in ("forged", "stranger")
        for step in WAYS.get(how, ()):
            getattr(self, step)()
        assert self.state == ENDS.get(how, self.state)

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

    @precondition(lambda self: self.state == "confirming")
    @rule()
    def all_that_only_seems_to_confirm_is_tried(self) -> None:
        mail = self.office.last("workflow-confirm")
        good = f"CONFIRM {digits(mail)}"
        for words, sender, more in (
            (good, ADA, {"proven": False}),
            (good, ADA, {"to": SUPPORT}),
            (good, ADA, {"Auto_Submitted": "auto-replied"}),
            (f"I am away.\n\n{body(mail)}", ADA, {"Auto_Submitted": "auto-replied"}),
            (digits(mail), ADA, {}),
            ("CONFIRM 0000", ADA, {}),
            (f"Thanks.\n\n> {good}", ADA, {}),
            (good, BOB, {}),
            (good, MALLORY, {}),
        ):
            self.office.answer(mail, words, sender, **more)
            assert self.state == "confirming", (words, sender, more)

    @precondition(lambda self: len(self._questions()) > 1 and self.state == "confirming")
    @rule()
    def an_older_question_is_answered(self) -> None:
        for mail in self._questions()[:-1]:
            self.office.answer(mail, f"CONFIRM {digits(mail)}")
            assert self.state == "confirming"

    @precondition(lambda self: self._questions() and self.state != "confirming")
    @rule()
    def a_confirmation_is_played_again(self) -> None:
        before, mail = self.state, self._questions()[-1]
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
            assert self.model.here, "nobody is asked who would not get the question"
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
        self._move_ada(away=away)

    def _move_ada(self, *, away: bool) -> None:
        register = "inactive" if away else "registered"
        with self.office.store.transaction() as tx:
            tx.execute(text(f"UPDATE contact SET register = '{register}' WHERE address = '{ADA}'"))
        self.model.here = not away

    # ---- time, crashes, restores -----------------------------------------------------------------------

    @rule(length=LENGTHS)
    def time_passes(self, length: timedelta) -> None:
        self._pass(length)

    def _pass(self, length: timedelta) -> None:
        before = self.state
        self.office.wait(length)
        if (before, self.state) == ("cooling", "ready"):
            assert self.model.here, "nothing is armed for somebody who has left"

    def _days_pass(self) -> None:
        self._pass(2 * DAY)

    def _ada_leaves(self) -> None:
        self._move_ada(away=True)

    def _a_wrong_hash_is_presented(self) -> None:
        assert not self._tried(lambda: self.office.begin("0123456789ab")), "whoever begins knows what was agreed to"

    @rule(length=LENGTHS)
    def the_clock_dies_in_the_middle(self, length: timedelta) -> None:
        self.office.now += length
        before = self.office.run
        try:
            self.office.store.retrying(self._crashing)
        except Crash:
            assert self.office.run == before, "half of a transaction was kept"
        self.office.wait(timedelta())

    def _crashing(self, tx: Connection) -> int:
        runs.pass_time(tx, self.office.house)
        raise Crash

    @rule()
    def a_backup_is_restored(self) -> None:
        before = self.state
        self.office.restore()
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
