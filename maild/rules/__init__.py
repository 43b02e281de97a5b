"""What this operator chose: YAML rules that shape a ticket before it is opened.

`model` holds the shapes, `conditions` and `actions` one function per word an admin can write, `run` applies a
set to one message; all pure. `load` alone reads files.
"""
