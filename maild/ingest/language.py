"""A small guess at the language of a mail: `guess(content_language, text)` gives an ISO 639-1 code, "" if unsure.

The commonest words of thirteen languages are counted, once each, a word that several share for less; what
Content-Language says (RFC 3282) counts like two words: it often names the language of the program, not of the writer.
Used for the language of an answer, never for a decision.
Law: only the first LOOKED_AT letters are looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict

LOOKED_AT = 320
ENOUGH = 1.0
LEAD = 1.3
TOLD = 2.0

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "de": """
        der die das den dem und ich wir sie ihr ist sind nicht ein eine einen mit für auf von zu zum zur bitte haben
        hat kann können wie wo wann was hallo danke vielen dank grüße gruß grüßen freundlichen mein meine unser unsere
        bei im es sich auch noch wird wurde werden keine kein aber oder um rückruf rückmeldung anrufen guten tag
        morgen geht gibt nach seit heute ihnen mir uns dass wenn schon alles klar termin anbei sehr geehrte geehrter
        damen herren hilfe helfen drucker passwort konto funktioniert leider wieder mehr nur über jetzt ja nein
        dringend rechnung
    """,
    "en": """
        the and you we they is are not an with for on of to please have has can could would will how where when what
        hello hi dear thanks thank regards best kind my our your it this that there was were been but or from at be i
        call back me again does do don't can't doesn't no yes working works need help soon possible attached any as if
        today tomorrow morning still sincerely just get let know password account printer meeting invoice urgent up
    """,
    "nl": """
        de het een en ik wij we jullie zij is zijn niet met voor op van te om kan kunnen kunt hoe waar wanneer wat
        hallo beste geachte bedankt dank groet groeten vriendelijke mijn ons onze bij dat deze dit ook nog wordt
        worden geen maar of wel graag aan heeft hebben heb u uw mij goedemorgen goedemiddag bellen terugbellen alvast
        weer werkt doet naar als er afspraak factuur wachtwoord bijlage vandaag morgen wie moet gaat hulp helpen zo
        spoedig mogelijk
    """,
    "fr": """
        le la les un une des et je nous vous ils est sont ne pas avec pour sur de du au aux que qui dans mon ma mes
        notre votre vos bonjour bonsoir merci cordialement salutations bien à il elle ce cette être avoir avez peut
        pouvez comment où quand mais ou plus encore très s'il plaît rappeler moi suis ai j'ai c'est par oui non madame
        monsieur facture jointe aujourd'hui demain imprimante mot passe compte marche fonctionne d'avance
    """,
    "es": """
        el la los las un una y yo nosotros usted ustedes es son no con para por de del al que en mi su sus nuestro
        hola buenos buenas días tardes gracias saludos atentamente cordialmente se lo le me ha hay está están puede
        pueden cómo dónde cuándo pero más muy también llamar llámeme favor sí estimado estimada factura adjunto hoy
        mañana funciona contraseña cuenta impresora necesito quiero tengo desde ya todavía
    """,
    "it": """
        il lo la gli le un una e io noi voi lei è sono non con per su di del della dei al che in mio mia nostro vostro
        ciao buongiorno buonasera grazie saluti cordiali distinti si ha ho hanno può potete come dove quando ma anche
        più molto ancora chiamare richiamare favore prego gentile egregio fattura allegato oggi domani funziona
        stampante conto vorrei bisogno mi ci vi questo questa sì
    """,
    "pl": """
        i w na z do nie to jest są się że o po za od dla jak co czy ja my pan pani państwo proszę dziękuję dzień dobry
        pozdrawiam pozdrowieniami serdecznie cześć witam mam ma mogę można który która już jeszcze ale lub też bardzo
        faktura załączeniu dziś jutro działa drukarka hasło konto telefon kontakt oddzwonić mi mnie nam gdzie kiedy
        tak szanowni
    """,
    "da": """
        og jeg vi du de er ikke en et med for på af til at den det som har kan hvordan hvor hvornår hvad hej kære tak
        venlig hilsen mvh min mit vores jeres fra men eller også mere meget igen må gerne ringe virker printeren
        faktura vedhæftet dag morgen godmorgen adgangskode konto noget hjælp hjælpen hjælpe blive blev være jer nu
        venligst skal mig dig sig mange haft ind ud ude siden passer fint hvis ved der ingen hvem brug nyt går
    """,
    "sv": """
        och jag vi du ni är inte en ett med för på av till att den det som har kan hur var när vad hej tack vänlig
        vänliga hälsning hälsningar mvh min mitt vår ert från men eller också mer mycket igen gärna ringa ring
        fungerar skrivaren faktura bifogad idag imorgon god morgon lösenord konto något hjälp hjälpa snälla ska skulle
        blir varit nu er upp mig dig sig många haft in ut bra passar om vid ingen vem behöver ny
    """,
    "no": """
        og jeg vi du dere er ikke en et med for på av til å den det som har kan hvordan hvor når hva hei kjære takk
        vennlig hilsen mvh min mitt vår deres fra men eller også mer mye igjen gjerne ringe virker fungerer skriveren
        faktura vedlagt dag morgen god passord konto noe hjelp hjelpe bli ble være nå vennligst skal meg deg seg mange
        hatt inn ut ute siden passer fint hvis ved bra der ingen hvem trenger ny går
    """,
    "pt": """
        o a os as um uma e eu nós você vocês é são não com para por de do da dos das ao que em meu minha nosso olá bom
        dia boa tarde obrigado obrigada atenciosamente cumprimentos se foi tem há está estão pode como onde quando mas
        mais muito também ligar favor sim prezado prezada fatura anexo hoje amanhã funciona senha conta impressora
        preciso já
    """,
    "fi": """
        ja on ei en se että hei moi kiitos terveisin ystävällisin minä me te ovat oli olen voi voitte miten missä
        milloin mutta tai myös vielä hyvää huomenta päivää soittakaa soita lasku liitteenä tänään toimi tulostin
        salasana kun niin jos
    """,
    "cs": """
        a je jsem jsme není se na v s z do od pro za po že jak kde kdy co dobrý den děkuji prosím pozdravem díky mám
        máte může můžete který ale nebo také ještě velmi faktura příloze dnes zítra tiskárna heslo účet zavolejte mi
        vás nám bych
    """,
}
_LETTERS = {
    "ß": "de", "ł": "pl", "ż": "pl", "ą": "pl", "ę": "pl", "ś": "pl", "ź": "pl", "ñ": "es", "¿": "es", "¡": "es",
    "ã": "pt", "õ": "pt", "ř": "cs", "ě": "cs", "ů": "cs", "œ": "fr", "ò": "it", "ù": "it", "ĳ": "nl",
}  # fmt: skip
_SCRIPTS = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
    (re.compile("[\u4e00-\u9fff]"), "zh"),
    (re.compile("[іїєґ]"), "uk"),
    (re.compile("[\u0400-\u04ff]"), "ru"),
    (re.compile("[\u0370-\u03ff]"), "el"),
    (re.compile("[\u0590-\u05ff]"), "he"),
    (re.compile("[\u0600-\u06ff]"), "ar"),
)
_FOREIGN = re.compile("[\u0370-\U0010ffff]")


def _table() -> dict[str, list[tuple[str, float]]]:
    """Word -> the languages that have it, and what it counts for each."""
    spoken: defaultdict[str, set[str]] = defaultdict(set)
    for name, words in _COMMON.items():
        for word in words.split():
            spoken[word].add(name)
    return {word: [(name, 1 / len(names)) for name in sorted(names)] for word, names in spoken.items()}


_TABLE = _table()
_KNOWN = frozenset(_TABLE)


def guess(content_language: str, text: str) -> str:
    folded = text[:LOOKED_AT].lower().replace("’", "'")
    return _by_script(folded) or _by_words(content_language.strip().lower()[:2], folded)


def _by_script(text: str) -> str:
    foreign = len(_FOREIGN.findall(text)) if not text.isascii() else 0
    if foreign < 3 or 3 * foreign < sum(map(str.isalpha, text)):
        return ""
    return next((name for letters, name in _SCRIPTS if letters.search(text)), "")


def _by_words(told: str, text: str) -> str:
    counts: defaultdict[str, float] = defaultdict(float)
    for word in _KNOWN.intersection(_WORD.findall(text)):
        for name, weight in _TABLE[word]:
            counts[name] += weight
    if not text.isascii():
        for letter, name in _LETTERS.items():
            counts[name] += letter in text
    if len(told) == 2 and told.isascii() and told.isalpha():
        counts[told] += TOLD
    best = sorted(counts, key=counts.__getitem__, reverse=True)[:2]
    if not best or counts[best[0]] < ENOUGH:
        return ""
    return best[0] if len(best) < 2 or counts[best[0]] >= LEAD * counts[best[1]] else ""
