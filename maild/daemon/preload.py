"""What the fork server imports before it makes workers, so that they share it: libraries that the first mail needs.

Sighting: they cost 0.1 to 0.3 s and five megabytes, which each worker had to spend on its first signed mail.
"""

from __future__ import annotations

import dkim
import dns.resolver

from maild.daemon import worker
from maild.ingest.header.suffixes import registered_domain

PRELOADED = (dkim, dns.resolver, worker, registered_domain("maild.example"))
