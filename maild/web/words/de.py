"""German."""

from __future__ import annotations

from maild.web.words.shape import Asked, Listing, Own, Told, WayIn, Words

WORDS = Words(
    code="de",
    name="Deutsch",
    service="Support",
    skip_note="Zum Inhalt",
    register=Asked(
        title="Sind Sie das?",
        text="Sie haben uns von dieser Adresse geschrieben. Ein Klick, und wir wissen, dass sie wirklich Ihnen "
        "gehört. Danach können Sie Ihre Anfragen hier verfolgen.",
        as_whom="Registrieren als",
        button="Ja, registrieren",
        thanks=Told(
            "Willkommen!", "Sie sind registriert. Wir antworten wie gewohnt per Mail; mehr müssen Sie nicht tun."
        ),
    ),
    confirm=Asked(
        title="Sind Sie das?",
        text="Jemand, der für Ihre Organisation spricht, hat Sie als Ansprechperson genannt. "
        "Mit Ihrem Ja dürfen wir mit Ihnen über deren Anfragen reden.",
        as_whom="Sie wären unsere Ansprechperson als",
        button="Ja, das bin ich",
        thanks=Told("Danke!", "Wir haben es notiert. Ab jetzt können Sie uns für Ihre Organisation schreiben."),
    ),
    not_you="Sie sind das nicht? Dann schließen Sie einfach diese Seite: Es ist nichts passiert, "
    "und es passiert auch nichts.",
    name_label="Ihr Name",
    name_hint="So, wie er in unseren Mails stehen soll",
    language_label="Sprache unserer Mails an Sie",
    to_one=WayIn(
        title="Ihre Anfrage ansehen",
        text="Wir schicken Ihnen einen Link per Mail. Er gilt einmal und braucht kein Passwort.",
        sent=Told(
            "Schauen Sie in Ihr Postfach",
            "Ist diese Adresse an der Anfrage beteiligt, kommt in wenigen Minuten ein Link. "
            "Nichts da? Prüfen Sie bitte die Adresse und den Spam-Ordner.",
        ),
        enter_text="Noch ein Klick, und Sie sehen Ihre Anfrage. Auf diesem Gerät bleiben Sie zwölf Stunden angemeldet.",
        enter_button="Anfrage ansehen",
    ),
    to_all=WayIn(
        title="Ihre Anfragen ansehen",
        text="Wir schicken Ihnen einen Link per Mail. Er gilt einmal und braucht kein Passwort.",
        sent=Told(
            "Schauen Sie in Ihr Postfach",
            "Kennen wir diese Adresse, kommt in wenigen Minuten ein Link. "
            "Nichts da? Prüfen Sie bitte die Adresse und den Spam-Ordner.",
        ),
        enter_text="Noch ein Klick, und Sie sehen Ihre Anfragen. Auf diesem Gerät bleiben Sie zwölf Stunden "
        "angemeldet.",
        enter_button="Anfragen ansehen",
    ),
    ask_label="An welche Adresse sollen wir einen Link schicken?",
    ask_button="Link schicken",
    ask_again="Neuen Link schicken",
    enter_title="Schön, dass Sie da sind",
    listing=Listing(
        title="Meine Anfragen",
        mine="Meine",
        organisation="Meine Organisation",
        whose="Wessen Anfragen",
        number="Nummer",
        request="Anfrage",
        status="Stand",
        kind="Art",
        asked_by="Gestellt von",
        desk="Support",
        open="Alle offenen",
        every="Alle, auch erledigte",
        anybody="Alle Personen",
        any_kind="Alle Arten",
        show="Anzeigen",
        sorting="Eine Überschrift auswählen sortiert danach.",
        nothing="Hier ist keine Anfrage. Mit einer anderen Auswahl oben gibt es vielleicht welche.",
        span="{first} bis {last} von {count}",
        pages="Seiten",
        before="Vorige Seite",
        after="Nächste Seite",
    ),
    own=Own(
        title="Mein Profil",
        text="Hier ändern Sie, wie unsere Mails Sie nennen und in welcher Sprache sie kommen. Ändert sich etwas, "
        "bekommen Sie eine Mail darüber.",
        address="Ihre Adresse",
        open="Die, in der ich schreibe",
        button="Speichern",
        saved="Gespeichert. Eine Mail darüber ist zu Ihnen unterwegs.",
    ),
    opened="Eröffnet",
    changed="Letzte Änderung",
    us="Unsere Antwort",
    whole_text="Die ganze Nachricht zeigen",
    shortened="Der Rest dieser Nachricht ist zu lang für diese Seite.",
    attachments="Anhänge",
    unnamed="ohne Namen",
    nothing_yet="Hier gibt es noch nichts zu lesen.",
    archived="Was hier stand, liegt im Archiv. Schreiben Sie uns, wenn Sie es brauchen: Wir holen es zurück.",
    how_to_answer="Möchten Sie etwas ergänzen? Antworten Sie einfach auf eine unserer Mails zu dieser Anfrage.",
    logout="Abmelden",
    logout_everywhere="Überall abmelden",
    barred=Told(
        "Das geht hier leider nicht",
        "Diese Adresse lässt sich nicht über einen Link registrieren. "
        "Bitte antworten Sie auf unsere Mail, dann klären wir das gemeinsam.",
    ),
    shared=Told(
        "Diese Adresse gehört mehreren Personen",
        "Bitte schreiben Sie uns einmal von einer Adresse, die nur Ihnen gehört, dann schicken wir Ihnen einen Link "
        "dafür. Ihre Anfrage haben wir trotzdem.",
    ),
    used=Told(
        "Dieser Link wurde schon benutzt",
        "Jeder unserer Links gilt nur einmal, damit ihn nach Ihnen niemand mehr benutzen kann. "
        "Waren Sie es selbst, ist alles gut. Wenn nicht, schreiben Sie uns bitte.",
    ),
    gone=Told(
        "Dieser Link funktioniert nicht",
        "Vielleicht ist er zu alt, oder unterwegs ging ein Zeichen verloren. "
        "Bitte kopieren Sie ihn vollständig aus unserer Mail, oder fordern Sie einen neuen an.",
    ),
    logged_out=Told("Sie sind abgemeldet", "Bis bald. Sie können diese Seite jetzt schließen."),
    missing=Told(
        "Hier ist nichts",
        "Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt. "
        "Kommen Sie von einem Link aus einer Mail, prüfen Sie bitte, ob er vollständig ist.",
    ),
    foreign=Told(
        "Das kam nicht von dieser Seite",
        "Ihr Browser meldet, dass eine andere Website dieses Formular geschickt hat. Vorsichtshalber haben wir nichts "
        "getan. Bitte öffnen Sie den Link aus unserer Mail noch einmal.",
    ),
    too_much=Told("Einen Moment bitte", "Das war viel auf einmal. Bitte versuchen Sie es in einer Minute noch einmal."),
    not_understood=Told(
        "Das haben wir nicht verstanden", "Bitte gehen Sie zurück und schicken Sie das Formular noch einmal."
    ),
    broken=Told(
        "Bei uns ist etwas schiefgegangen",
        "Das tut uns leid. Bitte versuchen Sie es in ein paar Minuten noch einmal, oder schreiben Sie uns eine Mail.",
    ),
    busy=Told(
        "Einen Moment bitte",
        "Gerade ist viel los; es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
    ),
    date="{day}. {month} {year}, {hour:02}:{minute:02} UTC",
    day="{day}. {month} {year}",
    months=("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    decimal=",",
)
