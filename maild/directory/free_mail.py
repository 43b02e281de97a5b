"""Providers whose domains are everybody's: what is at one of them says nothing of an organisation. Pure."""

from __future__ import annotations

FREE_MAIL = frozenset(
    """
    aol.com arcor.de bluewin.ch freenet.de fastmail.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
    hey.com home.nl hotmail.com hotmail.de hotmail.nl icloud.com kpnmail.nl live.com live.de live.nl mac.com mail.com
    mail.de mail.ru mailbox.org me.com msn.com online.de outlook.com outlook.de planet.nl posteo.de posteo.net
    proton.me protonmail.ch protonmail.com qq.com rocketmail.com t-online.de telfort.nl tutanota.com upcmail.nl
    vodafone.de web.de xs4all.nl yahoo.co.uk yahoo.com yahoo.de yahoo.nl yandex.com yandex.ru zeelandnet.nl ziggo.nl
    """.split()  # noqa: SIM905 - a list of words to read and add to
)
"""The domains in lower case."""


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address at this domain, given in its normal form."""
    return domain in FREE_MAIL
