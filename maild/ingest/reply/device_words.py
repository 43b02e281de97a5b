"""What devices and programs write below a mail, language by language: tables of words, no code.

To teach a device or a language: add its words here and a mail to tests/ingest/replies.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEADS = (
    "sent ", "from my ", "someone from ", "gesendet ", "von meinem ", "von meiner ", "vom ",
    "diese nachricht wurde ", "diese mail wurde ", "diese e-mail wurde ", "envoyé ", "envoyée ", "provenance ",
    "message envoyé ", "ce message a été envoyé ", "enviado ", "enviada ", "inviato ", "inviata ", "verzonden ",
    "verstuurd ", "wysłane ", "wysłano ", "sendt ", "skickat ", "skickades ", "lähetetty ", "odesláno ",
    "odoslané ", "отправлено ", "надіслано ", "trimis ", "küldve ", "elküldve ", "poslano ",
)  # fmt: skip
"""How "Sent from my iPhone" begins."""
DEVICES = _words(
    """
    iphone iphonea iphonesta iphonu ipad ipada ipadu ipod android androida blackberry mobile cell phone handy
    smartphone handset samsung galaxy htc nokia windows outlook mail mailbox yahoo airmail alcatel device tablet
    handheld treo nexus pixel huawei xiaomi oneplus oppo motorola lg sony xperia proton protonmail spark
    thunderbird mobiltelefon mobilgerät gerät gmx web freenet telekom ionos app correo courrier posta poczta
    poczty e-post móvil dispositivo appareil téléphone telefono cellulare telefon telefonu telefoon toestel
    urządzenia mobiltelefonen enhed tuta tutanota ti mailspring mailbird aquamail bluemail k roundcube zimbra hey
    superhuman webmail celular smartphonu mobilu почты почта мобильного
    """
)
GETTING = _words(
    """
    get download beziehen holen hole herunterladen laden lade downloaden verkrijgen télécharger téléchargez
    obtenir obtenez obtener obtén obtenga descargar descargue scarica ottieni pobierz uzyskaj hent få hämta skaffa
    baixe baixar obter hanki lataa stáhněte získejte скачать скачайте
    """
)
"""With one of these, "Outlook" and a system: "Get Outlook for iOS"."""
SCANNED = (
    "virus-free", "virenfrei", "virusvrij", "garanti sans virus", "libre de virus", "sans virus", "senza virus",
    "wolny od wirusów", "privo di virus", "sin virus", "virusfri",
)  # fmt: skip
ENDS = (
    "から送信", "傳送", "gönderildi",
)  # fmt: skip
CHINESE = (
    "发自我的", "發自我的",
)  # fmt: skip
CONFIDENTIAL = (
    "confidential", "disclaimer", "intended recipient", "vertraulich", "vertrouwelijk", "confidentiel",
    "confidencial", "riservat", "confidenzial", "poufn", "fortrolig", "konfidentiel", "luottamuksel", "důvěrn",
    "конфиденциальн",
)  # fmt: skip
"""One of these makes a few lines below a ruler a disclaimer."""
