"""A backup's file: proven, cut off, damaged, of another version, sealed for others; and what `verify` says of it."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage import x25519

from maild.config import load_settings
from maild.errors import SchemaMismatch
from maild.store.backup import content, papers
from maild.store.backup.about import BackupFailed, NotEmpty, Unusable, no_step
from maild.store.backup.folder import listed, manifest_path
from maild.store.backup.packing import LEVEL, pack, unpack
from maild.store.backup.papers import Paper
from maild.store.backup.seal import key_problem, read_identities
from maild.store.backup.verifying import Verified, verify
from maild.store.schema import REVISIONS
from tests.cli.site import Site
from tests.store.backup_kit import PAPERS, a_store, bring_back, busy, save

IDENTITY, OTHER = x25519.Identity.generate(), x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with one backup in plain, and the same sealed."""
    place = tmp_path_factory.mktemp("made")
    shutil.copy(sqlite_template, place / "maild.db")
    with a_store(f"sqlite:///{place / 'maild.db'}") as store:
        busy(store)
        save(store, place / "backups")
        save(store, place / "backups", series="month", encrypt_to=(PUBLIC, str(OTHER.to_public())))
    (place / "key").write_text(f"# created by hand\n\n{IDENTITY}\n")
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """The same folder, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "place"))


def plain_of(place: Path) -> Path:
    return next((place / "backups").glob("*-day.db.gz"))


def sealed_of(place: Path) -> Path:
    return next((place / "backups").glob("*-month.db.gz.age"))


def looked_at(place: Path, file: Path, identity: Path | None = None) -> Verified:
    return verify(file, place / "work", identity)


def test_a_good_backup_is_good(made: Path) -> None:
    found = looked_at(made, plain_of(made))
    assert (found.faults, found.blemishes, found.opened) == ((), (), True)
    assert found.about and dict(found.about.counts)["ticket"] == 3


def test_a_sealed_backup_is_compared_without_its_key_and_opened_with_it(made: Path) -> None:
    closed = looked_at(made, sealed_of(made))
    assert (closed.faults, closed.opened) == ((), False) and closed.about
    opened = looked_at(made, sealed_of(made), made / "key")
    assert (opened.faults, opened.blemishes, opened.opened) == ((), (), True)


def test_each_of_the_keys_opens_it_and_no_other(made: Path, tmp_path: Path) -> None:
    (tmp_path / "second").write_text(str(OTHER))
    (tmp_path / "stranger").write_text(str(x25519.Identity.generate()))
    assert not looked_at(made, sealed_of(made), tmp_path / "second").faults
    assert "other keys" in looked_at(made, sealed_of(made), tmp_path / "stranger").faults[0]


def test_the_standard_age_program_opens_it(made: Path, tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("needs age (Debian package age)")
    done = subprocess.run(["age", "-d", "-i", made / "key", sealed_of(made)], capture_output=True, check=True)
    (tmp_path / "opened.db").write_bytes(zlib.decompress(done.stdout, wbits=31))
    with content.opened(tmp_path / "opened.db") as db:
        assert not list(content.faults(db, content.about_in(db)))


def test_what_the_standard_age_program_seals_is_restored(made: Path, tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("needs age (Debian package age)")
    own = tmp_path / "own.age"
    subprocess.run(["age", "-r", PUBLIC, "-o", own, plain_of(made)], check=True)
    bring_back(own, f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state", identity=made / "key")


def test_no_plain_byte_of_a_sealed_backup_lies_in_the_folder(made: Path) -> None:
    sealed = sealed_of(made).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert b"SQLite format 3" not in sealed and b"ada@acme.example" not in sealed
    assert {path.name for path in (made / "work").iterdir()} == {"lock"}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (PUBLIC, ""),
        (PUBLIC[:-1], "no age public key"),
        ("ssh-ed25519 AAAA", "no age public key"),
        ("", "no age public key"),
        (str(IDENTITY), "private key"),
        (str(IDENTITY).lower(), "private key"),
    ],
    ids=("good", "cut", "of ssh", "empty", "private", "private in small letters"),
)
def test_a_key_that_is_none_is_told_and_never_shown(key: str, told: str) -> None:
    problem = key_problem(key)
    assert told in problem and bool(problem) == bool(told)
    assert not key or key not in problem


@pytest.mark.parametrize("text", ["", "# nothing\n", "AGE-SECRET-KEY-1NONSENSE\n", PUBLIC], ids=range(4))
def test_a_file_without_private_keys_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(Unusable, match="AGE-SECRET-KEY") as told:
        read_identities(tmp_path / "key")
    assert "NONSENSE" not in str(told.value)


def test_a_backup_for_a_key_that_is_none_is_not_made(sqlite_url: str, tmp_path: Path) -> None:
    with a_store(sqlite_url) as store, pytest.raises(BackupFailed, match="encrypt_to"):
        save(store, tmp_path / "backups", encrypt_to=("age1nonsense",))
    assert list((tmp_path / "backups").iterdir()) == []


# ---- damage --------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(where=st.floats(0, 1, exclude_max=True), sealed=st.booleans(), bit=st.integers(0, 7))
def test_one_flipped_bit_is_found(made: Path, tmp_path_factory: Any, where: float, sealed: bool, bit: int) -> None:
    place = tmp_path_factory.mktemp("flip")
    source = sealed_of(made) if sealed else plain_of(made)
    raw = bytearray(source.read_bytes())
    raw[int(where * len(raw))] ^= 1 << bit
    file = place / source.name
    file.write_bytes(raw)
    shutil.copy(manifest_path(source), manifest_path(file))
    assert looked_at(place, file, made / "key").faults


@settings(max_examples=60)
@given(where=st.floats(0, 1, exclude_max=True), sealed=st.booleans())
def test_what_is_cut_off_is_never_restored(made: Path, tmp_path_factory: Any, where: float, sealed: bool) -> None:
    place = tmp_path_factory.mktemp("cut")
    source = sealed_of(made) if sealed else plain_of(made)
    file = place / source.name
    file.write_bytes(source.read_bytes()[: int(where * source.stat().st_size)])
    with pytest.raises(Unusable):
        bring_back(file, f"sqlite:///{place / 'new.db'}", place / "state", identity=made / "key")
    assert not (place / "new.db").exists() and {path.name for path in (place / "state/work").iterdir()} == {"lock"}


def test_a_cut_file_is_not_good_in_its_folder_either(place: Path) -> None:
    file = plain_of(place)
    file.write_bytes(file.read_bytes()[:-1])
    (held,) = [one for one in listed(file.parent) if one.path == file]
    assert "cut off" in held.problem


@pytest.mark.parametrize(
    ("name", "bytes_there"),
    [
        ("text", b"hello"),
        ("nothing", b""),
        ("gzip of text", zlib.compress(b"hello", wbits=31)),
        ("gzip and more", zlib.compress(b"SQLite format 3\0" * 900, wbits=31) + b"more"),
        ("an age header", b"age-encryption.org/v1\n"),
    ],
)
def test_what_is_no_backup_is_refused_in_words(made: Path, tmp_path: Path, name: str, bytes_there: bytes) -> None:
    (tmp_path / "file").write_bytes(bytes_there)
    with pytest.raises(Unusable, match=r"\w{3}"):
        bring_back(tmp_path / "file", f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state", identity=made / "key")
    assert looked_at(tmp_path, tmp_path / "file", made / "key").faults


def test_another_database_is_no_backup(tmp_path: Path, sqlite_template: Path) -> None:
    pack(sqlite_template, tmp_path / "x.db.gz", (), no_step)
    with pytest.raises(Unusable, match="no backup that maild made"):
        bring_back(tmp_path / "x.db.gz", f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state")


def test_a_sealed_backup_without_a_key_says_what_is_needed(made: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="--identity"):
        bring_back(sealed_of(made), f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "state")


def tampered(place: Path, *statements: str) -> Path:
    """A backup whose database was changed after it was made, packed again as if nothing had been."""
    inside, file = place / "inside.db", place / "backups" / "tampered.db.gz"
    unpack(plain_of(place), inside, None, no_step)
    with sqlite3.connect(inside) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    sha256, size = pack(inside, file, (), no_step)
    told = json.loads(manifest_path(plain_of(place)).read_bytes()) | {"sha256": sha256, "size": size, "file": file.name}
    manifest_path(file).write_text(json.dumps(told))
    return file


SCHEMA = REVISIONS[-1]
NEWER = f"UPDATE backup_meta SET value = replace(CAST(value AS TEXT), '\"{SCHEMA}\"', '\"9999\"') WHERE key = 'about'"


def test_a_backup_of_a_newer_version_is_refused(place: Path) -> None:
    file = tampered(place, NEWER, "UPDATE alembic_version SET version_num = '9999'")
    assert "update maild" in looked_at(place, file).faults[0]
    with pytest.raises(SchemaMismatch, match="update maild first"):
        bring_back(file, f"sqlite:///{place / 'new.db'}", place / "state")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM delivery", ""),
        ("DELETE FROM article", "table article has 0 rows, and had 3"),
        ("INSERT INTO setting (key, value) VALUES ('a', 'b')", "table setting has 1 rows, and had 0"),
        ("DROP TABLE lease", "table lease has no rows, and had 1"),
        ("DROP TABLE backup_meta", "no backup that maild made"),
        ("UPDATE alembic_version SET version_num = '0001'", f"it says its schema is {SCHEMA}, but it is 0001"),
        ("UPDATE backup_meta SET value = '{}' WHERE key = 'about'", "cannot be read"),
    ],
)
def test_what_is_not_as_it_was_made_is_told(place: Path, statement: str, told: str) -> None:
    file = tampered(place, statement)
    faults = looked_at(place, file).faults
    assert any(told in fault for fault in faults) if told else faults == ()
    if told:
        with pytest.raises(Unusable):
            bring_back(file, f"sqlite:///{place / 'new.db'}", place / "state")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE raw_piece SET data = zeroblob(length(data)) WHERE raw_id = 5", "1 mails are not the bytes"),
        ("UPDATE raw_mail SET size = size + 1", "5 mails are not the bytes"),
        ("UPDATE inbox_entry SET raw_id = 777 WHERE id = 1", "1 rows refer to rows that are not there"),
    ],
)
def test_a_mail_that_was_damaged_in_the_database_is_told_and_does_not_stop_a_restore(
    place: Path, statement: str, told: str
) -> None:
    file = tampered(place, statement)
    found = looked_at(place, file)
    assert found.faults == () and told in found.blemishes[0]
    bring_back(file, f"sqlite:///{place / 'new.db'}", place / "state")


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"file": "x"}', b"\xff\xfe", b'{"size": "many"}'])
def test_a_broken_manifest_is_told_and_the_backup_can_still_be_restored(place: Path, manifest: bytes) -> None:
    file = plain_of(place)
    manifest_path(file).write_bytes(manifest)
    assert "manifest" in looked_at(place, file).faults[0]
    assert any("manifest" in one.problem for one in listed(file.parent))
    bring_back(file, f"sqlite:///{place / 'new.db'}", place / "state")


@settings(max_examples=40)
@given(data=st.binary(max_size=3000), again=st.integers(1, 400), sealed=st.booleans())
def test_packed_and_unpacked_is_the_same(tmp_path_factory: Any, data: bytes, again: int, sealed: bool) -> None:
    place = tmp_path_factory.mktemp("pack")
    (place / "in").write_bytes(data * again)
    (place / "key").write_text(str(IDENTITY))
    pack(place / "in", place / "packed", (PUBLIC,) if sealed else (), no_step)
    unpack(place / "packed", place / "out", place / "key" if sealed else None, no_step)
    assert (place / "out").read_bytes() == data * again


def test_text_and_base64_in_one_file_are_packed_well_and_read_by_any_gzip(tmp_path: Path) -> None:
    text = b"Dear support, the printer on the second floor burns again. " * 50_000
    data = text + base64.encodebytes(os.urandom(2 << 20)) + text
    (tmp_path / "in").write_bytes(data)
    _, size = pack(tmp_path / "in", tmp_path / "packed.gz", (), no_step)
    assert gzip.decompress((tmp_path / "packed.gz").read_bytes()) == data
    assert size < 0.45 * len(data)


def test_a_bomb_is_unpacked_in_small_steps(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    with (tmp_path / "bomb").open("wb") as file:
        for _ in range(40):
            file.write(packer.compress(b"\0" * (1 << 20)))
        file.write(packer.flush())
    largest = 0

    class Measured:
        def write(self, data: bytes) -> None:
            nonlocal largest
            largest = max(largest, len(data))

    from maild.store.backup import packing

    packing._inflate(tmp_path / "bomb", Measured().write, (), lambda _part: None)
    assert 0 < largest <= packing.BLOCK and LEVEL == 1


# ---- papers --------------------------------------------------------------------------------------


def test_the_secret_and_the_configuration_are_in_it_and_no_password(tmp_path: Path) -> None:
    site = Site.made(tmp_path)
    folder = site.settings.parent
    (folder / "secrets").mkdir()
    (folder / "var").mkdir()
    (folder / "var" / "secret").write_bytes(b"s" * 32)
    (folder / "secrets" / "relay").write_text("a very secret password")
    text = site.settings.read_text() + "\nrelay: {host: mx.example, user: me, password_file: secrets/relay}\n"
    login = "{token_url: 'https://login.example/token', client_id: maild}"
    text += f"imap: [{{name: a, host: imap.example, user: me, recipient: support@desk.example, oauth: {login}}}]\n"
    site.settings.write_text(text + f"backup: [{{every: day, folder: {folder.parent / 'b'}}}]\n")
    found = papers.collect(site.settings, load_settings(site.settings))
    names = {paper.name for paper in found.files}
    assert {"maild.yaml", "directory.yaml", "desks/service.yaml", "rules/10-urgency.yaml"} <= names
    assert found.left_out == (str(folder / "secrets" / "relay"), str(folder / "var" / "oauth"))
    assert not any(b"a very secret" in paper.data for paper in found.files)
    assert found.secret == b"s" * 32


@pytest.mark.parametrize("name", ["../x", "a/../../x", "", "..", "a\0b"])
def test_a_file_that_calls_itself_a_way_out_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unusable, match="calls itself"):
        papers.write_files((Paper(name, b""),), tmp_path / "config")


def test_a_file_from_elsewhere_is_written_inside(tmp_path: Path) -> None:
    papers.write_files((Paper("/srv/desks/a.yaml", b"x"), Paper("desks/a.yaml", b"y")), tmp_path / "config")
    assert (tmp_path / "config/elsewhere/srv/desks/a.yaml").read_bytes() == b"x"


def test_a_folder_that_is_not_empty_gets_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(NotEmpty):
        papers.write_files(PAPERS.files, tmp_path)


def test_another_secret_is_kept_beside(tmp_path: Path) -> None:
    assert papers.put_secret(tmp_path, b"one") is None
    assert papers.put_secret(tmp_path, b"one") is None
    assert papers.put_secret(tmp_path, b"two") == tmp_path / "secret.old"
    assert papers.put_secret(tmp_path, b"three") == tmp_path / "secret.old.2"
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept == {"secret": b"three", "secret.old": b"one", "secret.old.2": b"two"}
