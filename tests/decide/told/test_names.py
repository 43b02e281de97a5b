"""By which name a confirmation calls whoever wrote (REQ-D6)."""

from __future__ import annotations

import pytest

from maild.decide.facts import Facts
from maild.decide.triage import decide
from maild.model import Address, Register
from tests.builders import ADA, PROVEN, a_case, a_contact, a_message


def called(register: Register, known_as: str, signs_as: str) -> str:
    contact = a_contact(Address(known_as, ADA.address), register)
    message = a_message(sender=Address(signs_as, ADA.address))
    plan = decide(a_case(message, Facts(contacts=(contact,), authenticity=PROVEN)))
    (told,) = (one for one in plan.notifications if one.recipient.address == ADA.address)
    return dict(told.values).get("name", "")


@pytest.mark.parametrize("register", [Register.REGISTERED, Register.AUTHORISED])
def test_people_whom_we_know_are_called_as_the_register_has_them_or_they_chose(register: Register) -> None:
    assert called(register, "Ada Lovelace", "A. L. (office)") == "Ada Lovelace"


def test_whose_name_nobody_knows_is_called_as_the_mail_says() -> None:
    assert called(Register.REGISTERED, "", "Ada") == "Ada"


def test_a_stranger_is_not_called_by_a_name_that_anybody_may_have_written() -> None:
    assert called(Register.UNVERIFIED, "Ada Lovelace", "Ada") == ""
