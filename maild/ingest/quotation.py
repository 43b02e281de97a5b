"""How mail clients announce what they quote: tables of words, and the question `announcement(lines, place)`.

Three forms: "-----Original Message-----", a copied header ("Von: … Gesendet: … An: …"), and an attribution
("On Monday Max wrote:"), which mail clients break over up to five lines.
Laws: every pattern is anchored or looks at one bounded line, so the work is linear in the text; no nested repetition.
To teach it a client or a language: add its words here and a case to the tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_LINE = 400
LONGEST_ATTRIBUTION = 5
LONGEST_HEADER_BLOCK = 12
MOST_FIELDS_ABOVE = 3
MOST_WORDS = 12

_VERBS = (
    "wrote", "writes", "said", "wrote the following", "schrieb", "schrieben", "geschrieben", "schreef", "geschreven",
    "a écrit", "écrit", "escribió", "escribio", "escreveu", "ha scritto", "scrisse", "skrev", "kirjoitti",
    "napisał(a)", "napisał", "napisała", "napsal(a)", "napsal", "napsala", "je napisao", "a scris", "yazdı", "írta",
    "написал", "написала", "писал", "писала", "пише", "пишет", "написав", "έγραψε",
    "写道", "写到", "寫道", "さんは書きました", "のメッセージ",
)  # fmt: skip
_OPENING = re.compile(
    r"(?:-{2,}\s*)?(?:on|at|am|um|op|le|el|il|em|den|dne|dnia|w dniu|på|pada|vào|a|on the|in article|"
    r"в|от|\d{1,4}|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d年")
# "On Monday Max wrote:" has no figure in it.
_UNDATED = re.compile(r"(?:on|am|op|le|el|il|em|den)\s+\w+\s+\S", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,100}")
# Older Gmail: "2016-03-03 17:21 GMT+01:00 Max", "2013/7/20 Max <max@b.example>"
_GMAIL = re.compile(
    r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:\d\d .{2,}|"
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} .{2,200}<.{3,200}>:?\s*$"
)
_ANNOUNCED = re.compile(
    r"[>*_\s]*-{2,}\s*(?:original (?:message|nachricht)|originalnachricht|original-nachricht|"
    r"ursprüngliche (?:nachricht|e-mail)|"
    r"urspr\S{0,8}ngliche nachricht|weitergeleitete (?:nachricht|e-mail)|forwarded (?:message|by)|reply message|"
    r"oorspronkelijk bericht|doorgestuurd bericht|mensaje original|mensaje reenviado|message d'origine|"
    r"message original|"
    r"message transféré|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada|"
    r"ursprungligt meddelande|"
    r"oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|"
    r"исходное сообщение|пересылаемое сообщение|původní zpráva|eredeti üzenet|原始邮件|原始郵件|original)\b[^\n]{0,80}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"[>*\s]*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|begin doorgestuurd bericht)\s*:?\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[>*_|\s]*(?:from|von|de|da|van|från|fra|od|от|від|kimden|lähettäjä|feladó|发件人|寄件者|差出人|"
    r"送信元)\s?\*?\s?[:：]\*?\s?\S",
    re.IGNORECASE,
)
_ANY_FIELD = re.compile(
    r"[>*_|\s]*(?:sent|date|to|cc|bcc|subject|reply-to|importance|attachments|received|"
    r"gesendet(?: am)?|datum|an|kopie|betreff|antwort an|antworten an|anlagen|wichtigkeit|priorität|"
    r"verzonden|aan|onderwerp|envoyé|à|objet|date d'envoi|enviado(?: el)?|para|asunto|fecha|enviada|assunto|"
    r"data|inviato|a|"
    r"oggetto|risposta|skickat|till|ämne|kopia|sendt|til|emne|dato|lähetetty|vastaanottaja|aihe|wysłano|do|temat|"
    r"отправлено|кому|тема|дата|копия|odesláno|komu|předmět|发送时间|收件人|主题|日期|抄送|寄件日期|收件者|主旨|送信日時|宛先|件名)"
    r"\s?\*?\s?[:：]",
    re.IGNORECASE,
)
# How the last line of an attribution ends: with a colon, a dash ("wrote ----"), or a verb without either.
_ENDINGS = (":", "：", "--", *_VERBS)
_RULER = re.compile(r"[>\s]*(?:[_\-=*#~+—–]\s?){3,}\s*$")


class Announced(NamedTuple):
    """Lines that announce a quotation: they start at `start` and the quotation at `end`."""

    start: int
    end: int


def announcement(lines: Sequence[str], place: int) -> Announced | None:
    """What is announced at line `place`: a forwarded mail, a copied header, or an attribution that ends there."""
    line = lines[place].strip()
    if not line or len(line) > LONGEST_LINE:
        return None
    if ("-" in line or line.endswith(":")) and (_ANNOUNCED.match(line) or _FORWARDED.match(line)):
        return Announced(place, _behind_header(lines, place + 1))
    if (":" in line or "：" in line) and _FROM.match(line):
        length = header_block(lines, place)
        if length:
            return Announced(_header_start(lines, place), place + length)
    if line.endswith(_ENDINGS) or line[:4].isdigit():
        start = attribution(lines, place)
        return None if start is None else Announced(start, place + 1)
    return None


def _header_start(lines: Sequence[str], place: int) -> int:
    """GMX puts "Gesendet:" above "Von:"."""
    start = place
    while start and place - start < MOST_FIELDS_ABOVE and _ANY_FIELD.match(lines[start - 1][:LONGEST_LINE]):
        start -= 1
    return start


def _behind_header(lines: Sequence[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place + header_block(lines, place) if place < len(lines) else place


def attribution(lines: Sequence[str], last: int) -> int | None:
    """The line at which the attribution ending at line `last` starts; the fewest lines that make one."""
    joined = lines[last].strip()
    if joined.startswith(">"):
        return None
    if _GMAIL.match(joined):
        return last
    found: int | None = None
    for start in range(last, max(-1, last - LONGEST_ATTRIBUTION), -1):
        line = lines[start].strip()
        joined = line if start == last else f"{line} {joined}"
        if not line or line.startswith(">") or len(joined) > LONGEST_LINE:
            break
        if found is None:
            if _ends_attribution(joined) and _is_attribution(joined):
                found = start
        elif _OPENING.match(line) and _DATED.search(line):
            # "Le 4 janv. 2016 19:03, Max" above "<max@b.example> a écrit :"
            return start
        if found is not None and _DATED.search(joined):
            return found
    return found


def _ends_attribution(joined: str) -> bool:
    folded = joined.lower()
    if folded.rstrip(" :：-").endswith(_VERBS):
        return True
    if not folded.endswith((":", "：")):
        return False
    return any(verb in folded for verb in _VERBS) or ("@" in joined and _DATED.search(joined) is not None)


def _is_attribution(joined: str) -> bool:
    """Somebody and a time, or an address; a sentence of the author ("as I wrote:") has neither."""
    if _ADDRESS.search(joined):
        return bool(_OPENING.match(joined) or _DATED.search(joined) or joined.count(" ") < MOST_WORDS)
    if _DATED.search(joined):
        return True
    verb_is_last = joined.lower().rstrip(" :：").endswith(_VERBS)
    return verb_is_last and bool(_UNDATED.match(joined)) and joined.count(" ") < MOST_WORDS


def ruler(line: str) -> bool:
    return len(line) <= LONGEST_LINE and bool(_RULER.match(line))


def header_block(lines: Sequence[str], at: int) -> int:
    """The number of lines of a copied header that starts at `at` with its sender; 0 if none does."""
    if len(lines[at]) > LONGEST_LINE or not _FROM.match(lines[at]):
        return 0
    fields, last = 0, at
    for place in range(at + 1, min(at + LONGEST_HEADER_BLOCK, len(lines))):
        if _ANY_FIELD.match(lines[place][:LONGEST_LINE]):
            fields, last = fields + 1, place
        elif not lines[place].strip() and place - last > 1:
            break
    if fields < 2:
        return 0
    return _with_folded(lines, at, last)


def _with_folded(lines: Sequence[str], at: int, last: int) -> int:
    """The last field (mostly the subject) goes on until an empty line."""
    while last + 1 < len(lines) and last - at < LONGEST_HEADER_BLOCK and lines[last + 1].strip():
        last += 1
    return last - at + 1
