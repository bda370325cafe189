"""Judge one submission: its code runs in a confined worker, the checks run here and call it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from unrolled.answer import Answer, Reference
from unrolled.grading.again import changed_answers, withdrawn
from unrolled.grading.course import Course
from unrolled.grading.room import Apart, Room
from unrolled.grading.work import Work
from unrolled.grading.zygote import Zygote, ZygoteDied
from unrolled.mistakes import read_mistakes
from unrolled.quiz.notebook import quiz_keys
from unrolled.report import Report, make_report
from unrolled.runner import CheckFile, Context, generator

TRIES = 3


@dataclass
class Verdict:
    """What judging found: `reports` by item, `outputs` by cell id, and problems in words."""

    reports: dict[str, Report]
    outputs: dict[str, list[dict]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The points earned in all parts that are graded automatically."""
        return sum(report.points for report in self.reports.values())


class Judge:
    """The checks, the reference and the known mistakes of one topic, ready for many submissions."""

    def __init__(self, course: Course, topic: str):
        self._course, self._topic = course, topic
        self.exercise = course.exercise(topic)
        self._items = {item.name: item for item in self.exercise.items}
        self._check_file = CheckFile(course.check_file(topic), self._items)
        self._reference = Reference(self.exercise)
        self._mistakes = read_mistakes(self.exercise)
        self._keys = quiz_keys(self.exercise)

    def judge(self, work: Work, zygote: Zygote) -> Verdict:
        """Run a submission's code in workers of `zygote` and check every item against it.

        Where a worker was killed it is all done again: a notebook that kills its worker does so
        each time, and whatever else did it must cost no mark.
        Raises ZygoteDied where the server of workers ends each time: that is no notebook's doing.
        """
        for _ in range(TRIES):
            verdict, taken = self._judge(work, zygote)
            if not taken:
                break
        if taken == "lost":
            raise ZygoteDied("the server of workers ended again and again")
        return verdict

    def _judge(self, work, zygote):
        """Return the verdict, and how a worker was taken away meanwhile, if one was."""
        seed = self._course.seed(self._topic, work.digest)
        with contextlib.closing(Room(work, zygote, names=list(self._items))) as room:
            room.open()
            reports, asked = {}, {}
            for name, outcomes in self._checked(room, seed):
                reports[name] = make_report(self._items[name], outcomes, self._mistakes)
                if reports[name].right:
                    asked[name] = [call for outcome in outcomes for call in outcome.calls]
            for name, key in self._keys.items():
                reports[name] = key.mark(room.lookup)
                room.recover()
        taken = room.taken
        if asked:
            with contextlib.closing(Room(work, zygote, after=room, names=list(asked))) as afresh:
                afresh.open()
                order = generator(seed, "the order in which all is asked again")
                changed = changed_answers(
                    asked, afresh.lookup, order, afresh.recover, afresh.ask_together
                )
            reports |= {name: withdrawn(reports[name], call) for name, call in changed.items()}
            taken = afresh.taken or taken
        return Verdict(reports, room.outputs, room.problems), taken

    def _checked(self, room, seed):
        """Return of each item its name and what its checks found.

        All checks run side by side, a few messages in all. Where that breaks the worker or takes
        long they run one after another, so that what broke it costs its own item alone.
        """

        depending = set()

        def context():
            answer = Answer(
                room.lookup,
                with_stand_ins=room.with_stand_ins,
                side_by_side=room.side_by_side,
                depending=depending,
            )
            return Context(answer, lambda test: self._reference, seed)

        try:
            return self._check_file.run_together(room.run_together, context)
        except Apart:
            depending.clear()  # that was found of a worker that is gone
        found = []
        for name in self._items:
            found.append((name, self._check_file.run(name, context())))
            room.recover()
        return found
