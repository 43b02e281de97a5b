"""maild turns mail into tickets: none lost, none twice, no loop, no impostor obeyed, every decision explained.

Start reading at ``maild/pipeline.py``; the map of the house is in the README.
"""

__version__ = "0.1.0"
