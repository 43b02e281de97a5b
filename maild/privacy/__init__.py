"""Personal data in what people write, found by their form, so that they are noticed and not passed on (REQ-M3). Pure.

    model     what a country's part of countries.yaml says: patterns, and what must stand beside them
    digits    numbers that check themselves: which are real ones, and which are mere digits
    dates     which digits are a date of birth
    finds     a text → what was found in it: its kind, its place, never its words
    words     how the kinds are called in mails

countries.yaml holds the patterns; `maild.config.countries` reads it, and they become part of the policy.
"""
