"""Attack: search all objects, modules and closures for a function that knows the answer."""

LOSES = "everything"
CODE = """
import gc, sys, types
names = {"lstm_step", "split_gates", "lstm_forward", "lstm97_step", "forget_half_life"}
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ in names:
        print("function: SUCCEEDED", thing)
    if isinstance(thing, dict) and names & {key for key in thing if isinstance(key, str)}:
        if thing is not globals():
            print("dictionary: SUCCEEDED", sorted(map(str, thing))[:5])
    if type(thing).__name__ in ("Reference", "CheckFile", "Judge", "Exercise", "Course", "Verdict"):
        print("object: SUCCEEDED", thing)
for name, module in list(sys.modules.items()):
    for wanted in names:
        if isinstance(vars(module).get(wanted), types.FunctionType) and name != "__main__":
            print(f"{name}: SUCCEEDED")
print("searched: all")
"""


def test_there_is_none(graded):
    graded.check()
    graded.all_refused()
