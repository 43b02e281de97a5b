"""The words of reports about mail that did not arrive, in the languages mail servers speak.

Compared in lower case, as they stand (`in`), so their number costs next to nothing. One witness each: `bounce` asks
for two. Sightings: Exim, Postfix, qmail, sendmail, Exchange, Domino, GroupWise, hMailServer, Barracuda, GMX, T-Online,
Orange, KDDI, docomo, NetEase and Tencent.
"""

from __future__ import annotations

import re

# Whoever has such a mailbox or name sends reports; the weak ones are people's as well.
REPORTER = re.compile(
    r"(?:[^@]{0,64}[._+-])?(?:mailer[-_]?d[ae]?mon|post[-_]?masters?|mail[-_]?daemon|mmdf|mdaemon|"
    r"symantec_antivirus_for_smtp_gateways|mic?rsoftexchange[^@]{0,64}|microsoftexchange[^@]{0,64}|"
    r"bounces?|mailsystem|mail-?(?:noreply|delivery)|maser)@"
)
WEAK_REPORTER = re.compile(
    r"(?:[^@]{0,64}[._+-])?(?:exchange|mailadmin|sysadmin|admin|interscan|mail|nobody|system|root|no-?reply)@"
)
REPORTER_NAME = re.compile(
    r"mail deliver|interscan|delivery (?:sub)?system|mail administrator|system administrator|postmaster|mailer-daemon|"
    r"mail system|internet mail|mail router|delivery (?:status|failure|agent)|mail server|message transfer|"
    r"microsoft outlook$|系统管理员|systemadministrator|administrateur syst|administrador del sistema"
)

SUBJECTS = (
    "undeliver", "nondeliver", "unable to deliver", "could not send message", "[bounce]", "bounced mail",
    "bounced message", "non-delivery", "non delivery", "delivery status", "delivery failure",
    "delivery error", "delivery report", "delivery problem", "delivery has failed", "delivery unsuccessful",
    "delivery delay", "delivery notification", "delivery incomplete", "delayed mail", "returned mail",
    "returned message", "returned to sender", "returned e-mail", "returned email", "return to sender",
    "returning message", "mail returned", "message returned", "failure notice", "failed mail", "mail failed",
    "mail error", "mail failure", "mail delivery", "mail system error", "mail system failure", "mail system delivery",
    "mail status report", "not be delivered", "not delivered", "n't be delivered", "rejected mail", "mail rejected",
    "message rejected", "message status", "warning: could", "warning: message", "user unknown", "unknown user",
    "mail could not", "there was an error sending your mail", "dilivery error", "permanent fail", "permanent delivery",
    "address not found", "message blocked", "message you sent blocked", "recipient rejected", "mailbox full",
    "quota exceeded", "transcript of session", "postmaster notify", "errors from ",
    "unzustell", "nicht zugestellt", "nicht zustell", "zustellung", "zustellfehler", "zustellproblem",
    "unbekannter empf", "nachricht nicht übermittelt", "fehler bei der übermittlung",
    "onbestelbaar", "niet bezorgd", "niet afgeleverd", "niet worden bezorgd", "niet worden afgeleverd",
    "bezorging mislukt", "kan niet worden",
    "échec", "echec de", "non remis", "non distribu", "non délivr", "impossible de remettre", "retour de courrier",
    "no se puede entregar", "no se ha podido entregar", "no entregado", "mensaje devuelto", "correo devuelto",
    "error de entrega", "error en la entrega", "mancata consegna", "non recapitabil", "impossibile recapitare",
    "messaggio non recapitato", "avviso di mancato recapito", "não entreg", "falha na entrega", "não foi possível",
    "niedostarcz", "nie dostarczono", "nie można dostarczyć", "zwrot poczty", "kunne ikke leveres", "ikke leveret",
    "uleveret", "kan inte levereras", "kunde inte levereras", "går inte att leverera", "ej levererat",
    "недоставлен", "не доставлен", "ошибка доставки", "配信", "送信エラー", "宛先不明", "届きませんでした", "未配達",
    "不達", "退信", "投递失败", "无法投递", "無法傳遞", "未送达", "반송", "전송 실패",
)  # fmt: skip
SUBJECT_PATTERN = re.compile(r"delivery.{0,30}(?:fail|unsuccess)|(?:fail|unsuccess).{0,30}deliver")

