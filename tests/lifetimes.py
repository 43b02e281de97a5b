"""A state machine's lives, as every one of ours is run: reproducible where asked for, and no database of examples."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def live(
    machine: type[RuleBasedStateMachine], count: int, steps: int, *, derandomized: bool = False, shrink: bool = True
) -> None:
    """So many lives. Raises AssertionError, with the shortest life that shows it, where something went wrong."""
    how = settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=derandomized,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )
    run_state_machine_as_test(machine, settings=how)
