"""Erasing: what is erased is erased everywhere (law 14); tickets stay as skeletons, and a chain of hashes says so.

wording       words that must go -> what stands in their place, in any text
remains       a mail's bytes -> the same without the words, or a note in its place
reach         a person, a ticket -> every row that is theirs
losing        which columns of which rows lose their words, for an erasure and for an archive
emptying      an erasure: those rows lose their words, and nothing is done with them any more
archives      which archives hold words of a person or a ticket, which of their files must go
scrubbing     words that are left in rows of others, in whatever table, and in raw mail
redacting     words of one ticket only (`erase --text`)
marks         addresses and words by hashes under the instance's secret: known again, never read again
chain         table erasure: what was erased, provable; and the same as lines of a file
holds         tickets that the law wants kept
again         after a restore, and when a mail comes again: what was erased is erased once more
"""
