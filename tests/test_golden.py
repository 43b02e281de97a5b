"""Mails named after their situation, and beside each what maild says: a change of behaviour is a change in English.

The world they arrive in: the shipped example configuration, and one ticket, SD-1001, that Ada opened with Bob in
Cc (her mail was <first@acme.example>). To accept new words: MAILD_GOLDEN=write, then read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from maild import pipeline
from maild.config import load_directory, load_policy, load_settings
from maild.decide.explain import explain
from maild.model import EntryId, Envelope, InboxEntry, ReceivedMail, Source
from maild.steps.house import House
from maild.steps.opening import furnish
from maild.steps.reading import read
from maild.steps.settling import settle
from maild.steps.watch import NO_WATCH
from maild.store import inbox, policies, register
from maild.store.engine import open_store
from maild.store.migrate import migrate
from tests.builders import NOON, SUPPORT
from tests.scenarios.world import CONFIG, a_mail

MAILS = sorted(path for path in (Path(__file__).parent / "mails").glob("*.eml") if not path.name.startswith("ingest_"))
ADA, BOB = "ada@acme.example", "bob@acme.example"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("golden")
    settings = load_settings(CONFIG / "maild.yaml").model_copy(update={"state": folder})
    store = open_store(f"sqlite:///{folder}/maild.db")
    migrate(store)
    policy = load_policy(settings)
    with store.transaction() as tx:
        policies.put(tx, policy, NOON)
        register.import_directory(tx, load_directory(settings), NOON)
    made = furnish(settings, store, policy, lambda: NOON)
    open_the_ticket(made)
    yield made
    store.close()


def open_the_ticket(house: House) -> None:
    raw = a_mail(Cc=BOB, Message_ID="<first@acme.example>").as_bytes()
    pipeline.receive(house.store, [ReceivedMail(raw, Source.SMTP, ADA, (SUPPORT.address,), NOON)])
    with house.store.transaction() as tx:
        (entry,) = inbox.claim(tx, "golden/1", NOON, house.lease, 1, 1 << 20)
    assert settle(house, "golden/1", [read(house, entry, NO_WATCH)], NO_WATCH) == ()


@pytest.mark.parametrize("mail", MAILS, ids=lambda path: path.stem)
def test_what_maild_says_of_it(mail: Path, house: House) -> None:
    golden = mail.with_suffix(".explain")
    entry = InboxEntry(EntryId(0), Envelope(Source.FILE, None, SUPPORT.address, NOON), mail.read_bytes())
    said = "\n".join(explain(pipeline.explain(house, entry))) + "\n"
    if os.environ.get("MAILD_GOLDEN") == "write":
        golden.write_text(said, encoding="utf-8")
    assert golden.exists(), f"no {golden.name} yet: run with MAILD_GOLDEN=write and read it"
    assert said == golden.read_text(encoding="utf-8")


def test_every_golden_file_has_its_mail() -> None:
    assert len(MAILS) > 10
    assert {path.stem for path in MAILS[0].parent.glob("*.explain")} == {path.stem for path in MAILS}
