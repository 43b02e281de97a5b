"""Is everything all right? What is looked at (`look`), and what of it calls for a person (`needs`).

The one answer that `maild status`, the metrics and an alarm give alike: a `Need` has a code for programs, and a
sentence that says what to do. Thresholds are `settings.alarms`.

look           the picture: nodes, inbox, outbox, mailboxes, backups, certificates, what daemons say of themselves
mailboxes      a folder that is read, as configured and as it does
certificates   until when a listener's certificate is good
needs          the picture -> what a person should do something about; `NEEDS` is the table, and the hook for more
"""

from maild.health.look import Health, look
from maild.health.needs import NEEDS, Need, needs

__all__ = ["NEEDS", "Health", "Need", "look", "needs"]
