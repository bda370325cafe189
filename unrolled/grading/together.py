"""Run checks side by side, so that all they ask of a worker travels in few messages.

Each check is a greenlet: it runs until it asks something, what all of them ask goes out together,
and each goes on with its own answer. A check cannot tell this from being run by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from greenlet import getcurrent, greenlet


class Together:
    """Runs jobs in turns. answer: takes questions, as given to `ask`, and returns their answers."""

    def __init__(self, answer: Callable[[list], Sequence]):
        self._answer = answer
        self._hub = getcurrent()
        self._begun: list[greenlet] = []

    def ask(self, question: object) -> object:
        """Return the answer to a question of the running job, after a turn of all the others."""
        return self._hub.switch(question)

    def side_by_side(self, jobs: Sequence[Callable[[], object]]) -> list:
        """Run jobs of the running job's own in turns with all others; return what each returns."""
        return self._hub.switch(_Jobs(jobs))

    def run(self, jobs: Sequence[Callable[[], object]]) -> list:
        """Run the jobs and return what each returns; raises what `answer` raises, and ends them."""
        first = _Jobs(jobs)
        ready, asking = deque(self._begin(first)), []
        try:
            while ready:
                job, answer = ready.popleft()
                said = job.switch(answer)
                if job.dead:
                    ready.extend(job.ended(said))
                elif isinstance(said, _Jobs):
                    said.wanted_by = job
                    ready.extend(self._begin(said))
                else:
                    asking.append((job, said))
                if not ready and asking:
                    answers = self._answer([question for _, question in asking])
                    ready.extend(
                        (job, found) for (job, _), found in zip(asking, answers, strict=True)
                    )
                    asking = []
            return first.results
        finally:
            for job in self._begun:
                while job and not job.dead:
                    job.throw()  # it may ask once more on its way out

    def _begin(self, jobs):
        """Return what is to be switched to for some jobs to begin, each with what it is given."""
        begun = [_Job(jobs, place) for place in range(len(jobs.results))]
        self._begun += begun
        return [(job, None) for job in begun] or jobs.next()


class _Jobs:
    """Jobs that began together, their results, and the job that waits for these, if any does."""

    def __init__(self, functions):
        self.functions, self.results = list(functions), [None] * len(functions)
        self.left, self.wanted_by = len(self.results), None

    def next(self):
        """Return who goes on when all have ended, with what it is given."""
        return [(self.wanted_by, self.results)] if self.wanted_by is not None else []


class _Job(greenlet):
    """One of several jobs."""

    def __init__(self, jobs, place):
        super().__init__(lambda _: jobs.functions[place]())
        self._jobs, self._place = jobs, place

    def ended(self, result):
        """Keep its result; return who goes on now that it has ended."""
        self._jobs.results[self._place] = result
        self._jobs.left -= 1
        return self._jobs.next() if not self._jobs.left else []
