"""Attack: look at who calls, and at everything that caller knows."""

LOSES = "everything"
CODE = """
import inspect, sys
seen = []
def look():
    frame = sys._getframe()
    while frame is not None:
        seen.append(frame.f_code.co_name)
        for scope in (frame.f_locals, frame.f_globals):
            for name, value in list(scope.items()):
                if any(word in name.lower() for word in ("reference", "seed", "expected", "secret")):
                    seen.append(f"SUCCEEDED {name}")
                got = getattr(value, "lstm_step", None)
                if callable(got) and got is not globals().get("lstm_step"):
                    seen.append(f"SUCCEEDED {name}.lstm_step")
        frame = frame.f_back
"""
OWN = {
    "lstm_step": """
def lstm_step(x, h, c, params):
    look()
    raise ValueError(" ".join(seen))
"""
}


def test_nobody_above_knows_the_answer(graded):
    graded.check()
    report = graded.report("lstm_step")
    assert "lstm_step call_all answer serve" in report
    assert "SUCCEEDED" not in report
