"""Unrolled: a course on recurrent networks and LSTMs whose exercises grade themselves."""

__all__ = ["GRADING", "checks"]

# True only inside a grading worker, where a notebook's own check cells must do nothing.
GRADING = False


def __getattr__(name):
    """Import `checks` when it is first asked for, so that `import unrolled` stays cheap."""
    if name == "checks":
        from unrolled.check import checks

        return checks
    raise AttributeError(f"module 'unrolled' has no attribute {name!r}")
