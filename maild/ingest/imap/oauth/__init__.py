"""Access tokens for mailboxes (RFC 6749): asked for (`endpoint`), kept (`keeping`), renewed (`tokens`), and the one
time a person has to say yes (`consent`)."""

from maild.ingest.imap.oauth.consent import Consent
from maild.ingest.imap.oauth.tokens import Tokens

__all__ = ["Consent", "Tokens"]
