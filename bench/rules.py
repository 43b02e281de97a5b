"""How fast are rules? `python -m bench.rules`: four figures, each beside what it must not be far from.

    matching   1,000 rules on a mail, beside one `re.search` for each of their patterns
    replay     another 50 rules asked about mails in the database, beside taking the same mails in
    loading    1,000 rules without their examples, beside reading the YAML and compiling the patterns
    examples   how many of the rules' own examples are tried a second

Only CPU time of this process counts. The mails are the bench's own (`workload`); rules come from a seed. Writes
results/rules-DATE-COMMIT.json. Exit code 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import re2

from bench.contest import Result, alternate
from bench.goals import Goal
from bench.measures import Plan
from bench.report import FOLDER, Report, as_json, report, show
from bench.rule_texts import written
from bench.workload import DESK, Mail, Workload
from maild import pipeline
from maild.cli.house import quiet_logs
from maild.clock import system_clock
from maild.config import database_url, load_directory, load_policy, load_settings
from maild.config.policy import desks_of, matching
from maild.config.starter import write_starter
from maild.ingest.header.scan import noted
from maild.ingest.parse import parse
from maild.model import ReceivedMail, Source
from maild.patterns.regex import parts, pattern
from maild.rules.examples import differences
from maild.rules.language import Rule
from maild.rules.load import Known, Loaded, load_rules
from maild.rules.model import Draft
from maild.rules.run import run
from maild.rules.sieve import RuleSet
from maild.rules.view import RuleView, Trigger
from maild.settings import Settings
from maild.steps.house import House
from maild.steps.opening import furnish
from maild.steps.replaying import replay
from maild.steps.watch import NO_WATCH
from maild.store import policies
from maild.store.engine import open_store
from maild.store.migrate import migrate
from maild.yaml.file import read

MATCHING = Goal("rules-matching", "1,000 rules on a mail", "re.search each", "ms", 1 / 50, 1 / 100, less_is_better=True)
REPLAY = Goal("rules-replay", "replay, 50 rules", "taking in", "mails/s", 10, 20)
LOADING = Goal("rules-loading", "load 1,000 rules", "YAML + patterns", "s", 1.5, 1.2, less_is_better=True)
EXAMPLES = Goal("rules-examples", "examples", "", "a second", 300, 1000)
MANY, FEW = 1000, 50
TOGETHER = 100
OFTEN = 20


@contextmanager
def place() -> Iterator[Path]:
    """A folder with the shipped configuration, whose desk takes the bench's mails."""
    with TemporaryDirectory(prefix="maild-bench-") as name:
        folder = Path(name)
        write_starter(folder)
        for path in matching(str(folder / "rules" / "*.yaml")):
            path.unlink()
        yield folder


def load(folder: Path, rules: str, *, examples: bool) -> Loaded:
    """These rules, as a start of the daemon loads them: nothing is compiled yet."""
    file = folder / "rules" / "many.yaml"
    file.write_text(rules, encoding="utf-8")
    known = known_in(load_settings(folder / "maild.yaml"))
    pattern.cache_clear()
    return load_rules([file], known, examples=examples)


def known_in(settings: Settings) -> Known:
    """What the shipped configuration lets rules name."""
    return Known(desks_of(settings), load_directory(settings), frozenset())


# ---- matching ------------------------------------------------------------------------------------


def views(mails: Sequence[Mail]) -> list[RuleView]:
    """The mails as rules see them."""
    return [_view(mail) for mail in mails]


def _view(mail: Mail) -> RuleView:
    message = parse(mail.raw)
    return RuleView(
        trigger=Trigger.NEW, at=system_clock(), desk="service", subject=message.subject, text=message.visible_text,
        full_text=message.text, sender=mail.sender, recipients=(DESK,),
    )  # fmt: skip


def asked_together(rules: RuleSet, seen: Sequence[RuleView]) -> float:
    """Milliseconds a mail. It is over so soon that the mails are asked about several times."""
    every = [*seen] * OFTEN
    return _cpu(lambda: [run(rules, Draft(priority=3), view) for view in every]) * 1000 / len(every)


def asked_alone(expressions: Sequence[tuple[str, re.Pattern[str]]], seen: Sequence[RuleView]) -> float:
    """The same with one search for each word and pattern, in the text it is for."""

    def all_of() -> None:
        for view in seen:
            texts = {"subject": view.subject, "text": view.text}
            for name, one in expressions:
                one.search(texts[name])

    return _cpu(all_of) * 1000 / len(seen)


def searches(rules: Sequence[Rule]) -> list[tuple[str, re.Pattern[str]]]:
    """Each word and pattern of the rules' texts, as somebody would write it for `re`."""
    every = []
    for rule in rules:
        for when in (rule.when, *rule.when.any_):
            every += [("subject", _compiled(one)) for one in when.subject]
            every += [("text", _compiled(one)) for one in when.text]
    return every


def _compiled(one: str) -> re.Pattern[str]:
    if one.startswith("/"):
        body, flags = parts(one)
        return re.compile(body, re.IGNORECASE if flags else 0)
    left, right = "" if one.startswith("*") else r"\b", "" if one.endswith("*") else r"\b"
    return re.compile(f"{left}{re.escape(one.strip('*'))}{right}", re.IGNORECASE)


