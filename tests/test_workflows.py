"""The workflows are sound, and the one that publishes does what it says, on a repository of our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent


def run(*command, **settings):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **settings)


def test_there_is_a_workflow_for_each_purpose():
    assert [path.stem for path in WORKFLOWS] == ["links", "publish", "test"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_keeps_to_the_schema(path):
    done = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_finds_nothing_unsafe():
    done = run(BIN / "zizmor", "--offline", "--no-progress", ROOT / ".github")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_target_that_a_workflow_makes_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    steps = [step for path in WORKFLOWS for step in _steps(path)]
    runs = [step["run"].split() for step in steps if step.get("run", "").startswith("make ")]
    made = {target for _, *targets in runs for target in targets}
    assert made == {"book", "epub", "links", "pdf"}
    assert all(f"\n{target}:" in makefile for target in made)


def test_pull_requests_are_shown_beside_the_site_until_they_are_closed(tmp_path):
    run("git", "init", "--quiet", "--bare", tmp_path / "book.git")
    publish = _publisher(tmp_path)

    assert publish(".", {"index.html": "one", "old.html": "old"}) == {
        "index.html": "one",
        "old.html": "old",
    }
    shown = publish("preview/7", {"index.html": "seven"})
    assert shown["preview/7/index.html"] == "seven"
    shown = publish(".", {"index.html": "two"})
    assert shown == {"index.html": "two", "preview/7/index.html": "seven"}
    assert publish(".", {"index.html": "two"}) == shown  # nothing new, and no failure
    assert publish("preview/7", None) == {"index.html": "two"}


def test_two_that_publish_at_once_both_arrive(tmp_path):
    run("git", "init", "--quiet", "--bare", tmp_path / "book.git")
    publish = _publisher(tmp_path)
    publish(".", {"index.html": "one"})
    other = (
        "git clone -q -b gh-pages ../../book.git ../other && cd ../other && mkdir -p preview/8 && "
        "echo eight >preview/8/index.html && git add . && git commit -qm 8 && git push -q --no-verify"
    )
    shown = publish("preview/7", {"index.html": "seven"}, before_the_push=other)
    assert sorted(shown) == ["index.html", "preview/7/index.html", "preview/8/index.html"]


@pytest.mark.parametrize(("known", "does"), [("", "issue create"), ("12", "issue comment 12")])
def test_broken_links_are_told_once_in_an_issue(tmp_path, known, does):
    [step] = [step for step in _steps(WORKFLOWS[0]) if "GH_TOKEN" in step.get("env", {})]
    (tmp_path / "gh").write_text(
        f'#!/bin/sh\n[ "$2" = list ] && echo "{known}" || {{ echo "$@"; cat body.md; }}\n'
    )
    (tmp_path / "gh").chmod(0o755)
    found = tmp_path / "_build" / "html" / "output.txt"  # where jupyter-book has it written
    found.parent.mkdir(parents=True)
    found.write_text("a.md:3: [working] https://a.example\nb.md:7: [broken] https://b.example\n")
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUN": "run 5", "TITLE": "Links"}
    done = run("bash", "-e", "-c", step["run"], cwd=tmp_path, env=os.environ | settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(does)
    assert "Found by run 5:" in done.stdout
    assert "b.md:7: [broken] https://b.example" in done.stdout
    assert "a.example" not in done.stdout


def _steps(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def _publisher(place):
    """Return a function that runs the step that publishes, and returns what the branch holds then."""
    [script] = [step["run"] for step in _steps(WORKFLOWS[1]) if "TOKEN" in step.get("env", {})]

    def publish(folder, site, before_the_push="true"):
        work = place / f"run-{len(list(place.iterdir()))}"
        work.mkdir()
        for name, text in (site or {}).items():
            (work / "site").mkdir(exist_ok=True)
            (work / "site" / name).write_text(text)
        hook = work / "hooks" / "pre-push"
        hook.parent.mkdir()
        hook.write_text(f"#!/bin/sh\n[ -e ../once ] || {{ touch ../once; {before_the_push}; }}\n")
        hook.chmod(0o755)
        (work / ".gitconfig").write_text(f"[core]\n\thooksPath = {hook.parent}\n")
        settings = {"FOLDER": folder, "TOKEN": "none", "SERVER": str(place), "COMMIT": "abc"}
        settings |= {"REPOSITORY": "book.git", "HOME": str(work)}
        done = run("bash", "-e", "-c", script, cwd=work, env=os.environ | settings)
        assert done.returncode == 0, done.stdout + done.stderr
        branch = ("git", "--git-dir", place / "book.git")
        names = run(*branch, "ls-tree", "-r", "--name-only", "gh-pages").stdout.split()
        return {
            name: run(*branch, "show", f"gh-pages:{name}").stdout
            for name in names
            if name != ".nojekyll"
        }

    return publish
