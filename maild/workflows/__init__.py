"""Requests with legal weight, as state tables an operator writes in YAML: what they take, who must say yes, when they
are due, what ends them. Pure.

    model     what a workflow's file says
    states    where a request goes when something happens: one table, drawn into the README
    dates     by when it is carried out, and what the clock does until then
    phrases   what somebody must write to confirm, and what stops everything
    objects   what it is done to, frozen and hashed
"""
