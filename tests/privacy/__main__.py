"""`python -m tests.privacy`: how much is found, and how often without need; with `-v` also what came out wrong."""

from __future__ import annotations

import sys

from tests.privacy.figures import CORPORA, Share, false_alarms, found


def told(title: str, one: Share) -> None:
    print(f"{title}: {one.count} of {one.of} ({one.share:.1%})")
    for other in one.others if "-v" in sys.argv else ():
        print(f"  {other}")


told("true cases found", found())
if CORPORA.is_dir():
    told("normal mails flagged", false_alarms())
else:
    print("normal mails: the corpora are not beside the repository (../shared/corpora)")
