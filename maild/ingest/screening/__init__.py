"""What others say of a mail, spam or virus: an edge, it speaks to servers and holds what they answer to be hostile.

headers     what the server in front wrote into the mail (pure)
rspamd      asked by HTTP; learns from people
clamd       asked by INSTREAM
ask         all of them, in turn, and none that has just shown that it does not answer
patience    how long any of it may take
"""
