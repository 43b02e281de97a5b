"""How fast is maild beside what people use today? Postfix for taking mail, django-helpdesk for the whole road.

    python -m bench [--only accept|road|memory] [--messages N] [--rounds R]

accept, road     the measures: one function each that runs one system once
contest          alternates the systems and takes the median of the rounds' ratios
goals, report    what must be reached, what is wanted, and the table that says so
maild_node, postfix, postgres, helpdesk, helpdesk_site, sink, client    who takes part
workload, words, mime    the mails
processes, pss, waiting  CPU, memory, time limits; everything started is ended by its id
"""
