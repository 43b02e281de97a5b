"""django-helpdesk as one process that stays: loaded once, it runs `get_email` whenever told.

A line on standard input is an order, a line of JSON on the socket named by BENCH_LINE its answer.
    run      get_email over the queue's folder
    tickets  the ticket number for each Message-ID, as subjects carry it
    counts   tickets, follow-ups
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import django

SLUG = "SD"


def set_up() -> None:
    """Tables, and one queue that reads the folder BENCH_HOME/mails."""
    from django.core.management import call_command
    from helpdesk.models import EmailTemplate, Queue

    call_command("migrate", verbosity=0)
    Queue.objects.create(
        title="Support",
        slug=SLUG,
        email_address="support@desk.example",
        allow_email_submission=True,
        email_box_type="local",
        email_box_local_dir=str(Path(os.environ["BENCH_HOME"]) / "mails"),
        email_box_interval=0,
    )
    # maild confirms tickets, not follow-ups: without this template neither does django-helpdesk.
    EmailTemplate.objects.filter(template_name="updated_submitter").delete()


def run() -> None:
    from django.core.management import call_command

    call_command("get_email")


def tickets() -> dict[str, str]:
    from helpdesk.models import FollowUp

    found = FollowUp.objects.exclude(message_id=None).values_list("message_id", "ticket_id")
    return {message_id: f"[{SLUG}-{ticket}]" for message_id, ticket in found}


def counts() -> dict[str, int]:
    from helpdesk.models import FollowUp, Ticket

    return {"tickets": Ticket.objects.count(), "follow_ups": FollowUp.objects.count()}


ORDERS: dict[str, Callable[[], object]] = {"run": run, "tickets": tickets, "counts": counts}


def main() -> None:
    django.setup()
    set_up()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.environ["BENCH_LINE"])
        line.sendall(b"null\n")
        for order in sys.stdin:
            line.sendall(json.dumps(ORDERS[order.strip()]()).encode() + b"\n")


if __name__ == "__main__":
    main()
