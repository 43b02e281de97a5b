"""What people should know of a sender whose address deceives the eye: `told(headers, sender, reply_to)`. Pure.

In: the header of a mail, whom it is from (certain or claimed), where answers shall go. Out: notes, at most one of each
kind: mixed scripts in a label; a domain whose letters are all twins of Latin ones; hidden characters anywhere in From;
a name that shows another address; a Reply-To that is another's. They warn; they decide nothing.

How an address is normalised (`addresses.normal_address`; everything that compares addresses compares these):
letter case is folded in both parts (RFC 5321 2.4 has the domain's mean nothing; no provider tells two persons apart by
the local part's); the local part is NFC; a quoted local part loses quotes it does not need; the domain is in lower-case
A-labels (IDNA 2008 with UTS 46, else 2003), without the root's dot. Nothing else: `ada+tag@`, `a.da@` and `ada@` are
three addresses (reliability D23), and so are `ada@acme.example` and `ada@mail.acme.example`.

Law: the only text of a mail in a note is an address, in ASCII: domains as `xn--…`, other letters as `\\u0430`, 100
characters of it at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import Headers
from maild.ingest.header.scripts import hides, is_mixed, scripts
from maild.ingest.header.skeleton import twins
from maild.model import Address, Note

LONGEST_SHOWN = 100
LOOKED_AT = 2000
_SHOWS_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@＠]{1,64}[@＠](?:[\w-]{1,63}[.．。])+[\w-]{2,63}")
_LOCAL_WORDS = re.compile(r"[.+_=-]")


def told(headers: Headers, sender: Address | None, reply_to: Sequence[Address]) -> tuple[Note, ...]:
    """`sender` is the certain author, or else the claimed one."""
    return () if sender is None else tuple(_told(headers, sender, reply_to))


def _told(headers: Headers, sender: Address, reply_to: Sequence[Address]) -> Iterator[Note]:
    here = shown(sender.address) or "no address"
    if any(map(hides, (sender.name, sender.address, *headers.all("from")[:3]))):
        yield Note("sender-hides", f"the From of this mail holds characters that no screen shows; it is from {here}")
    labels = [u_label(each) for each in sender.address.rpartition("@")[2].split(".")]
    if any(map(is_mixed, (*labels, *_LOCAL_WORDS.split(sender.address.rpartition("@")[0])))):
        yield Note("sender-mixes-scripts", f"the sender's address mixes letters of different scripts: {here}")
    elif _looks_latin(labels):
        yield Note("sender-looks-like", f"the sender's domain looks like {twins('.'.join(labels))} and is not: {here}")
    other = _address_in(sender.name, sender.address)
    if other:
        yield Note("sender-name-deceives", f"the sender's name shows the address {other}, the mail is from {here}")
    if reply_to and sender.address not in [each.address for each in reply_to]:
        yield Note("reply-to-differs", f"answers shall go to {shown(reply_to[0].address)}, the mail is from {here}")


def shown(address: str) -> str:
    """An address for people: ASCII only, so that nothing in it looks like something else."""
    text = address.encode("unicode_escape").decode("ascii")
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def u_label(label: str) -> str:
    """The letters of an A-label (RFC 5890 2.3.2.1); any other label is itself."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _looks_latin(labels: Sequence[str]) -> bool:
    """Under an ending in Latin letters, a label that shows Latin letters only and is made of others (UTS 39, 4.1)."""
    return labels[-1].isascii() and any(
        not label.isascii() and twins(label).isascii() and _is_made_up(label) for label in labels
    )


def _is_made_up(label: str) -> bool:
    """Latin letters that some language is written with are honest (`kızıl`, `łódź`, `rødgrød`)."""
    return scripts(label) != {"LATIN"} or any("ɐ" <= letter <= "ʯ" or letter in "ƨƽƅǃǀ" for letter in label)


def _address_in(name: str, address: str) -> str:
    """An address other than the sender's that a name shows, or ""."""
    for found in _SHOWS_ADDRESS.findall(name[:LOOKED_AT]) if "@" in name or "＠" in name else ():
        other = normal_address(found.replace("＠", "@").strip("."))
        if other and other != address:
            return shown(other)
    return ""
