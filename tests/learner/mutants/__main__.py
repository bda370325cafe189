"""List the mutants of a topic that pass its checks: python -m tests.learner.mutants TOPIC [ITEM …]."""

import argparse

from tests.learner.mutants.survivors import SEEDS, equivalent, judged
from tests.learner.topics import the_topic


def main():
    """Print, item by item, the survivors that are not listed and the listed that do not survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.learner.mutants", description=__doc__)
    parser.add_argument("topic")
    parser.add_argument("items", nargs="*", help="by default all of them")
    parser.add_argument("--seeds", type=int, default=20, help="by default 20")
    chosen = parser.parse_args()
    topic, clean = the_topic(chosen.topic), True
    for item in chosen.items or topic.items:
        found = judged(topic, item, SEEDS[: chosen.seeds])
        listed = equivalent(topic, item)
        survivors = {change: seeds for change, (seeds, _) in found.items() if seeds}
        print(f"{item}: {len(found)} mutants, {len(survivors)} pass, {len(listed)} are listed")
        for change, seeds in survivors.items():
            if change not in listed:
                print(f"  passes on {len(seeds)} of {chosen.seeds} seeds: {change}")
        for change in listed.keys() - survivors.keys():
            print(f"  is listed and does not pass: {change}")
        clean = clean and listed.keys() == survivors.keys()
    raise SystemExit(not clean)


main()