BODIES = (
    "final-recipient:", "diagnostic-code:", "remote-mta:", "user unknown", "unknown user", "mailbox full",
    "mailbox is full", "mailbox unavailable", "mailbox not found", "not be delivered", "n't be delivered",
    "did not reach", "was not delivered", "wasn't delivered", "wasn’t delivered", "undeliver", "not deliver",
    "able to deliver", "delivery to ", "delivery of ", "delivery has ", "delivery failed", "permanent fatal",
    "permanent failure", "permanent error", "permanently fail", "no such user", "does not exist", "doesn't exist",
    "recipient address", "recipient's address", "recipient's mailbox", "recipient mailbox", "returned mail",
    "returned to sender", "message header follows", "message headers follow", "original message",
    "undelivered message", "returned message", "rejected message", "message rejected", "rejected by",
    "was rejected", "error delivering", "failed addresses", "transcript of session", "over quota", "quota exceeded",
    "account disabled", "account has been disabled", "host unknown", "unknown host", "bounce", "blocked by our",
    "not listed in", "could not be reached", "could not be sent", "did not receive this message", "account is disabled",
    "you are not a member of", "recipients were affected", "may not exist", "delivery attempts", "will be retried",
    "nicht zugestellt", "nicht ausgeliefert", "nicht zustell", "empfänger unbekannt", "unbekannter empf",
    "nicht gefunden", "postfach voll", "niet worden bezorgd", "niet worden afgeleverd", "niet bezorgd",
    "kon niet", "n'a pas pu être", "n’a pas pu être", "utilisateur inconnu", "destinataire inconnu", "non remis",
    "boîte pleine", "no se pudo entregar", "no se ha podido", "usuario desconocido", "no pudo ser entregado",
    "non è stato possibile", "non è stato recapitato", "utente sconosciuto", "não pôde ser entregue",
    "nie została dostarczona", "nie mogła zostać", "nie istnieje", "kunne ikke leveres", "kunde inte levereras",
    "не доставлено", "не может быть доставлено", "не существует", "配信できません", "配信不能",
    "届けることができません", "見つかりません", "送信できません", "存在しません",
    "无法投递", "投递失败", "退信", "不存在", "배달되지",
)  # fmt: skip
# No person writes these; from a mailbox that sends reports they need no subject.
FORMULAS = (
    "this is the qmail-send program", "this is the mail system at host", "this is the postfix program",
    "i wasn't able to deliver your message", "i'm sorry to have to inform you that", "the james mail server",
    "this message was created automatically by mail delivery software", "delivery has failed to these recipients",
    "did not reach the following recipient", "final-recipient:", "diagnostic-code:", "transcript of session follows",
    "had permanent fatal errors", "had delivery problems", "the following recipient(s) could not be reached",
    "fehler bei der nachrichtenzustellung", "échec de la remise", "error de entrega a los siguientes",
)  # fmt: skip
BODY_PATTERN = re.compile(r"\b5\d\d[ -]\d\.\d\.\d")

# A cause that passes, whatever else a report says.
TRANSIENT = (
    "retry timeout exceeded", "retry time not reached", "will be retried", "still being retried",
    "not yet been delivered", "failing for a long time",
    "has been delayed", "delivery delayed", "been delayed", "you do not need to resend", "temporar", "deferred",
    "connection refused", "connection timed out", "timed out", "try again", "could not be delivered for", "too long",
    "warning message only", "warning only", "greylist", "vorübergehend", "verzögert", "temporair", "vertraagd",
    "temporaire", "retard", "temporalmente", "retrasad", "temporanea", "ritard", "tymczasow", "opóźni", "midlertidig",
    "forsink", "tillfällig", "försenad", "временно", "遅延",
)  # fmt: skip
DELAYED_SUBJECTS = (
    "delay", "warning", "still being retried", "verzögert", "verzögerung", "vertraagd", "retard", "retras", "ritard",
    "opóźni", "forsink", "försen", "遅延",
)  # fmt: skip

# Where the report ends and the mail that it returns begins.
RETURNED_BELOW = re.compile(
    r"^[ \t>]{0,8}(?:-{2,} ?(?:below this line is a copy|this is a copy of|the header of the original|original message|"
    r"the body of the message|message headers? follow|unsent message|undelivered message|returned message|"
    r"ursprüngliche nachricht|kopie der nachricht|forwarded message|start of returned|enclosed is a copy|"
    r"message d'origine|"
    r"mensaje original)|\*{3,} ?original message|message headers? follow|original message (?:follows|headers)|"
    r"received: (?:from|by|\(qmail)|return-path: ?<)",
    re.IGNORECASE | re.MULTILINE,
)
# A line about whom to ask, not about who did not get the mail.
HELP = re.compile(
    r"contact|assistance|help|support|question|visit|abuse|complain|https?:|message-id|mts-id|identifier|x-|wenden sie|"
    r"kontakt|contacter|contacte|contatt|連絡|envelope-from|mail from|sender|absender|\bfrom\b",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"deliver|recipient|rcpt to|addressed to|reach|address|user|mailbox|reject|unknown|fail|undeliver|to:|"
    r"empfänger|zugestellt|zustell|ontvanger|bezorg|destinat|remis|entreg|consegn|recapit|odbiorc|dostarcz|modtager|mottagar|leve?rer|"
    r"получател|достав|宛先|配信|收件人|投递|[45]\d\d[ -]",
    re.IGNORECASE,
)
