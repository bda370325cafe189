"""What one worker may use, and in words how it ended where it used more."""

from __future__ import annotations

import signal
from dataclasses import dataclass

OUT_OF_MEMORY = 77  # the worker's own exit code, see worker.py


class WorkerTimeout(Exception):
    """The learner's code took longer than it was given, and was stopped."""


class WorkerDied(Exception):
    """The worker ended while, or before, it was asked something; the message says how."""


@dataclass(frozen=True)
class Limits:
    """What one worker may use: seconds, counts and bytes.

    `memory_bytes` and `processes` (threads, as no process can be started) count what the learner's
    code adds; `output_bytes` is for each cell, `result_bytes` for what each call returns,
    `reply_bytes` and `request_bytes` for each message.
    """

    cell_seconds: float = 10.0
    call_seconds: float = 5.0
    cpu_seconds: int = 60
    memory_bytes: int = 1 << 30
    processes: int = 32
    open_files: int = 64
    file_bytes: int = 16 << 20
    scratch_bytes: int = 16 << 20
    output_bytes: int = 64 << 10
    result_bytes: int = 1 << 20  # the grader keeps all of them until a submission is judged
    reply_bytes: int = 16 << 20
    request_bytes: int = 64 << 20


def how_it_ended(ended: dict, limits: Limits) -> str:
    """Say in words how a worker ended by itself, or return nothing."""
    if not ended.get("ended_by_itself"):
        return ""
    status = ended["status"]
    if status == OUT_OF_MEMORY:
        return "used more memory than allowed"
    if ended["cpu_seconds"] >= limits.cpu_seconds:
        return f"used more than {limits.cpu_seconds} seconds of processor time"
    if status >= 0:
        return f"exited with code {status}"
    name = signal.Signals(-status).name if -status in signal.valid_signals() else str(-status)
    hint = ", as when the machine runs out of memory" if name == "SIGKILL" else ""
    return f"killed by signal {name}{hint}"
