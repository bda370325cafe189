"""Judge on 200 seeds what has changed, and note it: python -m tests.learner.judged [TOPIC …]."""

import argparse
import json
import os
import subprocess
import sys

from tests.learner.judged import MANY, PATH, ROOT, TESTS, digest, judged
from unrolled.exercise import topics


def main():
    """Run the tests that judge, topic by topic; note each that passes; exit with 1 if one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.learner.judged", description=__doc__)
    parser.add_argument("topics", nargs="*", help="by default all that have changed")
    known = {name: found for name, found in judged().items() if name in topics(ROOT)}
    changed = [name for name in topics(ROOT) if known.get(name) != digest(name)]
    failed = []
    for name in parser.parse_args().topics or changed:
        print(f"{name} on {MANY} seeds", flush=True)
        before = digest(name)
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-k", f"[{name}-", *TESTS]
        environment = os.environ | {"UNROLLED_SEEDS": str(MANY), "OMP_NUM_THREADS": "1"}
        if subprocess.run(command, cwd=ROOT, env=environment).returncode:
            failed.append(name)
            continue
        known[name] = before
        text = json.dumps(known, indent=2, sort_keys=True) + "\n"
        PATH.write_text(text, encoding="utf-8")
    if failed:
        raise SystemExit(f"not as it should be: {', '.join(failed)}")


if __name__ == "__main__":
    main()
