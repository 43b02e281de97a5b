"""How mail clients announce what they quote: tables of words, and the two questions asked of a line.

`attribution(lines, at)` — does "On Monday Max wrote:" start here, and how many lines is it long?
`header_block(lines, at)` — does a copied header ("Von: … Gesendet: … An: …") start here, and how long is it?
Laws: every pattern is anchored or looks at one bounded line, so the work is linear in the text; no nested repetition.
To teach it a client or a language: add its words here and a case to the tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_LINE = 400
LONGEST_ATTRIBUTION = 5
LONGEST_HEADER_BLOCK = 12

_VERBS = (
    r"wrote|writes|said|schrieb|geschrieben|schrieben|schreef|geschreven|a écrit|écrit|escribió|escribio|escreveu|ha scritto|"
    r"scrisse|skrev|skrifað|napisał\(a\)|napisała?|написала?|писала?|пише|пишет|написав|kirjoitti|napsal\(a\)|napsala?|"
    r"yazdı|写道|写到|寫道|さんは書きました|のメッセージ|írta|έγραψε|a scris|je napisao|wrote the following"
)
_LAST_WORD = re.compile(rf"(?:{_VERBS})\s*[:：]?\s*-{{0,8}}\s*$|(?:{_VERBS})\s*[:：]", re.IGNORECASE)
_VERB = re.compile(rf"\b(?:{_VERBS})\b", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:-{2,}\s*)?(?:on|at|am|um|op|le|el|il|em|den|dne|dnia|w dniu|på|pada|vào|a|on the|in article|"
    r"в|от|\d{1,4}|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d年")
_ADDRESS = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,100}")
# Older Gmail: "2016-03-03 17:21 GMT+01:00 Max", "2013/7/20 Max <max@b.example>"
_GMAIL = re.compile(
    r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:\d\d .{2,}|\d{4}[-/]\d{1,2}[-/]\d{1,2} .{2,200}<.{3,200}>:?\s*$"
)
_ANNOUNCED = re.compile(
    r"[>*_\s]*-{2,}\s*(?:original (?:message|nachricht)|originalnachricht|original-nachricht|ursprüngliche (?:nachricht|e-mail)|"
    r"urspr\S{0,8}ngliche nachricht|weitergeleitete (?:nachricht|e-mail)|forwarded (?:message|by)|reply message|"
    r"oorspronkelijk bericht|doorgestuurd bericht|mensaje original|mensaje reenviado|message d'origine|message original|"
    r"message transféré|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada|ursprungligt meddelande|"
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
    r"[>*_|\s]*(?:from|von|de|da|van|från|fra|od|от|від|kimden|lähettäjä|feladó|发件人|寄件者|差出人|送信元)\s?\*?\s?[:：]\*?\s?\S",
    re.IGNORECASE,
)
_ANY_FIELD = re.compile(
    r"[>*_|\s]*(?:sent|date|to|cc|bcc|subject|reply-to|importance|attachments|received|"
    r"gesendet(?: am)?|datum|an|kopie|betreff|antwort an|antworten an|anlagen|wichtigkeit|priorität|"
    r"verzonden|aan|onderwerp|envoyé|à|objet|date d'envoi|enviado(?: el)?|para|asunto|fecha|enviada|assunto|data|inviato|a|"
    r"oggetto|risposta|skickat|till|ämne|kopia|sendt|til|emne|dato|lähetetty|vastaanottaja|aihe|wysłano|do|temat|"
    r"отправлено|кому|тема|дата|копия|odesláno|komu|předmět|发送时间|收件人|主题|日期|抄送|寄件日期|收件者|主旨|送信日時|宛先|件名)"
    r"\s?\*?\s?[:：]",
    re.IGNORECASE,
)
# How an attribution ends: with a colon, a dash ("wrote ----"), or a verb without either.
_ENDINGS = (":", "：", "-", *(verb for word in _VERBS.split("|") for verb in (word, word.title()) if "\\" not in word), "(a)")
_RULER = re.compile(r"[>\s]*(?:[_\-=*#~+—–]\s?){3,}\s*$")


def announcing(lines: Sequence[str]) -> list[int]:
    """The lines at which an announcement can start, cheaply found: the dear questions are asked of these only."""
    found: set[int] = set()
    for place, line in enumerate(lines):
        if not line or len(line) > LONGEST_LINE:
            continue
        last = line.rstrip()
        if last.endswith(_ENDINGS) and len(last) > 4:
            found.update(range(max(0, place - LONGEST_ATTRIBUTION + 1), place + 1))
        elif "--" in line or ":" in line or "：" in line or line[:4].isdigit():
            found.add(place)
    return sorted(found)


def attribution(lines: Sequence[str], at: int) -> int:
    """The number of lines of the attribution that starts at line `at`; 0 if none does."""
    first = lines[at].strip()
    if not first or len(first) > LONGEST_LINE or first.startswith(">"):
        return 0
    if first[:4].isdigit() and _GMAIL.match(first):
        return 1
    joined = ""
    for count in range(min(LONGEST_ATTRIBUTION, len(lines) - at)):
        line = lines[at + count].strip()
        joined = f"{joined} {line}".strip()
        if not line or len(joined) > LONGEST_LINE or (line.startswith(">") and not line.endswith(":")):
            return 0
        if line.endswith(_ENDINGS) and _ends_attribution(line, joined):
            return count + 1 if _is_attribution(joined, count) else 0
        if count == 0 and not (_OPENING.match(joined) or "@" in joined):
            return 0
    return 0


def _ends_attribution(line: str, joined: str) -> bool:
    if line.endswith((":", "：")):
        return bool(_VERB.search(joined) or _LAST_WORD.search(joined) or (_DATED.search(joined) and "@" in joined))
    return bool(_LAST_WORD.search(line))


def _is_attribution(joined: str, extra_lines: int) -> bool:
    """Somebody, and a time or an address; a sentence of the author ("as I wrote:") has neither."""
    dated, addressed = bool(_DATED.search(joined)), bool(_ADDRESS.search(joined))
    if _OPENING.match(joined):
        return dated or addressed or (extra_lines == 0 and joined.endswith((":", "：")) and len(joined) < 120)
    return addressed or (dated and extra_lines == 0)


def announced(line: str) -> bool:
    """`-----Original Message-----` and its kin."""
    return len(line) <= LONGEST_LINE and bool(_ANNOUNCED.match(line) or _FORWARDED.match(line))


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
