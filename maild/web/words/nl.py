"""Dutch."""

from __future__ import annotations

from maild.web.words.shape import Asked, Listing, Own, Told, WayIn, Words

WORDS = Words(
    code="nl",
    name="Nederlands",
    service="Support",
    skip_note="Naar de inhoud",
    register=Asked(
        title="Bent u dit?",
        text="U hebt ons vanaf dit adres geschreven. Eén klik, en we weten dat het echt van u is. "
        "Daarna kunt u uw aanvragen hier volgen.",
        as_whom="Registreren als",
        button="Ja, registreer mij",
        thanks=Told(
            "Welkom!", "U bent geregistreerd. We antwoorden zoals altijd per mail; u hoeft verder niets te doen."
        ),
    ),
    confirm=Asked(
        title="Bent u dit?",
        text="Iemand die namens uw organisatie spreekt, heeft u als contactpersoon genoemd. "
        "Met uw ja mogen we met u over haar aanvragen praten.",
        as_whom="U wordt onze contactpersoon als",
        button="Ja, dat ben ik",
        thanks=Told("Dank u wel!", "We hebben het genoteerd. U kunt ons vanaf nu namens uw organisatie schrijven."),
    ),
    not_you="Bent u dit niet? Sluit dan gewoon deze pagina: er is niets gebeurd en er gebeurt ook niets.",
    name_label="Uw naam",
    name_hint="Zoals die in onze mails moet staan",
    language_label="Taal van onze mails aan u",
    to_one=WayIn(
        title="Uw aanvraag bekijken",
        text="We sturen u een link per mail. Die werkt één keer en er is geen wachtwoord nodig.",
        sent=Told(
            "Kijk in uw mailbox",
            "Als dit adres bij de aanvraag hoort, is er een link onderweg; hij is er binnen een paar minuten. "
            "Niets ontvangen? Controleer het adres en uw spammap.",
        ),
        enter_text="Nog één klik en u ziet uw aanvraag. Op dit apparaat blijft u twaalf uur aangemeld.",
        enter_button="Toon mijn aanvraag",
    ),
    to_all=WayIn(
        title="Uw aanvragen bekijken",
        text="We sturen u een link per mail. Die werkt één keer en er is geen wachtwoord nodig.",
        sent=Told(
            "Kijk in uw mailbox",
            "Als wij dit adres kennen, is er een link onderweg; hij is er binnen een paar minuten. "
            "Niets ontvangen? Controleer het adres en uw spammap.",
        ),
        enter_text="Nog één klik en u ziet uw aanvragen. Op dit apparaat blijft u twaalf uur aangemeld.",
        enter_button="Toon mijn aanvragen",
    ),
    ask_label="Naar welk adres mogen we een link sturen?",
    ask_button="Stuur mij een link",
    ask_again="Stuur mij een nieuwe link",
    enter_title="Fijn dat u er bent",
    listing=Listing(
        title="Mijn aanvragen",
        mine="Van mij",
        organisation="Mijn organisatie",
        whose="Wiens aanvragen",
        number="Nummer",
        request="Aanvraag",
        status="Stand van zaken",
        kind="Soort",
        asked_by="Gevraagd door",
        desk="Helpdesk",
        open="Alle openstaande",
        every="Alle, ook afgeronde",
        anybody="Iedereen",
        any_kind="Alle soorten",
        show="Tonen",
        sorting="Kies een kop om daarop te sorteren.",
        nothing="Hier is geen aanvraag. Met een andere keuze hierboven misschien wel.",
        span="{first} tot {last} van {count}",
        pages="Pagina's",
        before="Vorige pagina",
        after="Volgende pagina",
    ),
    own=Own(
        title="Mijn profiel",
        text="Hier wijzigt u hoe onze mails u noemen en in welke taal ze komen. Als er iets verandert, krijgt u "
        "daarvan een mail.",
        address="Uw adres",
        open="De taal waarin ik schrijf",
        button="Opslaan",
        saved="Opgeslagen. Een mail daarover is naar u onderweg.",
    ),
    opened="Geopend",
    changed="Laatste wijziging",
    us="Ons antwoord",
    whole_text="Toon het hele bericht",
    shortened="De rest van dit bericht is te lang voor deze pagina.",
    attachments="Bijlagen",
    unnamed="zonder naam",
    nothing_yet="Hier is nog niets te lezen.",
    archived="Wat hier geschreven is, ligt in het archief. Schrijf ons als u het nodig hebt: we halen het terug.",
    how_to_answer="Wilt u iets toevoegen? Beantwoord gewoon een van onze mails over deze aanvraag.",
    logout="Afmelden",
    logout_everywhere="Overal afmelden",
    barred=Told(
        "Dat kan hier helaas niet",
        "Dit adres kan niet met een link worden geregistreerd. Beantwoord onze mail, dan zoeken we het samen uit.",
    ),
    shared=Told(
        "Dit adres is van meerdere mensen",
        "Schrijf ons één keer vanaf een adres dat alleen van u is, dan sturen wij u daarvoor een link. "
        "Uw aanvraag hebben we evengoed.",
    ),
    used=Told(
        "Deze link is al gebruikt",
        "Elke link van ons werkt één keer, zodat niemand hem na u nog kan gebruiken. "
        "Was u het zelf, dan is alles in orde. Zo niet, laat het ons dan per mail weten.",
    ),
    gone=Told(
        "Deze link werkt niet",
        "Misschien is hij te oud, of ging er onderweg een teken verloren. "
        "Kopieer hem volledig uit onze mail, of vraag een nieuwe aan.",
    ),
    logged_out=Told("U bent afgemeld", "Tot ziens. U kunt deze pagina nu sluiten."),
    missing=Told(
        "Hier is niets",
        "Deze pagina bestaat niet, of is niet voor u bedoeld. "
        "Kwam u via een link uit een mail, controleer dan of die volledig is.",
    ),
    foreign=Told(
        "Dat kwam niet van deze pagina",
        "Uw browser meldt dat een andere site dit formulier heeft verstuurd. Voor de zekerheid hebben we niets gedaan. "
        "Open de link uit onze mail nog een keer.",
    ),
    too_much=Told("Een ogenblik", "Dat was veel ineens. Probeer het over een minuut nog een keer."),
    not_understood=Told("Dat hebben we niet begrepen", "Ga terug en verstuur het formulier nog een keer."),
    broken=Told(
        "Er ging bij ons iets mis",
        "Onze excuses. Probeer het over een paar minuten nog een keer, of stuur ons een mail.",
    ),
    busy=Told("Een ogenblik", "Het is nu druk; er is niets veranderd. Probeer het over een minuut nog een keer."),
    date="{day} {month} {year}, {hour:02}:{minute:02} UTC",
    day="{day} {month} {year}",
    months=("jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."),
    decimal=",",
)
