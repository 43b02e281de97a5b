"""Which modules are broken on purpose, and the tests that must notice.

The tests of a module are its own ones: they run once for each mutant, so they should take a few seconds at most. To add
a module, add a line.
"""

from __future__ import annotations

from typing import Final

GOAL: Final = 0.9
"""Share of the mutants of each module that its tests must kill."""

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "maild.decide.told.tokens": ("tests/decide/told/test_tokens.py",),
    "maild.decide.who.trust": ("tests/decide/who/test_trust.py",),
    "maild.decide.mail.follow_up": ("tests/decide/mail/test_follow_up.py",),
    "maild.decide.who.sight": ("tests/decide/who/test_sight.py",),
    "maild.decide.who.people": ("tests/decide/who/test_people.py",),
    "maild.decide.who.consent": ("tests/decide/who/test_consent.py",),
    "maild.decide.who.naming": ("tests/decide/who/test_naming.py",),
    "maild.decide.who.proposals": ("tests/decide/who/test_proposals.py",),
    "maild.decide.who.approvals": ("tests/decide/who/test_approvals.py",),
    "maild.decide.who.welcome": ("tests/decide/who/test_welcome.py",),
    "maild.decide.who.taking_part": ("tests/decide/who/test_taking_part.py",),
    "maild.decide.who.following": ("tests/decide/told/test_notices.py",),
    "maild.decide.told.notices": ("tests/decide/told/test_notices.py",),
    "maild.decide.mail.again": ("tests/decide/mail/test_again.py", "tests/decide/asked/test_self_service.py"),
    "maild.decide.who.strangers": ("tests/decide/who/test_strangers.py",),
    "maild.decide.asked.command_words": ("tests/decide/asked/test_command_words.py",),
    "maild.decide.asked.commands": ("tests/decide/asked/test_command_words.py", "tests/decide/asked/test_commands.py"),
    "maild.decide.asked.self_service": ("tests/decide/asked/test_self_service.py",),
    "maild.ingest.authenticity.weighing": ("tests/ingest/authenticity/test_weighing.py",),
    "maild.ingest.authenticity.vouching": ("tests/ingest/authenticity/test_vouching.py",),
    "maild.ingest.authenticity.results": (
        "tests/ingest/authenticity/test_results_exactly.py",
        "tests/ingest/authenticity/test_results.py",
    ),
    "maild.ingest.authenticity.borders": (
        "tests/ingest/authenticity/test_results_exactly.py",
        "tests/ingest/authenticity/test_results.py",
    ),
    "maild.ingest.authenticity.comments": (
        "tests/ingest/authenticity/test_comments_exactly.py",
        "tests/ingest/authenticity/test_results_exactly.py",
        "tests/ingest/authenticity/test_results.py",
    ),
    "maild.ingest.authenticity.structure": (
        "tests/ingest/authenticity/test_structure_limits.py",
        "tests/ingest/authenticity/test_header_glance.py",
        "tests/ingest/authenticity/test_signed_structure.py",
    ),
    "maild.ingest.authenticity.signatures": (
        "tests/ingest/authenticity/test_signature_field.py",
        "tests/ingest/authenticity/test_signed_structure.py",
    ),
    "maild.ingest.authenticity.taglist": (
        "tests/ingest/authenticity/test_taglist_exactly.py",
        "tests/ingest/authenticity/test_signature_field.py",
        "tests/ingest/authenticity/test_signed_structure.py",
    ),
    "maild.ingest.authenticity.alignment": (
        "tests/ingest/authenticity/test_alignment_exactly.py",
        "tests/ingest/authenticity/test_structure_limits.py",
        "tests/ingest/authenticity/test_signed_structure.py",
    ),
    "maild.ingest.authenticity.fields": (
        "tests/ingest/authenticity/test_fields_exactly.py",
        "tests/ingest/authenticity/test_header_glance.py",
        "tests/ingest/authenticity/test_signed_structure.py",
    ),
    "maild.ingest.authenticity.own_check": (
        "tests/ingest/authenticity/test_weighing.py",
        "tests/ingest/authenticity/test_prove.py",
    ),
    "maild.ingest.authenticity.prove": (
        "tests/ingest/authenticity/test_header_glance.py",
        "tests/ingest/authenticity/test_prove.py",
    ),
    "maild.ingest.authenticity.dkim": (
        "tests/ingest/authenticity/test_dkim_exactly.py",
        "tests/ingest/authenticity/test_dkim.py",
    ),
    "maild.ingest.authenticity.keys": (
        "tests/ingest/authenticity/test_keys_exactly.py",
        "tests/ingest/authenticity/test_dkim.py",
    ),
    "maild.ingest.authenticity.body": (
        "tests/ingest/authenticity/test_body_exactly.py",
        "tests/ingest/authenticity/test_dkim.py",
    ),
    "maild.ingest.header.addresses": ("tests/ingest/test_addresses.py", "tests/ingest/test_addresses_author.py"),
    "maild.ingest.header.author": ("tests/ingest/test_addresses_author.py",),
    "maild.ingest.header.lookalike": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.scripts": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.skeleton": ("tests/ingest/test_lookalike.py",),
    "maild.ingest.header.known_domains": ("tests/ingest/test_lookalike.py",),
}
