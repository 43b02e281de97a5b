"""A small library of help articles in three languages, and mails of which we know what should be offered for them."""

from __future__ import annotations

from maild.desks.articles import Head, HelpArticle, help_article

ARTICLES = {
    "pw-en": ("en", "Setting a new password", "sign in, log in, locked out",
        """Open the sign-in page and choose Forgot your password? Enter the address you are registered with. A link
        arrives within a few minutes; it works once, for one hour. No mail? Look into the spam folder, then write to us
        from your registered address. Nobody of the service desk will ever ask for your password."""),
    "down-en": ("en", "When the platform does not answer", "outage, down, unreachable, timeout",
        """Try another browser or network: if that helps, the fault is on the way, not on the platform. Say since when,
        for whom, and what the page shows. The status page lists what we know of already."""),
    "bill-en": ("en", "Invoices and the billing address", "bill, VAT, payment",
        """Invoices are sent on the first of the month. All of them lie under Settings, Billing, as PDF files. There you
        also change the address and the purchase order number that are printed on them."""),
    "cal-en": ("en", "Showing appointments in your own calendar", "Outlook, Google, iCal, sync",
        """Under Settings, Calendars, choose Share. Copy the link into Outlook, Google or your phone as a subscribed
        calendar. Changes show up there within an hour. Patients' names are left out unless you allow them."""),
    "pw-de": ("de", "Neues Kennwort setzen", "Passwort, einloggen, Zugangsdaten, Login",
        """Öffnen Sie die Anmeldeseite und wählen Sie „Kennwort vergessen?“. Geben Sie die Adresse ein, mit der Sie
        registriert sind. Der Link kommt nach wenigen Minuten und gilt einmal, eine Stunde lang. Keine Mail? Sehen Sie
        im Spam-Ordner nach."""),
    "doc-de": ("de", "Behandler anlegen", "Arzt, Ärztin, Therapeut, Mitarbeiter, Benutzer",
        """Öffnen Sie Verwaltung, Personen und wählen Sie „Hinzufügen“. Tragen Sie Name, Fachrichtung und LANR ein. Der
        Behandler erscheint danach im Kalender und kann Termine bekommen. Zugänge vergibt die Praxisleitung."""),
    "bill-de": ("de", "Rechnungen und Lizenzen", "Rechnung, Lizenz, Gutschrift, Abrechnung, kündigen",
        """Rechnungen kommen am Ersten des Monats. Alle liegen unter Einstellungen, Abrechnung. Dort ändern Sie auch die
        Anschrift. Weitere Lizenzen bestellen Sie ebenda; sie gelten ab sofort und werden anteilig berechnet."""),
    "print-de": ("de", "Drucker und Etiketten einrichten", "drucken, Ausdruck, Etikettendrucker",
        """Wählen Sie unter Einstellungen, Geräte den Drucker aus. Für Etiketten stellen Sie das Format 57 mal 32 ein.
        Bleibt das Blatt leer, fehlt meist der Treiber: laden Sie ihn von der Seite des Herstellers."""),
    "2fa-de": ("de", "Anmeldung mit zweitem Faktor", "2FA, TAN, Authenticator, Bestätigungscode",
        """Nach dem Kennwort fragen wir einen sechsstelligen Code ab, den eine App auf Ihrem Telefon zeigt. Bei einem
        neuen Telefon setzt die Praxisleitung den Faktor unter Verwaltung, Personen zurück."""),
    "pw-nl": ("nl", "Een nieuw wachtwoord instellen", "inloggen, aanmelden, account",
        """Open de aanmeldpagina en kies Wachtwoord vergeten. Vul het adres in waarmee u geregistreerd bent. De link
        komt binnen enkele minuten en werkt één keer, een uur lang. Geen mail? Kijk in de map met spam."""),
    "bill-nl": ("nl", "Facturen downloaden", "factuur, rekening, btw, betaling",
        """Facturen staan onder Instellingen, Facturatie, als PDF. Daar verandert u ook het adres en het
        inkoopnummer. Een kopie van een oude factuur vindt u in het archief."""),
    "move-nl": ("nl", "Afspraken verzetten of afzeggen", "afspraak, agenda, annuleren",
        """Sleep de afspraak in de agenda naar een andere tijd. De patiënt krijgt vanzelf een bericht. Afzeggen kan met
        de rechtermuisknop; de reden komt in het dossier."""),
}  # fmt: skip

