"""What machines write into the subject of their mail, in nine languages and a few more.

All of it is folded as `subject.folded` does: lower case, no accents. `MADE_BY_CLIENTS` are the prefixes that mail
programs put before the subject they answer; `SAID_BY_PEOPLE_TOO` are what vacation notes are called, and people
use these words as well. Neither proves anything alone: `subject` asks for a second witness.
"""

from __future__ import annotations

import re

MADE_BY_CLIENTS = (
    # English
    "automatic reply", "automatic response", "automated reply", "automated response", "auto reply", "auto-reply",
    "autoreply", "auto response", "auto-response", "autoresponse", "autoresponder", "out of office autoreply",
    "out of office auto-reply", "out of office auto reply", "out of office reply", "out of office response",
    "out of office notification", "out-of-office reply", "out-of-office notification", "vacation reply",
    "vacation response", "vacation notice", "vacation message", "vacation autoreply",
    # German, Dutch
    "automatische antwort", "automatische abwesenheitsnotiz", "automatische abwesenheitsmeldung",
    "automatische ruckmeldung", "automatische e-mail-antwort", "autoantwort", "auto-antwort", "abwesenheitsagent",
    "automatisch antwoord", "automatische beantwoording", "automatische reactie", "automatisch bericht",
    # French, Spanish, Italian, Portuguese
    "reponse automatique", "reponse automatisee", "message automatique", "respuesta automatica",
    "contestacion automatica", "respuesta de fuera de oficina", "risposta automatica", "messaggio automatico",
    "resposta automatica",
    # Polish, Danish, Norwegian, Swedish, Finnish, Czech
    "odpowiedz automatyczna", "automatyczna odpowiedz", "autoodpowiedz", "autosvar", "automatisk svar",
    "automatiskt svar", "automaattinen vastaus", "automaticka odpoved", "automaticky vastaus",
    # Russian, Japanese, Chinese
    "автоматический ответ", "автоответ", "自動応答", "自動返信", "不在通知", "自动答复", "自动回复", "自動回覆",
)  # fmt: skip

SAID_BY_PEOPLE_TOO = (
    "out of office", "out of the office", "out-of-office", "out-of-the-office", "ooo", "on vacation", "on leave",
    "on annual leave", "annual leave", "on holiday", "maternity leave", "parental leave", "away from my mail",
    "away from my desk", "away from the office", "away from office", "i am away", "i'm away", "i am out of the office",
    "i'm out of the office", "vacation", "absence", "absent",
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent",
    "abwesenheitsbenachrichtigung", "abwesenheit", "abwesend", "ausser haus", "nicht im buro", "nicht im haus",
    "im urlaub", "urlaub", "ich bin im urlaub", "ich bin nicht im buro", "ich bin abwesend", "in elternzeit",
    "afwezigheidsbericht", "afwezigheidsmelding", "afwezigheid", "afwezig", "niet aanwezig", "niet op kantoor",
    "buiten kantoor", "ik ben afwezig", "met vakantie", "op vakantie", "vakantie",
    "absence du bureau", "absent du bureau", "absente du bureau", "message d'absence", "message d’absence",
    "avis d'absence", "notification d'absence", "je suis absent", "je suis absente", "hors du bureau", "en conge",
    "en conges", "en vacances", "absent(e)",
    "fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "de vacaciones", "estoy fuera", "vacaciones",
    "mensaje de ausencia",
    "fuori ufficio", "fuori sede", "assente", "assenza", "in ferie", "sono assente", "sono fuori ufficio",
    "messaggio di assenza", "ferie",
    "poza biurem", "nieobecnosc", "nieobecny", "nieobecna", "nieobecnosc w biurze", "jestem na urlopie", "na urlopie",
    "urlop", "jestem poza biurem",
    "ikke til stede", "ikke pa kontoret", "fravaer", "fravaerende", "fravaersbesked", "pa ferie", "jeg er pa ferie",
    "ferielukket",
    "franvaro", "franvarande", "franvaromeddelande", "inte pa kontoret", "ej pa kontoret", "pa semester",
    "jag ar pa semester", "semester", "ikke tilstede", "fora do escritorio", "ausencia temporaria",
)  # fmt: skip

# Domino writes "Ann Bauer is out of the office (returning 5 May)", on some sites behind "AUTO:".
IS_AWAY = re.compile(
    r"(auto: ?)?[^:]{2,60}? (?:is|will be|ist|est|is momenteel|esta|e|jest|er|ar) "
    r"(?:currently |now |derzeit |zur zeit |momenteel |actuellement |actualmente |attualmente |obecnie )?"
    r"(?:out of (?:the )?office|on (?:vacation|leave|holiday)|away from|ausser haus|nicht im (?:buro|haus)|abwesend|"
    r"im urlaub|afwezig|niet (?:aanwezig|op kantoor)|absente? du bureau|en conges?|fuera de la oficina|ausente|"
    r"fuori ufficio|assente|poza biurem|na urlopie|nieobecn[ya]|ikke (?:til stede|pa kontoret)|"
    r"(?:inte|ej) pa kontoret|pa (?:ferie|semester))\b"
)