def measure_matching(plan: Plan, folder: Path) -> Result:
    loaded = load(folder, written(MANY), examples=False)
    rules, expressions = RuleSet(loaded.rules), searches(loaded.rules)
    seen = views(Workload(100).new)
    asked_together(rules, seen[:1])  # what is made once for all mails is no mail's
    pairs = alternate(MATCHING.title, plan.rounds, lambda: asked_together(rules, seen),
                      lambda: asked_alone(expressions, seen))  # fmt: skip
    return _result(MATCHING, pairs)


# ---- replay --------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Mails taken in on a fresh database, and other rules asked about them."""

    folder: Path
    mails: Sequence[Mail]
    round: int = 0
    house: House | None = None

    def take_in(self) -> float:
        """Mails a second of CPU time."""
        self.house = self._opened()
        received = [_received(mail) for mail in self.mails]
        seconds = _cpu(lambda: self._taken(received))
        return len(self.mails) / seconds

    def ask_again(self) -> float:
        """The same for the replay. The database is closed behind it."""
        assert self.house is not None
        other = load(self.folder, written(FEW, seed=12), examples=False)
        start = system_clock().replace(year=2000)
        with self.house.store.reading() as tx:
            rules = RuleSet(other.rules)
            looked: list[int] = []
            seconds = _cpu(lambda: looked.append(sum(1 for _ in replay(tx, rules, start))))
        self.house.store.close()
        assert looked == [len(self.mails)], f"{looked} of {len(self.mails)} mails were looked at"
        return len(self.mails) / seconds

    def _opened(self) -> House:
        self.round += 1
        load(self.folder, written(FEW), examples=False)
        settings = load_settings(self.folder / "maild.yaml").model_copy(
            update={"state": self.folder / f"var{self.round}"}
        )
        settings.state.mkdir()
        store = open_store(database_url(settings))
        migrate(store)
        policy = load_policy(settings)
        with store.transaction() as tx:
            policies.put(tx, policy, system_clock())
        return furnish(settings, store, policy, system_clock)

    def _taken(self, received: Sequence[ReceivedMail]) -> None:
        assert self.house is not None
        for start in range(0, len(received), TOGETHER):
            pipeline.receive(self.house.store, received[start : start + TOGETHER])
            while pipeline.process(self.house, "bench/1", NO_WATCH):
                pass


def _received(mail: Mail) -> ReceivedMail:
    return ReceivedMail(mail.raw, Source.SMTP, mail.sender, (DESK,), system_clock(), "", None, *noted(mail.raw))


def measure_replay(plan: Plan, folder: Path) -> Result:
    desk = Desk(folder, Workload(round(plan.messages / 0.6)).new)
    pairs = []
    for _ in range(plan.rounds):  # mails are taken in first: the replay asks about the same
        print(f"{REPLAY.title}: round {desk.round + 1} of {plan.rounds}", file=sys.stderr, flush=True)
        taken = desk.take_in()
        pairs.append((desk.ask_again(), taken))
    return _result(REPLAY, pairs)


# ---- loading -------------------------------------------------------------------------------------


def measure_loading(plan: Plan, folder: Path) -> Result:
    rules = written(MANY)
    file = folder / "rules" / "many.yaml"
    patterns = [word for rule in load(folder, rules, examples=False).rules for word in _patterns(rule)]
    known = known_in(load_settings(folder / "maild.yaml"))

    def ours() -> float:
        pattern.cache_clear()
        return _cpu(lambda: load_rules([file], known, examples=False))

    def theirs() -> float:
        return _cpu(lambda: (read(file), [re2.compile(one) for one in patterns]))

    return _result(LOADING, alternate(LOADING.title, plan.rounds, ours, theirs))


def _patterns(rule: Rule) -> Iterator[str]:
    for when in (rule.when, *rule.when.any_):
        yield from (
            f"(?m{flags}){body}" for body, flags in map(parts, filter(_is_pattern, (*when.subject, *when.text)))
        )


def _is_pattern(one: str) -> bool:
    return one.startswith("/")


def measure_examples(plan: Plan, folder: Path) -> Result:
    loaded = load(folder, written(MANY), examples=False)
    known = known_in(load_settings(folder / "maild.yaml"))
    assert known.desks and known.directory
    desks, directory = known.desks, known.directory
    every = [(rule, example) for rule in loaded.rules for example in rule.examples]

    def tried() -> None:
        for rule, example in every:
            assert not list(differences(rule, example, desks, directory))

    return Result(EXAMPLES, tuple(len(every) / _cpu(tried) for _ in range(plan.rounds)))


# ---- all of it -----------------------------------------------------------------------------------


MEASURES: dict[str, Callable[[Plan, Path], Result]] = {
    "matching": measure_matching,
    "replay": measure_replay,
    "loading": measure_loading,
    "examples": measure_examples,
}


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time; other processes do not count."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def _result(goal: Goal, pairs: Sequence[tuple[float, float]]) -> Result:
    return Result(goal, tuple(one for one, _ in pairs), tuple(other for _, other in pairs))


def write(given: Report) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"rules-{given.name}.json").write_text(json.dumps(as_json(given), indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description="how fast rules are")
    parser.add_argument("--only", choices=MEASURES, help="one measure; then nothing is written down")
    parser.add_argument("--messages", type=int, default=2000, help="mails for the replay (default 2000)")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    plan = Plan(given.messages, given.rounds)
    quiet_logs()
    with place() as folder:
        chosen = [given.only] if given.only else list(MEASURES)
        measured = report(plan, [MEASURES[name](plan, folder) for name in chosen])
    show(measured)
    if given.only is None:
        write(measured)
    return 0 if measured.met else 1


if __name__ == "__main__":
    sys.exit(main())
