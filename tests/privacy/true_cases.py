"""More than 200 sentences with personal data of others, as customers of a desk write them; all persons are invented.

In: nothing; out: `TRUE_CASES`, each with the kind that stands in it. The numbers are made from a seed, with right check
digits.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from maild.desks.privacy import PersonalData as Kind
from tests.privacy.numbers import a_bsn, a_health_number, a_pension_number, a_tax_id, an_iban, in_groups

_CHANCE = Random(20261128)

# `{}` is the number, `{g}` the same in groups.
TAX = """
Der Klient hat die Steuer-ID {} und kann sich nicht anmelden.
Steueridentifikationsnummer: {g}
Beim Speichern der IdNr {} kommt eine Fehlermeldung.
Bitte prüfen Sie den Datensatz von Herrn Kessler (Steuer-ID {g}).
Die Nummer {} steht auf dem Bescheid, die App zeigt eine andere.
Wir haben {g} eingegeben, es wurde aber nichts gefunden.
Steuer-Identnr. {}, Akte liegt bei
In der Maske steht bei Frau Odermatt: {}.
The German tax id of the client is {g}.
Her tax number is {}, please correct it.
Tax ID: {}
We typed {g} into the form and it crashed.
Zijn Duitse fiscale nummer is {}.
Het belastingnummer {g} wordt niet geaccepteerd.
Können Sie {} bitte löschen? Das ist die falsche Person.
Export enthält folgende IDs: {}; der Rest fehlt
""".strip().split("\n")
HEALTH = """
Die Versichertennummer {} wird nicht übernommen.
KVNR {} ist doppelt angelegt.
Patient mit KV-Nummer {} erscheint zweimal in der Liste.
Krankenversichertennummer: {}
Karte eingelesen, Nummer {}, danach Absturz.
Bitte führen Sie {} und den anderen Datensatz zusammen.
Im Formular steht "{}", das ist aber die Nummer ihres Mannes.
eGK {} lässt sich nicht lesen
Versichertennr.: {} (AOK)
The insured person's number is {}.
Insurance number {} shows the wrong name.
We scanned the card of a patient, {}, and nothing happened.
Het Duitse verzekeringsnummer {} werkt niet.
Fehler bei {}, siehe Bildschirmfoto.
Frau Brandl ({}) bekommt keine Einladung.
Folgende Versicherte fehlen: {}, weitere folgen
""".strip().split("\n")
PENSION = """
Rentenversicherungsnummer {} eintragen geht nicht.
Die RV-Nummer des Bewohners lautet {g}.
SV-Nummer: {}
Sozialversicherungsnummer {g} wird als ungültig gemeldet.
RVNR {}: Antrag hängt seit gestern
Wir brauchen Hilfe beim Fall {g}.
Laut Ausweis {}, laut System eine andere.
Her social security number is {}.
The pension number {g} is refused.
Social insurance: {}
Het pensioennummer {} van de cliënt klopt niet.
Duits pensioennummer: {g}
Bitte ändern: {} statt der alten Nummer
Die Nummer {g} gehört zu einem anderen Klienten.
""".strip().split("\n")
BSN = """
BSN {} van de cliënt staat dubbel in het systeem.
Het burgerservicenummer is {}.
Burgerservicenummer: {g}
Bij bsn {} krijg ik een foutmelding.
De cliënt met BSN-nummer {} kan niet inloggen.
Kunt u {} verwijderen? Dat is het BSN van een ander.
Mevrouw De Wit (bsn: {}) ziet een leeg scherm.
Wij hebben het sofinummer {} ingevoerd.
De import weigert bsn {g}.
Onder burgerservicenummer {} staan twee dossiers.
The client's BSN is {}.
Citizen service number {} belongs to somebody else.
Her Dutch BSN, {g}, was entered twice.
Please remove the citizen number {} from the ticket list.
Die niederländische BSN {} wird nicht angenommen.
Burgerservicenummer ({}) kommt aus dem Altsystem.
Cliëntnummer onbekend, BSN wel: {}
Op het formulier staat {d} en dat klopt niet.
Dossier {d} is leeg.
Fout bij het opslaan van {d}.
""".strip().split("\n")
IBAN_DE = """
Die IBAN {g} des Klienten wird nicht gespeichert.
Kontoverbindung: {}
Bitte überweisen Sie es Frau Maurer auf {g}.
Lastschrift von {} ist zweimal abgegangen
Er hat {} angegeben, der Name passt aber nicht.
IBAN: {g}, Kontoinhaber Jonas Feld
In Zeile 14 der Datei steht {}.
Bank account of the client: {g}
His IBAN is {}, the system says it is wrong.
Refund goes to {g}, please.
De cliënt heeft een Duitse rekening: {}
Der Export zeigt {g} statt der neuen Bankverbindung.
""".strip().split("\n")
IBAN_NL = """
Het rekeningnummer {g} van mevrouw Bos klopt niet.
IBAN {}
Graag terugbetalen op {}.
Rekening {g} staat op naam van de zoon van de cliënt.
Het systeem weigert {} zonder uitleg.
The resident's account is {g}.
Please change the bank account to {}.
Das Konto ist in den Niederlanden: {g}.
""".strip().split("\n")
IBAN_ELSEWHERE = (
    ("AT", "Österreichisches Konto des Klienten: {g}"),
    ("BE", "Rekening in België: {}"),
    ("FR", "Her account is in France, {g}, and the form refuses it."),
    ("CH", "Die Schweizer IBAN {g} von Herrn Ammann geht nicht."),
)
BIRTH = """
Frau Anna Keller, geb. 12.03.1984, kann sich nicht anmelden.
Herr Yilmaz (geboren am 7.11.1956) fehlt in der Liste.
Geburtsdatum: 01.02.1990
Das Geburtsdatum von Lena Schuster ist der 5. Mai 2001.
Klientin M. Sander, geb. am 30.12.1948, hat zwei Akten.
geb. 4.6.78, wohnhaft in Kassel
Max Beispiel, *14.08.1972, Zimmer 12
Herr Peter Aumann, 03.09.1961, sieht eine leere Seite.
Patientin Sofie Lang (22.10.1995) bekommt keine Mail.
Bewohner Karl Weiß / 17.05.1939 / Station 3
Schröder, Emil, 09.04.2012, Klasse 5b
In der Akte steht 1979-06-21 als Geburtstag.
Die Klientin wurde am 11.07.1983 geboren.
Geb.-Datum 19.01.1966 lässt sich nicht ändern
Gebdat: 28.02.1954
Bitte korrigieren: Jana Roth, geb. 3. Januar 1988
Kind Mia Vogt, geboren 02.02.2019, fehlt im Export.
Sein Geburtstag ist der 24.12.1970, angezeigt wird der 23.
Nutzerin Eva Thoma; 08.08.1991; aktiv
Herrn Dr. Ulrich Benz, 13.06.1947, erreicht die Einladung nicht.
Anna Berg (geb. Stein), Geburtsdatum 16.03.1977
Der Datensatz "Kurt Hansen, 1.4.1950" ist doppelt.
John Miller, born 12 March 1984, cannot log in.
Date of birth: 23/07/1969
Her date of birth is 4 June 1992, the page shows 1993.
The client (DOB 05/11/1981) got the wrong letter.
D.O.B. 1975-10-30
Mrs Carter (14/02/1938) sees an empty page.
Patient Alice Brown, 19/09/1949, has two files.
Mr. Thomas Reed, 3 August 1955, is missing.
The birthday of Emma Stone is March 3, 1987, not March 13.
He was born on 1 January 1960, says the passport.
Client Olivia Hart; 21/12/2003; second floor
User Jack Ford - 30.06.1998 - was created twice
Please correct: Sarah Lindt (b. 1990), birth date 02/05/1990.
Birthdate 11-11-1944 is refused by the form
Smith, Oliver, 15/04/2008, class 4
She gave 07.07.1963 as her date of birth.
Mevrouw Jansen, geboren op 12-03-1951, kan niet inloggen.
Geboortedatum: 04-11-1987
De geboortedatum van Piet Bakker is 9 mei 1978.
Dhr. De Vries (geb. 21-06-1949) ontbreekt in de lijst.
geb. 01-01-1970, wonend in Zwolle
Cliënt Sanne Visser, 14-02-1996, krijgt geen mail.
Bewoner Henk Mulder / 30-08-1936 / kamer 7
Cliënte Fatima Amrani (17-03-2002) staat er dubbel in.
Zijn geb.datum is 25-12-1965.
Leerling Daan Smit; 06-10-2011; groep 6
Zij is geboren op 3 februari 1959 in Breda.
In het dossier staat 1968-04-15 als geboortedatum.
Mw. A. van Dijk, geb 07-09-1943
Meneer Klaas Postma, 11-05-1957, ziet een leeg scherm.
Kind Noor Willems, geboren 20-01-2018, ontbreekt.
Graag wijzigen: Tim Hoekstra, geboortedatum 28 augustus 1994
Het meisje is op 13-07-2015 geboren.
Vermeer, Lotte, 05-06-2009, klas 2b
""".strip().split("\n")
PHONE = """
Bitte rufen Sie die Klientin unter 0171 2345678 an.
Herr Lorenz ist telefonisch unter 030 / 4455667 zu erreichen.
Telefonnummer der Mutter: 0211-998877
Handy von Frau Adler: 0160 9988776
Die Klientin, Tel. 089 123456, hat keinen Zugang.
Der Sohn hat die Mobilnummer 015123456789.
+49 171 5556677 ist die Nummer des Patienten.
Erreichbar ist er nur abends, 0351 445566.
Im Profil steht +49 (0)40 7654321, das stimmt nicht mehr.
Rückruf bei Familie Otto: 05121 / 776655
Ihre Festnetznummer (07121 334455) ist im System falsch.
SMS an 0176 44556677 kommt nicht an.
Die Betreuerin Frau Ilg, Telefon 0049 731 887766, weiß mehr.
You can call the client on +49 151 22334455.
The patient's phone number is +44 20 7946 0123.
Her mobile is 0171 8899001, she does not get the code.
Please ring Mr Baker, 0151 6677889.
The code is sent to +31 6 12345678, which is the daughter's.
His landline: phone 030 7788990
Mrs Green can be reached at +1 202 555 0147.
Text message to +49 160 1112223 never arrives.
Contact of the resident: +43 660 1234567
Bel de cliënt op 06-12345678.
Mevrouw Kok is bereikbaar op 06 87654321.
Telefoonnummer van de zoon: 020-6543210
Zijn mobiel (06 11223344) krijgt geen code.
Het nummer +31 6 55443322 is van de dochter.
Tel. van de mantelzorger: 010 - 4455667
De sms naar 0612345670 komt niet aan.
Graag terugbellen naar meneer Prins, 0348-556677.
In het dossier staat telefoon 0031 20 7654321.
U kunt de bewoner bellen op +31 (0)30 2233445.
""".strip().split("\n")
ADDRESS = """
Die Klientin hat die Adresse lena.schuster@mail.example und bekommt nichts.
Bitte löschen Sie das Konto kurt.hansen78@post.example.
Benutzer: m.sander@familie-sander.example
Einladung an peter_aumann@web.example kam zurück.
Der Patient schreibt von <eva.thoma@mail.example>.
Sein Login ist jonas.feld@provider.example, Passwort vergessen.
Im Export fehlt anna-berg@haus.example.
E-Mail des Vaters: u.benz@arzt.example
Zwei Konten: karl1@mail.example und karl2@mail.example
Die Nachricht ging an sofie@lang.example statt an mich.
The client uses alice.brown@mail.example to log in.
Please delete oliver.smith@post.example.
Her address, emma@stone.example, is spelt wrongly.
User t.reed@home.example gets no code.
Invitation to jack+clinic@ford.example bounced.
Account: olivia_hart@provider.example
(sarah.lindt@mail.example) cannot sign in.
The mail to mr.baker@village.example came back.
De cliënt gebruikt sanne.visser@post.example.
Graag piet.bakker@mail.example verwijderen.
Zijn adres is henk@mulder.example, dat werkt niet.
Gebruiker: f.amrani@thuis.example
De uitnodiging aan tim.hoekstra@mail.example kwam terug.
E-mail van de dochter: lotte@vermeer.example
""".strip().split("\n")

# Written as people write when they do not think of forms; some of these nobody could find.
HASTY: tuple[tuple[Kind, str], ...] = (
    (Kind.BIRTH_DATE, "Unser Klient heißt Paul Neumann und ist am 4.4.1990 zur Welt gekommen."),
    (Kind.BIRTH_DATE, "Name: Paul Neumann\nGeb.: 04.04.1990"),
    (Kind.BIRTH_DATE, "Neumann Paul 04.04.1990"),
    (Kind.BIRTH_DATE, "04.04.1990, Paul Neumann, weiblich statt männlich"),
    (Kind.BIRTH_DATE, "Paul Neumann (*4.4.1990)"),
    (Kind.BIRTH_DATE, "Jg. 1990, Geburtsdatum unbekannt, Angabe: 04/1990"),
    (Kind.BIRTH_DATE, "PAUL NEUMANN, 04.04.1990"),
    (Kind.BIRTH_DATE, "patient dob: 4-Apr-1990"),
    (Kind.BIRTH_DATE, "Born: April 4th, 1990"),
    (Kind.BIRTH_DATE, "geboortedatum cliënt 4-4-'90"),
    (Kind.BIRTH_DATE, "P. Jansen geb. 04041990"),
    (Kind.BIRTH_DATE, "Jansen, P. (4 april 1990)"),
    (Kind.BIRTH_DATE, "Geboren: 4 apr 1990"),
    (Kind.PHONE, "Frau Neumann 0171-2345678"),
    (Kind.PHONE, "Bitte melden bei Frau Neumann, 0171/2345678."),
    (Kind.PHONE, "Tel: 0049171 2345678 (Mutter)"),
    (Kind.PHONE, "Die Nummer der Klientin ist 030 12345678"),
    (Kind.PHONE, "(030) 1234567 ist die Telefonnummer des Vaters"),
    (Kind.PHONE, "T: 06-12345678 (dochter)"),
    (Kind.PHONE, "mevr. Jansen 0612345678"),
    (Kind.PHONE, "phone +31612345678"),
    (Kind.PHONE, "her number is +491712345678"),
    (Kind.PHONE, "+44 7700 900123 is the mobile of the client"),
    (Kind.ADDRESS, "paul.neumann@mail.example"),
    (Kind.ADDRESS, "Login=paul.neumann@mail.example;Rolle=Klient"),
    (Kind.ADDRESS, "paul.neumann [at] mail.example"),
    (Kind.ADDRESS, "Betroffen: Paul Neumann <paul.neumann@mail.example>, seit gestern"),
    (Kind.ADDRESS, "'paul_neumann@t-online.example' geht nicht"),
    (Kind.IBAN, f"iban {an_iban(_CHANCE).lower()}"),
    (Kind.IBAN, f"IBAN:{an_iban(_CHANCE)}"),
    (Kind.IBAN, f"IBAN-Nr. {in_groups(an_iban(_CHANCE), by='-')}"),
    (Kind.IBAN, f"Kto {an_iban(_CHANCE, 'NL')}/Bos"),
    (Kind.IBAN, f"{in_groups(an_iban(_CHANCE, 'GB'))} is hers"),
    (Kind.CITIZEN_NUMBER, f"StId:{a_tax_id(_CHANCE)}"),
    (Kind.CITIZEN_NUMBER, f"Steuer-Nr. {in_groups(a_tax_id(_CHANCE), 2, 3, by='/')}"),
    (Kind.CITIZEN_NUMBER, f"BSN{a_bsn(_CHANCE)}"),
    (Kind.CITIZEN_NUMBER, f"bsn-nr = {a_bsn(_CHANCE)}"),
    (Kind.CITIZEN_NUMBER, f"BSN nummer van cliënt: {in_groups(a_bsn(_CHANCE), 3)}"),
    (Kind.INSURANCE_NUMBER, f"Vers.-Nr. {in_groups(a_health_number(_CHANCE), 1, 9)}"),
    (Kind.INSURANCE_NUMBER, f"KVNR:{a_health_number(_CHANCE)}."),
    (Kind.INSURANCE_NUMBER, f"kvnr {a_health_number(_CHANCE).lower()}"),
    (Kind.INSURANCE_NUMBER, f"RVNR {a_pension_number(_CHANCE)}/Fall 3"),
    (Kind.INSURANCE_NUMBER, f"SVNR {in_groups(a_pension_number(_CHANCE), 2, 2, 2, 2, 1, 2, 1)}"),
)


def _numbered(kind: Kind, sentences: list[str], make: Callable[[Random], str], *sizes: int) -> list[tuple[Kind, str]]:
    made = ((sentence, make(_CHANCE)) for sentence in sentences)
    return [(kind, _filled(sentence, number, *sizes)) for sentence, number in made]


def _filled(sentence: str, number: str, *sizes: int) -> str:
    return sentence.format(number, g=in_groups(number, *sizes), d=in_groups(number, 4, 2, 3, by="."))


def _plain(kind: Kind, sentences: list[str]) -> list[tuple[Kind, str]]:
    return [(kind, sentence) for sentence in sentences]


TRUE_CASES: tuple[tuple[Kind, str], ...] = (
    *_numbered(Kind.CITIZEN_NUMBER, TAX, a_tax_id, 2, 3),
    *_numbered(Kind.INSURANCE_NUMBER, HEALTH, a_health_number),
    *_numbered(Kind.INSURANCE_NUMBER, PENSION, a_pension_number, 2, 6, 1, 3),
    *_numbered(Kind.CITIZEN_NUMBER, BSN, a_bsn, 4, 2, 3),
    *_numbered(Kind.IBAN, IBAN_DE, an_iban),
    *_numbered(Kind.IBAN, IBAN_NL, lambda chance: an_iban(chance, "NL")),
    *((Kind.IBAN, _filled(sentence, an_iban(_CHANCE, country))) for country, sentence in IBAN_ELSEWHERE),
    *_plain(Kind.BIRTH_DATE, BIRTH),
    *_plain(Kind.PHONE, PHONE),
    *_plain(Kind.ADDRESS, ADDRESS),
    *HASTY,
)
