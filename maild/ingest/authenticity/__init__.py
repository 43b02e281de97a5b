"""What proves that a mail is from the address in its From. The table of contents is `prove.py`."""
