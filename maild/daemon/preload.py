"""What the fork server imports before it makes workers, so that they share it: libraries that the first mail needs.

Sighting: without it each worker spent half a second and ten megabytes of its own on the first signed mail.
"""

from __future__ import annotations

import dkim
import dns.resolver

from maild.daemon import worker
from maild.ingest.header.suffixes import registered_domain

PRELOADED = (dkim, dns.resolver, worker, registered_domain("maild.example"))
