"""Message + Facts -> Plan: what mail means to any desk.

Pure: no SQL, no clock, no logging; the same arguments always give the same plan.
The story of one decision is `decide.triage.decide`; its vocabulary is in `plan` and `facts`.
"""