MAILS: tuple[tuple[str, str, str, str], ...] = (
    ("pw-en", "en", "Forgot my password", "Hi, I cannot get in any more. What should I do? Thanks, Ann"),
    ("pw-en", "en", "Login", "Hello, I am locked out since this morning, the page says my password is wrong."),
    ("pw-en", "en", "question", "Dear team, how do I change the passwords of our accounts?"),
    ("pw-en", "en", "Can't sign in", "I tried three times. It says wrong password."),
    ("pw-en", "de", "Password reset", "The reset link for my password never arrives."),
    ("down-en", "en", "Platform down", "Nobody here can work. The platform does not load."),
    ("down-en", "en", "Is there an outage?", "All of us get a timeout since 9:00."),
    ("down-en", "en", "URGENT", "The platform is unreachable for all users in our practice."),
    ("bill-en", "en", "Invoice of March", "Please send us the invoice again, our accounting lost it."),
    ("bill-en", "en", "Wrong billing address", "We have moved. Our new address is 1 Main Street."),
    ("bill-en", "en", "VAT number", "Could you print our VAT number on the invoices?"),
    ("cal-en", "en", "Outlook calendar", "How can I see our appointments in Outlook?"),
    ("cal-en", "en", "sync", "My phone's calendar does not show the appointments of this week."),
    ("cal-en", "en", "Google", "Is it possible to have appointments in Google Calendar?"),
    ("pw-de", "de", "Passwort vergessen", "Guten Tag, ich komme nicht mehr rein. Mit freundlichen Grüßen"),
    ("pw-de", "de", "Passwortänderung", "Wie geht das bei Ihnen?"),
    ("pw-de", "de", "Anfrage", "Bitte schicken Sie mir ein neues Benutzerpasswort für Frau Meier."),
    ("pw-de", "de", "Login geht nicht", "Beim Einloggen kommt immer, das Kennwort sei falsch."),
    ("pw-de", "de", "Zugang", "Die Zugangsdaten sind mir abhanden gekommen, ich habe das Passwort vergessen."),
    ("pw-de", "de", "PASSWOERTER", "Muessen unsere Passwoerter alle drei Monate erneuert werden?"),
    ("doc-de", "de", "Wie lege ich Behandler an?", "Hallo, wir haben eine neue Kollegin. Wo lege ich sie an?"),
    ("doc-de", "de", "Neue Ärztin", "Frau Dr. Kurz fängt am Montag an. Wie kommt sie als Behandlerin in den Kalender?"),
    ("doc-de", "de", "Mitarbeiter anlegen", "Uns fehlt der Knopf zum Anlegen eines Mitarbeiters."),
    ("bill-de", "de", "Rechnung falsch", "Die Rechnung vom Mai nennt acht Lizenzen, wir haben sechs."),
    ("bill-de", "de", "Lizenzerweiterung", "Wir brauchen ab Juni zwei Lizenzen mehr."),
    ("bill-de", "de", "Rechnungsadresse", "Unsere Anschrift hat sich geändert. Die Rechnungen gehen ins Leere."),
    ("bill-de", "de", "Kündigung", "Wir möchten drei der Lizenzen kündigen."),
    ("print-de", "de", "Drucker druckt nicht", "Seit dem Update kommt kein Etikett mehr aus dem Drucker."),
    ("print-de", "de", "Etiketten", "Beim Drucken der Etiketten bleibt das Blatt leer."),
    ("2fa-de", "de", "Neues Handy", "Ich habe ein neues Telefon und die Authenticator-App zeigt keinen Code mehr."),
    ("2fa-de", "de", "TAN", "Die Anmeldung will einen Bestätigungscode, woher bekomme ich den?"),
    ("pw-nl", "nl", "Wachtwoord vergeten", "Hallo, ik kan niet meer inloggen. Groeten, Jan"),
    ("pw-nl", "nl", "vraag", "Hoe verander ik de wachtwoorden van onze accounts?"),
    ("pw-nl", "nl", "Inloggen lukt niet", "Hij zegt dat mijn wachtwoord niet klopt."),
    ("bill-nl", "nl", "Factuur maart", "Kunt u de factuur van maart nog eens sturen?"),
    ("bill-nl", "nl", "Betaling", "De betaling van de rekening is twee keer afgeschreven."),
    ("move-nl", "nl", "Afspraak verzetten", "Hoe verzet ik een afspraak naar een andere dag?"),
    ("move-nl", "nl", "agenda", "Kan ik meerdere afspraken tegelijk afzeggen?"),
    ("", "en", "Thank you", "Thanks for your help last week, all is well. Kind regards, Ann"),
    ("", "en", "Meeting on Thursday", "Can we talk on Thursday at ten? I will bring the contract."),
    ("", "en", "Feature wish", "It would be nice if the colours of the tables could be changed."),
    ("", "en", "Wrong patient in the letter", "The letter shows another patient's name. Please look at it at once."),
    ("", "de", "Schulung", "Wann findet die nächste Schulung statt, und was kostet sie?"),
    ("", "de", "Röntgenbild", "Das Bild von gestern wird seitenverkehrt angezeigt."),
    ("", "de", "Rückruf", "Bitte rufen Sie mich heute zwischen 10 und 12 Uhr an. Mit freundlichen Grüßen"),
    ("", "de", "Faxversand", "Seit gestern gehen keine Faxe mehr hinaus, die Warteschlange ist voll."),
    ("", "de", "Angebot", "Bitte senden Sie uns ein Angebot. Unsere Anschrift und die Telefonnummer stehen unten."),
    ("", "de", "Befund fehlt", "Der Befund von Herrn Kurz ist nicht da. Der Behandler war gestern krank gemeldet."),
    ("", "en", "Letters", "The letters come out in the wrong font since the last update of the page templates."),
    ("", "en", "Statistics", "Under Settings, Reports we miss the column for the month. Can you add the number of "
     "patients, too? We send the table to our invoice department."),
    ("", "en", "Contract", "As agreed by phone: the link to the contract arrives by mail within an hour."),
    ("", "nl", "Kaartlezer", "De kaartlezer werkt niet meer. De afspraak van tien uur kon niet doorgaan."),
    ("", "nl", "Training", "Wanneer is de volgende training, en wat kost die?"),
    ("", "nl", "Brief", "De brief toont de verkeerde naam van de verwijzer."),
)  # fmt: skip
"""The article that should be offered first ("" for none at all), the reader's language, subject and text."""


def article(name: str, **changes: object) -> HelpArticle:
    language, title, words, text = ARTICLES[name]
    head = Head(link=f"https://help.desk.example/{name}", words=words)
    return help_article(title, head, text, language).model_copy(update=changes)


def library() -> tuple[HelpArticle, ...]:
    return tuple(map(article, ARTICLES))
