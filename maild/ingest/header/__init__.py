"""Header fields become values: addresses, dates, ids, text."""