# Robots that let nobody in who has not answered them.
CHALLENGE = re.compile(
    r"(?:please )?(?:confirm|verify) (?:that )?(?:you(?: sent|r (?:e-?mail|message|mail|address|identity))|delivery)|"
    r"(?:your (?:e-?mail|message|mail) )?(?:requires|is awaiting|needs) (?:your )?(?:confirmation|verification)|"
    r"sender (?:address )?(?:verification|confirmation)|"
    r"[^\n]{0,200}\((?:verification|action required|confirmation required)\)$|"
    r"bitte bestatigen sie ihre (?:e-?mail|nachricht)|bevestig uw (?:e-?mail|bericht)|"
    r"(?:merci de|veuillez) confirmer (?:votre|l'envoi)|confirme su (?:mensaje|correo)|confermi? (?:il|la) su[oa] "
)

# "Read: …" of Outlook and its like, where it comes without the report that RFC 8098 asks for; and answers of calendars.
RECEIPT = re.compile(
    r"(?:read|not read|gelesen|ungelesen geloscht|gelezen|niet gelezen|lu|non lu|leido|no leido|letto|non letto|"
    r"przeczytano|laest|last|lest|lido|return receipt|empfangsbestatigung|lesebestatigung|leesbevestiging|"
    r"accuse de reception|confirmation de lecture|conferma di lettura|confirmacion de lectura|"
    r"potwierdzenie odczytania|kvittering for laesning|laskvitto)(?: \([a-z]{1,20}\))? ?[:-]"
)
MEETING = re.compile(
    r"(?:accepted|declined|tentative|tentatively accepted|canceled|zugesagt|abgesagt|abgelehnt|mit vorbehalt|vorbehalt|"
    r"angenommen|geaccepteerd|afgewezen|geweigerd|voorlopig|accepte|refuse|decline|provisoire|aceptado|aceptada|"
    r"rechazado|rechazada|provisional|accettato|accettata|rifiutato|rifiutata|provvisorio|zaakceptowane|"
    r"zaakceptowano|odrzucone|odrzucono|wstepne|accepteret|afvist|forelobig|accepterat|accepterad|avvisat|tackat nej|"
    r"preliminart|preliminar) ?:"
)

WATCHES = re.compile(
    r"cron <[^>]{1,100}>|\*\* ?(?:problem|recovery|acknowledgement|flapping\w*|downtime\w*) |"
    r"\[(?:firing|resolved):\d+\]|\[(?:alerting|ok|no data)\] |(?:problem|resolved|recovery|ok) ?: |"
    r"(?:degradedarray|fail|sparesmissing) event on |smart error |logwatch for |anacron job |"
    r"(?:host|service) (?:alert|down|up|problem|recovery)\b|\[(?:success|warning|failed|error)\] "
)
WATCHERS = re.compile(
    r"(?:[^@]{0,64}[._-])?(?:monitor(?:ing)?|alerts?|alarm|watchdog|backup|server|reports?|status)"
    r"(?:[._+-][^@]{0,64})?@"
)
WATCHER_NAMES = re.compile(
    r"nagios|icinga|zabbix|cron daemon|check_?mk|prometheus|grafana|alertmanager|uptime|prtg|munin|logwatch|"
    r"monit(?:or(?:ing)?)?\b|veeam|anacron"
)

REPLY_PREFIX = re.compile(r"(?:re|aw|antw|sv|vs|rif|odp|ref|r|tr|fw|fwd|wg|vb|vl|rv|enc)(?:\[\d{1,3}\])? ?: ?")
TICKET_NUMBER = re.compile(r"\[[^\[\]]{0,30}\d{1,12} ?\]")
TAG = re.compile(r"\[[^\[\]]{0,40}\] ?|\*{2,5}[a-z ]{1,20}\*{2,5} ?|[\"'«“„]")

GENERATED = re.compile(
    r"[\[(*]{1,3} ?(?:auto(?:matically|matic)?[ -]?generated|automatisch (?:erzeugt|erstellt|generiert)|"
    r"automatisch gegenereerd|genere automatiquement|generado automaticamente|generato automaticamente)\b"
)
"""In brackets or asterisks at the start, as programs put it; without them it may be the topic."""
