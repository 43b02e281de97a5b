"""Can a rule's actions be done on the occasions it is asked on, and does a rule on `time` say how much must pass?

In: a placed rule; out: a Problem for each action that is not possible, and for a rule that would be done at once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maild.desks.lengths import SECONDS
from maild.errors import Problem
from maild.rules.language import When
from maild.rules.measures import compare
from maild.rules.placed import Placed
from maild.rules.view import Trigger

MAIL = (Trigger.NEW, Trigger.FOLLOW_UP)
POSSIBLE_ON: Mapping[str, tuple[Trigger, ...]] = {
    "answer": (Trigger.NEW, Trigger.TIME),
    "ask": (Trigger.NEW,),
    "propose": (Trigger.NEW,),
    "instruction": (Trigger.NEW,),
    "ignore": MAIL,
    "review": MAIL,
    "workflow": MAIL,
}
"""Actions that are not possible on every occasion."""
TIMELESS = (
    'a rule on `time` needs `age` or `quiet`, as in `quiet: "> 5 days"`: else it would be done at once for every ticket'
)


def occasion_problems(one: Placed) -> Iterator[Problem]:
    """What can never be done, each at its word."""
    for name, _ in one.rule.then.given():
        possible = POSSIBLE_ON.get(name, tuple(Trigger))
        if wrong := [trigger for trigger in one.rule.on if trigger not in possible]:
            told = (
                f"`{name}` cannot be done on {_named(wrong)}: it is for {_named(possible)}; make it a rule of its own"
            )
            yield one.problem(told, "then", name, of_key=True)
    if Trigger.TIME in one.rule.on and not _waits(one.rule.when):
        yield one.problem(TIMELESS, "on")


def _waits(when: When) -> bool:
    """Whether time must pass before the conditions can hold."""
    return any(written and compare(written, SECONDS).low > 0 for written in (when.age, when.quiet))


def _named(triggers: Sequence[Trigger]) -> str:
    *rest, last = (f"`{trigger.value}`" for trigger in dict.fromkeys(triggers))
    return f"{', '.join(rest)} and {last}" if rest else last
