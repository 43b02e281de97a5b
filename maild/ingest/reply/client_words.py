"""What mail clients write around a quotation, language by language: tables of words, no code.

To teach a client or a language: add its words here and a mail to tests/ingest/replies.
Sightings: the translations of Gmail, Outlook, Apple Mail, Thunderbird, Zimbra, Notes, Roundcube, Samsung Mail and
GMX, as seen in public mail archives.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(each.split()) for each in text.split("|"))


VERBS = _words(
    """
    wrote writes schrieb schrieben schreef schreven écrit escribió escribio escreveu scritto scrisse skrev
    skrifaði kirjoitti napisał napisała napisali pisze napsal napsala napísal napísala napisao napisala scris
    yazdı írta rašė rakstīja kirjutas написал написала написав написали написа пише пишет έγραψε viết menulis
    tulis sent following
    """
)
"""They stand before or behind the name; the last word of most attributions."""
PARTICIPLES = _words(
    """
    geschrieben geschreven said sagte zei писал писала
    """
)
"""As frequent in sentences of the author: they count for less."""
CJK_VERBS = (
    "写道", "写到", "寫道", "寫到", "さんは書きました", "のメッセージ", "のメール", "님이 작성", "작성했습니다",
    "เขียนว่า",
)  # fmt: skip
LEADS = (
    "quoting ", "zitat von ", "citeren ", "citerar ", "citat fra ", "citando ", "citation de ", "cytowanie ",
    "wiadomość napisana przez ", "missatge de ", "message de ", "nachricht von ", "στις ", "in article ",
)  # fmt: skip
OPENINGS = _words(
    """
    on at am um op le el il em den dne dnia på kl pada vào lúc în la dana v w на в от пнд mon tue wed thu fri sat
    sun monday tuesday wednesday thursday friday saturday sunday mo di mi do fr sa so montag dienstag mittwoch
    donnerstag freitag samstag sonntag ma wo vr za zo lun mar mer jeu ven sam dim gio sab dom mié jue vie sáb seg
    ter qua qui sex man tir ons tor fre lør søn mån tis lör sön pon wt śr czw pt sob niedz po út st čt pá ne пн вт
    ср чт пт сб вс понедельник вторник среда четверг пятница суббота воскресенье ke to pe su jan feb apr may jun
    jul aug sep oct nov dec
    """
)
NOT_A_CLIENT = _words(
    """
    i ich mir uns wir we he she they je nous yo io jag jeg ik wij dass that dat która że wie as zoals comme como
    come jak som
    """
)
"""Words of sentences; "Am Montag schrieb ich Ihnen:" is the author's."""

ORIGINAL = _phrases(
    """
    original|original message|reply message|original appointment|original nachricht|originalnachricht|
    original-nachricht|original-mail|original mail|original e-mail|ursprüngliche nachricht|ursprüngliche e-mail|
    ursprüngliche mail|ursprungliche nachricht|urspruengliche nachricht|antwort auf die nachricht|
    oorspronkelijk bericht|origineel bericht|oorspronkelijke bericht|originele bericht|message d'origine|
    message original|message originel|mail original|courriel original|message initial|mensaje original|
    correo original|mensagem original|messaggio original|messaggio originale|email originale|
    oprindelig meddelelse|oprindelig besked|original meddelelse|ursprungligt meddelande|originalmeddelande|
    ursprungligt brev|originalmejl|opprinnelig melding|original melding|alkuperäinen viesti|oryginalna wiadomość|
    wiadomość oryginalna|wiadomość pierwotna|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|
    mesaj original|mesajul original|orijinal mesaj|özgün ileti|izvirno sporočilo|izvorna poruka|
    исходное сообщение|оригинальное сообщение|оригинал сообщения|вихідне повідомлення|αρχικό μήνυμα|原始邮件|
    邮件原件|原始郵件|原始信件|元のメッセージ|원본 메시지|원본 메일|pesan asli|thư gốc
    """
)
FORWARDED = _phrases(
    """
    forwarded message|forwarded mail|fwd|begin forwarded message|weitergeleitete nachricht|weitergeleitete e-mail|
    weitergeleitete mail|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|
    doorgestuurd bericht|doorgezonden bericht|begin doorgestuurd bericht|message transféré|message réexpédié|
    début du message réexpédié|début du message transféré|courriel transféré|mensaje reenviado|correo reenviado|
    inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada|
    mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada|videresendt meddelelse|
    videresendt besked|start på videresendt besked|videresendt melding|vidarebefordrat meddelande|
    vidarebefordrat brev|vidarebefordrat mejl|välitetty viesti|välitetty viesti alkaa|edelleenlähetetty viesti|
    przekazana wiadomość|przesłana dalej wiadomość|początek przekazywanej wiadomości|wiadomość przekazana dalej|
    přeposlaná zpráva|začátek přeposlané zprávy|preposlaná správa|továbbított üzenet|mesaj redirecționat|
    iletilmiş mesaj|posredovano sporočilo|proslijeđena poruka|пересылаемое сообщение|перенаправленное сообщение|
    начало переадресованного сообщения|переслане повідомлення|προωθημένο μήνυμα|转发的邮件|轉寄的郵件|
    开始转发的邮件|下面是被转发的邮件|転送されたメッセージ|전달된 메시지
    """
)
FORWARDED_BY = (
    "forwarded by ", "weitergeleitet von ", "doorgestuurd door ", "inoltrato da ", "transféré par ",
    "forwarded message from ",
)  # fmt: skip

