"""Attack: find the course's secret seed, on the disk or in memory, and draw what will be asked."""

LOSES = "everything"
CODE = """
import gc, re, sys
attempt("file", lambda: open(HOST["seed"]).read())
found = []
for thing in gc.get_objects():
    if type(thing) is dict:
        found += [v for v in thing.values() if isinstance(v, (str, bytes)) and len(v) in (32, 64)
                  and re.fullmatch(r"[0-9a-f]{64}", v if isinstance(v, str) else v.hex())]
for name, module in list(sys.modules.items()):
    if name.startswith("unrolled"):
        print("seen:", [n for n in vars(module) if "seed" in n.lower() or "secret" in n.lower()])
"""


def test_it_is_not_there(graded):
    graded.check()
    assert "SUCCEEDED" not in graded.printed()
    seed = (graded.course.folder / "secret_seed").read_text()
    page = graded.course.folder / "autograded" / graded.student
    assert not [path for path in page.rglob("*") if path.is_file() and seed in path.read_text()]
    assert set(graded.printed().splitlines()[1:]) == {"seen: []"}
