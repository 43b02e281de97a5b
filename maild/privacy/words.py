"""How the kinds of personal data are called in a mail: `in_words(kinds, language)`. Pure.

Law: kinds alone are named. What was found is said in no mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from maild.desks.privacy import PersonalData

LAST_LANGUAGE = "en"
WORDS: Mapping[str, Mapping[PersonalData, str]] = MappingProxyType(
    {
        "en": {
            PersonalData.CITIZEN_NUMBER: "a citizen or tax number",
            PersonalData.INSURANCE_NUMBER: "an insurance number",
            PersonalData.IBAN: "an account number (IBAN)",
            PersonalData.BIRTH_DATE: "a date of birth",
            PersonalData.PHONE: "somebody's telephone number",
            PersonalData.ADDRESS: "somebody's mail address",
        },
        "de": {
            PersonalData.CITIZEN_NUMBER: "eine Steuer- oder Bürgernummer",
            PersonalData.INSURANCE_NUMBER: "eine Versicherungsnummer",
            PersonalData.IBAN: "eine Kontonummer (IBAN)",
            PersonalData.BIRTH_DATE: "ein Geburtsdatum",
            PersonalData.PHONE: "die Telefonnummer eines Menschen",
            PersonalData.ADDRESS: "die Mailadresse eines Menschen",
        },
        "nl": {
            PersonalData.CITIZEN_NUMBER: "een burgerservice- of belastingnummer",
            PersonalData.INSURANCE_NUMBER: "een verzekeringsnummer",
            PersonalData.IBAN: "een rekeningnummer (IBAN)",
            PersonalData.BIRTH_DATE: "een geboortedatum",
            PersonalData.PHONE: "een telefoonnummer van iemand",
            PersonalData.ADDRESS: "een mailadres van iemand",
        },
    }
)


def in_words(kinds: Iterable[PersonalData], language: str) -> str:
    """Each kind once, one a line, in the order of their list."""
    words, wanted = WORDS.get(language, WORDS[LAST_LANGUAGE]), set(kinds)
    return "\n".join(f"- {words[kind]}" for kind in PersonalData if kind in wanted)
