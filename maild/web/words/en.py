"""English."""

from __future__ import annotations

from maild.web.words.shape import Asked, Listing, Own, Told, WayIn, Words

WORDS = Words(
    code="en",
    name="English",
    service="Support",
    skip_note="Skip to the content",
    register=Asked(
        title="Is this you?",
        text="You wrote to us from this address. One click, and we know that it is really yours. "
        "From then on you can follow your requests here.",
        as_whom="Register as",
        button="Yes, register me",
        thanks=Told(
            "Welcome!", "You are registered. We shall answer you by mail as usual; there is nothing more to do."
        ),
    ),
    confirm=Asked(
        title="Is this you?",
        text="Somebody who speaks for your organisation named you as a contact. "
        "With your yes, we may talk to you about its requests.",
        as_whom="You would be our contact as",
        button="Yes, that is me",
        thanks=Told("Thank you!", "We have noted it. You can write to us for your organisation from now on."),
    ),
    not_you="Not you? Then just close this page: nothing has happened, and nothing will.",
    name_label="Your name",
    name_hint="As we should write it in our mails",
    language_label="Language of our mails to you",
    to_one=WayIn(
        title="See your request",
        text="We send you a link by mail. It works once and needs no password.",
        sent=Told(
            "Have a look at your mail",
            "If this address takes part in the request, a link is on its way and will be there in a few minutes. "
            "Nothing there? Please check the address, and your spam folder.",
        ),
        enter_text="One more click, and you see your request. You stay logged in on this device for twelve hours.",
        enter_button="Show my request",
    ),
    to_all=WayIn(
        title="See your requests",
        text="We send you a link by mail. It works once and needs no password.",
        sent=Told(
            "Have a look at your mail",
            "If we know this address, a link is on its way and will be there in a few minutes. "
            "Nothing there? Please check the address, and your spam folder.",
        ),
        enter_text="One more click, and you see your requests. You stay logged in on this device for twelve hours.",
        enter_button="Show my requests",
    ),
    ask_label="To which address shall we send a link?",
    ask_button="Send me a link",
    ask_again="Send me a new link",
    enter_title="Welcome back",
    listing=Listing(
        title="My requests",
        mine="Mine",
        organisation="My organisation",
        whose="Whose requests",
        number="Number",
        request="Request",
        status="Status",
        kind="Type",
        asked_by="Asked by",
        desk="Desk",
        open="All that are open",
        every="All, finished ones too",
        anybody="Anybody",
        any_kind="Any type",
        show="Show",
        sorting="Select a heading to sort by it.",
        nothing="There is no request here. With other choices above there may be some.",
        span="{first} to {last} of {count}",
        pages="Pages",
        before="Previous page",
        after="Next page",
    ),
    own=Own(
        title="My profile",
        text="Here you change what our mails call you, and their language. We send you a mail when something changes.",
        address="Your address",
        open="The one I write in",
        button="Save",
        saved="Saved. A mail that says so is on its way to you.",
    ),
    opened="Opened",
    changed="Last change",
    us="Our answer",
    whole_text="Show the whole message",
    shortened="The rest of this message is too long for this page.",
    attachments="Attachments",
    unnamed="without a name",
    nothing_yet="There is nothing to read here yet.",
    archived="What was written here lies in the archive. Write to us if you need it: we bring it back.",
    how_to_answer="To add something, simply answer one of our mails about this request.",
    logout="Log out",
    logout_everywhere="Log out everywhere",
    barred=Told(
        "We cannot do this here",
        "This address cannot be registered by a link. Please answer our mail, and we shall sort it out together.",
    ),
    shared=Told(
        "This address belongs to several people",
        "Please write to us once from an address that is yours alone, and we shall send you a link for it. "
        "Your request is with us all the same.",
    ),
    used=Told(
        "This link was used already",
        "Each of our links works once, so that nobody else can use it after you. "
        "If it was you, all is well. If it was not, please tell us by mail.",
    ),
    gone=Told(
        "This link does not work",
        "It may have grown too old, or lost a letter on its way. "
        "Please copy it whole from our mail, or ask for a new one.",
    ),
    logged_out=Told("You are logged out", "See you soon. You can close this page now."),
    missing=Told(
        "There is nothing here",
        "There is no such page, or it is not for you. "
        "If you followed a link from a mail, please check that it is whole.",
    ),
    foreign=Told(
        "That did not come from this page",
        "Your browser says that another site sent this form. To be safe, we did nothing. "
        "Please open the link from our mail once more.",
    ),
    too_much=Told("One moment, please", "That was a lot at once. Please wait a minute, then try again."),
    not_understood=Told("We did not understand that", "Please go back and send the form once more."),
    broken=Told(
        "Something went wrong on our side", "We are sorry. Please try again in a few minutes, or write us a mail."
    ),
    busy=Told("One moment, please", "We are busy just now, and nothing was changed. Please try again in a minute."),
    date="{day} {month} {year}, {hour:02}:{minute:02} UTC",
    day="{day} {month} {year}",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    decimal=".",
)