_FIELDS = {
    "from": """
        from|von|van|de|da|fra|från|od|от|от кого|від|kimden|gönderen|lähettäjä|feladó|de la|από|mittente|
        remitente|expéditeur|absender|afzender|avsender|nadawca|发件人|寄件者|寄件人|差出人|送信元|보낸 사람|
        보낸사람|saatja|từ|dari
    """,
    "sent": """
        sent|gesendet|gesendet am|verzonden|envoyé|envoyée|envoyé le|date d'envoi|enviado|enviado el|enviado em|
        enviados|enviada|enviada em|inviato|inviata|inviato il|skickat|sendt|lähetetty|wysłano|wysłane|отправлено|
        надіслано|odesláno|odoslané|gönderildi|gönderme tarihi|elküldve|küldve|trimis|στάλθηκε|
        ημερομηνία αποστολής|poslano|изпратено|发送时间|发送日期|寄件日期|傳送時間|送信日時|보낸 날짜|dikirim|
        đã gửi
    """,
    "date": """
        date|datum|data|dato|fecha|päiväys|päivämäärä|pvm|дата|tarih|dátum|ημερομηνία|日期|日付|日時|날짜|ngày|
        tanggal|datums
    """,
    "to": """
        to|an|aan|à|a|para|per|til|till|vastaanottaja|do|komu|кому|kime|címzett|către|προς|za|prima|до|收件人|
        收件者|宛先|받는 사람|받는사람|đến|kepada|destinataire|empfänger|destinatario
    """,
    "subject": """
        subject|betreff|thema|onderwerp|objet|sujet|asunto|oggetto|assunto|emne|ämne|temat|aihe|předmět|predmet|
        тема|относно|konu|tárgy|subiect|θέμα|zadeva|主题|主旨|件名|제목|chủ đề|perihal|subjek
    """,
    "other": """
        cc|bcc|cci|cco|ccn|kopie|kopia|kopi|copie|copie à|copia|dw|udw|kopio|másolatot kap|bilgi|kópia|копия|
        копія|κοιν|抄送|副本|参照|참조|reply-to|reply to|antwort an|antworten an|importance|wichtigkeit|priorität|
        attachments|anlagen|anhänge|bijlagen|pièces jointes|datos adjuntos|allegati|załączniki|vedhæftede filer|
        bifogade filer|organization|sent by|gesendet von|verzonden door|envoyé par|enviado por|inviato da|
        sendt af|security|sensitivity|vertraulichkeit|importancia|prioridad|priorità|priorité|urgentie|ważność|
        risposta|répondre à|thread|conversation|size
    """,
    "technical": """
        return-path|received|message-id|mime-version|dkim-signature|delivered-to|content-type|envelope-to|
        authentication-results|x-mailer|x-originating-ip|arc-seal|content-transfer-encoding|in-reply-to|references
    """,
}
FIELDS = {name: role for role, names in _FIELDS.items() for name in _phrases(names)}
"""The names of the fields of copied headers, and what each of them is."""

POINTERS = _words(
    """
    fyi below unten untenstehend untenstehende untenstehenden nachfolgend nachfolgende nachstehend kenntnis onder
    onderstaand onderstaande hieronder kennisgeving dessous abajo sotto seguito conoscenza poniżej wiadomości
    nedenfor nedenstående nedan nedanstående kännedom orientering
    """
)
"""With one of these a short text points at what is forwarded beneath it."""
ABOVE_THIS_LINE = (
    "above this line", "über dieser zeile", "oberhalb dieser zeile", "über diese zeile", "boven deze regel",
    "boven deze lijn", "au-dessus de cette ligne", "por encima de esta línea", "encima de esta línea",
    "sopra questa riga", "sopra questa linea", "al di sopra di questa riga", "nad tą linią", "powyżej tej linii",
    "over denne linje", "over denne linjen", "ovenfor denne linje", "ovanför den här raden", "ovanför denna rad",
    "acima desta linha", "nad tento řádek", "nad tímto řádkem", "выше этой строки", "выше этой линии",
)  # fmt: skip
REPLYING = (
    "repl", "respond", "respon", "write", "type", "enter", "answer", "antwort", "schreib", "typ ", "schrijf",
    "répon", "saisi", "écri", "escrib", "risp", "scriv", "digit", "odpowied", "wpisz", "napisz", "svar", "skriv",
    "text", "odpov", "ответ",
)  # fmt: skip
