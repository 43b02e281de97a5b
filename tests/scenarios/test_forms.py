"""What people write into a form on the web site becomes their ticket: real mails of a web server through a daemon."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.world import World, a_mail

FORM, SHOP = "forms@www.desk.example", "shop@www.desk.example"
STRANGER, ADA = "mallory@elsewhere.example", "ada@acme.example"
DECLARED = f"""
forms:
  - from: {FORM}
    requester: reply-to
  - from: {SHOP}
    requester: {{ field: E-Mail }}
"""


def test_whoever_fills_in_a_form_has_a_ticket_and_a_neutral_answer_and_the_form_hears_nothing(
    build: Callable[..., World],
) -> None:
    world = build()
    with (world.folder / "desks" / "service.yaml").open("a") as desk:
        desk.write(DECLARED)
    world.start()
    machine = {"Auto_Submitted": "auto-generated", "Precedence": "bulk"}
    world.send(a_mail(f"Web site <{FORM}>", "Contact", "Let me in.", Reply_To=f"Mallory <{STRANGER}>", **machine))
    world.send(a_mail(SHOP, "Order", f"Name: Ada\nE-Mail: {ADA}\n\nA word of hers.", Cc=SHOP))
    world.send(a_mail(SHOP, "Empty", "Name: Ada\nE-Mail:\n", **machine))
    world.until_quiet(3)
    assert world.dispositions() == ["new ticket"] * 3
    articles = {row.subject: row for row in world.rows("SELECT subject, author, proof FROM article")}
    assert {subject: row.author for subject, row in articles.items()} == {
        "Contact": STRANGER, "Order": ADA, "Empty": SHOP,
    }  # fmt: skip
    assert (articles["Contact"].proof, articles["Order"].proof) == ("none", "none")
    for address in (STRANGER, ADA):
        (answer,) = world.mails_to(address)
        assert not any(word in answer.as_string() for word in ("Let me in", "A word of hers", "Contact", "Order"))
    assert not world.mails_to(FORM) and not world.mails_to(SHOP)
