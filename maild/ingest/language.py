"""A small guess at the language of a mail: "de", "en", "nl", or "" if nothing tells.

Content-Language is believed; else the commonest short words of the visible text are counted. Used for the
language of an answer, never for a decision.
"""

from __future__ import annotations

import re

LOOKED_AT = 500
_WORD = re.compile(r"[a-zäöüß]{2,}")
_COMMON = {
    "de": """der die das und ich wir sie ist nicht ein eine mit für auf dem den von zu bitte haben kann wie hallo danke
        grüße mein unser bei im es sich auch noch wird wurde keine aber oder gruß""",
    "en": """the and you we is not an with for on of to please have can how hello thanks regards my our it this that are
        was but or hi dear from your has will at be""",
    "nl": """het een en ik wij zij niet met voor op van te kan hoe hallo bedankt groet mijn ons onze bij dat deze zijn
        ook nog wordt geen maar wel graag vriendelijke aan heeft u""",
}
_LANGUAGES: dict[str, list[str]] = {}
for _name, _words in _COMMON.items():
    for _each in _words.split():
        _LANGUAGES.setdefault(_each, []).append(_name)


def guess(content_language: str, text: str) -> str:
    told = content_language.strip().lower()[:2]
    if told in _COMMON:
        return told
    counts = dict.fromkeys(_COMMON, 0)
    for word in _WORD.findall(text[:LOOKED_AT].lower()):
        for name in _LANGUAGES.get(word, ()):
            counts[name] += 1
    most, next_most = sorted(counts, key=counts.__getitem__, reverse=True)[:2]
    return most if counts[most] >= 2 and counts[most] > counts[next_most] else ""
