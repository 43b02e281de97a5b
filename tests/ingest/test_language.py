"""The language of a mail, told by its small words: what an answer is written in."""

from __future__ import annotations

import pytest

from maild.ingest.language import guess
from tests.effort import effort

SENTENCES = {
    "de": """
        Bitte um Rückruf|Danke!|Guten Tag, mein Konto ist gesperrt.|Der Drucker geht nicht.|
        Wann kommt der Techniker?|Können Sie mir helfen?|Anbei die Rechnung.|Das Passwort wurde geändert, danke.|
        Wir haben seit heute kein Internet|Vielen Dank und viele Grüße|Ja, das passt mir gut.|
        Ich kann mich nicht anmelden
    """,
    "en": """
        Please call me|Thanks!|Hello, my account is locked.|The printer does not work.|
        When will the technician come?|Can you help me?|Invoice attached.|The password has been changed, thank you.|
        We have no internet since today|Thank you and best regards|Yes, that works for me.|I cannot sign in
    """,
    "nl": """
        Graag bellen|Bedankt!|Goedemorgen, mijn account is geblokkeerd.|De printer doet het niet.|
        Wanneer komt de monteur?|Kunt u mij helpen?|De factuur vindt u in de bijlage.|
        Het wachtwoord is gewijzigd, bedankt.|We hebben sinds vandaag geen internet|Met vriendelijke groet|
        Ja, dat komt mij goed uit.|Ik kan niet inloggen
    """,
    "fr": """
        Merci de me rappeler|Merci !|Bonjour, mon compte est bloqué.|L'imprimante ne marche pas.|
        Quand vient le technicien ?|Pouvez-vous nous aider ?|Vous trouverez la facture jointe.|
        Le mot de passe a été changé, merci.|Nous n'avons plus internet depuis ce matin|Bien cordialement|
        Oui, cela me convient.|Je ne peux pas me connecter
    """,
    "es": """
        Por favor, llámeme|¡Gracias!|Hola, mi cuenta está bloqueada.|La impresora no funciona.|
        ¿Cuándo viene el técnico?|¿Me pueden ayudar?|Adjunto la factura.|La contraseña se ha cambiado, gracias.|
        No tenemos internet desde hoy|Un saludo y muchas gracias|Sí, me viene muy bien.|No puedo entrar en mi cuenta
    """,
    "it": """
        Mi richiami per favore|Grazie!|Buongiorno, il mio conto è bloccato.|La stampante non funziona.|
        Quando viene il tecnico?|Mi potete aiutare?|In allegato la fattura.|La password è stata cambiata, grazie.|
        Da oggi non abbiamo internet|Cordiali saluti|Sì, per me va bene.|Non riesco ad entrare nel mio conto
    """,
    "pl": """
        Proszę o telefon|Dziękuję!|Dzień dobry, moje konto jest zablokowane.|Drukarka nie działa.|
        Kiedy przyjdzie technik?|Czy może mi pan pomóc?|W załączeniu faktura.|Hasło zostało zmienione, dziękuję.|
        Od dziś nie mamy internetu|Z pozdrowieniami|Tak, to mi pasuje.|Nie mogę się zalogować
    """,
    "da": """
        Ring venligst til mig|Mange tak for hjælpen!|Hej, jeg er låst ude af min konto.|Printeren virker ikke.|
        Hvornår kommer teknikeren?|Kan I hjælpe mig?|Fakturaen er vedhæftet.|Adgangskoden er ændret, tak for det.|
        Vi har ikke haft internet siden i dag|Med venlig hilsen|Ja, det passer mig fint, tak.|Jeg kan ikke logge ind
    """,
    "sv": """
        Ring mig tack|Tack!|Hej, jag är utelåst från mitt konto.|Skrivaren fungerar inte.|När kommer teknikern?|
        Kan ni hjälpa mig?|Fakturan är bifogad.|Lösenordet är ändrat, tack.|Vi har inte haft internet sedan idag|
        Med vänlig hälsning|Ja, det passar mig bra, tack.|Jag kan inte logga in
    """,
    "no": """
        Vennligst ring meg|Takk!|Hei, jeg er låst ute av kontoen.|Skriveren virker ikke, kan dere hjelpe?|
        Når kommer teknikeren?|Kan dere hjelpe meg?|Fakturaen er vedlagt.|Passordet er endret, takk.|
        Vi har ikke hatt internett siden i dag, når blir det bra igjen?|Med vennlig hilsen|
        Ja, det er greit for meg, takk.|Jeg får ikke logget inn
    """,
}  # fmt: skip
OWN = ("de", "en", "nl")
# Danish and Norwegian write half of this alike.
KIN = {"da": {"no"}, "no": {"da"}}


def cases() -> list[object]:
    split = [(name, each.strip()) for name, lines in SENTENCES.items() for each in lines.replace("\n", "").split("|")]
    return [pytest.param(name, sentence, id=f"{name}: {sentence}") for name, sentence in split]


@pytest.mark.parametrize(("language", "sentence"), cases())
def test_a_sentence_is_never_taken_for_another_language(language: str, sentence: str) -> None:
    found = guess("", sentence)
    assert found in {"", language} | KIN.get(language, set())


@pytest.mark.parametrize("language", SENTENCES)
def test_nearly_every_short_sentence_is_recognised(language: str) -> None:
    sentences = [each.strip() for each in SENTENCES[language].replace("\n", "").split("|")]
    known = sum(guess("", sentence) == language for sentence in sentences)
    assert known >= (0.9 if language in OWN else 0.7) * len(sentences)


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("de-DE", "hello", "de"),
        ("de", "", "de"),
        ("nl-NL, en", "ok", "nl"),
        ("en-US", "Guten Tag, der Drucker im zweiten Stock geht leider nicht mehr. Können Sie bitte helfen?", "de"),
        ("en-US", "Goedemorgen, de printer doet het niet meer. Kunt u mij helpen?", "nl"),
        ("fr", "Bonjour", "fr"),
        ("", "42", ""),
        ("", "", ""),
        ("", "Ticket 4711", ""),
        ("x-nonsense", "ok", ""),
        ("??", "Der Drucker geht nicht", "de"),
        ("", "Bitte um Hilfe / please help / graag hulp", ""),
        ("", "Здравствуйте, принтер не работает.", "ru"),
        ("", "二楼的打印机不能用了", "zh"),
        ("", "プリンターが動きません", "ja"),
        ("", "A impressora não funciona, obrigada.", "pt"),
        ("", "Dobrý den, tiskárna nefunguje, prosím zavolejte.", "cs"),
        ("", "Hei, tulostin ei toimi. Kiitos avusta!", "fi"),
    ],
)
def test_what_is_declared_helps_and_plain_words_outweigh_it(declared: str, text: str, language: str) -> None:
    assert guess(declared, text) == language


def test_a_megabyte_costs_no_more_than_a_page() -> None:
    assert effort(lambda: guess("", "der die das " * 100_000), 0.5) <= 0.5
