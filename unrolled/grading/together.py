"""Run checks side by side, so that all they ask of a worker travels in few messages.

Each check is a greenlet: it runs until it asks something, what all of them ask goes out together,
and each goes on with its own answer. A check cannot tell this from being run by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from greenlet import getcurrent, greenlet

_ALONE = object()  # what a job says that wants to wait for the others


class Together:
    """Runs jobs in turns. answer: takes questions, as given to `ask`, and returns their answers."""

    def __init__(self, answer: Callable[[list], Sequence]):
        self._answer = answer
        self._hub = getcurrent()

    def ask(self, question: object) -> object:
        """Return the answer to a question of the running job, after a turn of all the others."""
        return self._hub.switch(question)

    def wait_until_alone(self) -> None:
        """Let the running job go on only when all others have ended, or wait for the same."""
        self._hub.switch(_ALONE)

    def run(self, jobs: Sequence[Callable[[], object]]) -> list:
        """Run the jobs and return what each returns; raises what `answer` raises, and ends them."""
        results: list = [None] * len(jobs)
        tasks = [greenlet(lambda _, job=job: job()) for job in jobs]
        ready, alone = [(k, None) for k in range(len(jobs))], []
        try:
            while True:
                asking = []
                for k, answer in ready:
                    said = tasks[k].switch(answer)
                    if tasks[k].dead:
                        results[k] = said
                    elif said is _ALONE:
                        alone.append(k)
                    else:
                        asking.append((k, said))
                if asking:
                    answers = self._answer([question for _, question in asking])
                    ready = [(k, found) for (k, _), found in zip(asking, answers, strict=True)]
                elif alone:
                    ready = [(alone.pop(0), None)]
                else:
                    return results
        finally:
            for task in tasks:
                while task and not task.dead:
                    task.throw()  # it may ask once more on its way out
