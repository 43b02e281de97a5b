"""Requests with legal weight, between the mails and the state table of `maild.workflows`. Pure.

ground    what a request is judged by at one moment
engine    an event becomes the next state, its times, and who is told
mails     what people and staff are told at each step
starting  a mail begins one, or brings what was missing
answering a mail confirms, agrees or stops
ticking   time passes
carrying  staff agree, begin, finish, stop, ask anew
"""
