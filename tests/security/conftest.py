"""One class of attackers, graded once, with right students between them.

Every file in a folder here but `layers/` is one attack: what a student hands in, the mark it
deserves, and a test of the thing attacked. A file says

    LOSES     the parts that earn nothing: names, or "everything"
    OWN       what stands in place of a part; a part that loses and is not here is left unwritten
    CODE      a cell run before the parts; HOST in it tells where everything is (we hide nothing),
              and attempt(what, function, *args) prints what came of trying
    MARKDOWN  what the written answer says
    EDIT      changes the notebook before it is handed in
    HAND_IN   puts the work into the student's folder in another way
    STUDENT   what the student is called

Nothing else is needed but a test that takes `graded`. Whatever tests are chosen, their attackers are
handed in together and graded by `unrolled.grading.coordinator.grade`, as a class is.
"""

import collections
import html.parser
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from unrolled.demo.students import filled_in
from unrolled.grading.coordinator import grade
from unrolled.grading.limits import Limits
from unrolled.sources import put_tools_on_path

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "lstm_gates"
# Less time than a real class gets, so that those who use it up do not keep the others waiting.
LIMITS = Limits(cell_seconds=4, call_seconds=1.5)
BETWEEN = 3  # attackers between two right students

PRELUDE = """HOST = {host!r}


def attempt(what, function, *args):
    try:
        value = function(*args)
    except BaseException as error:
        print(f"{{what}}: {{type(error).__name__}}")
    else:
        print(f"{{what}}: SUCCEEDED: {{value!r}}")


"""


def pytest_collection_modifyitems(items):
    """Mark the attacks as slow: the first of them waits for the whole class."""
    for item in items:
        if hasattr(item.module, "LOSES"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def make_world():
    """Return the class that watches over this machine: see world.py."""
    path = Path(__file__).with_name("world.py")
    spec = importlib.util.spec_from_file_location("security_world", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.World


@pytest.fixture(scope="session")
def world(make_world, tmp_path_factory):
    """Things on this machine that an attacker would like to reach, and whether one did."""
    with make_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="session")
def released(make_course):
    return make_course()


class Active(html.parser.HTMLParser):
    """What in a page would act: scripts, handlers, frames, and whatever is fetched or linked."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found, self._script = [], None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in (
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "meta",
            "link",
            "svg",
            "math",
            "style",
        ):
            self.found.append((tag, tuple(attributes)))
        if tag in ("script", "style"):
            self._script = (tag, tuple(attributes))
        for name, value in attributes:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.found.append((tag, name, value))
            # A link to a plain web address waits to be clicked; a picture of ours is in the page.
            elif name in ("href", "src", "xlink:href", "action", "data", "poster", "background"):
                plain = ("#", "http://", "https://") if tag == "a" else ("data:image/png;base64,",)
                if not address.startswith(plain):
                    self.found.append((tag, name, value))

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        if self._script:
            self.found.append((*self._script, data))
            self._script = None


class GradedClass:
    """The class after grading: rows by attack file, and all that was touched on the way."""

    def __init__(self, course, world, modules):
        self.course, self.world = course, world
        self.exercise, self.release = course.exercise(TOPIC), course.released(TOPIC)
        self.everything = {item.name: item.points for item in self.exercise.items}
        self.students, self.bystanders = {}, []
        world.tell(course)
        self._bystander("000-zz-bystander")
        for k, module in enumerate(modules, 1):
            file = Path(module.__file__)
            name = getattr(
                module, "STUDENT", f"{file.parent.name}-{file.stem.removeprefix('test_')}"
            )
            self.students[module] = f"{k:03}-{name}"
            self._hand_in(self.students[module], module)
            if k % BETWEEN == 0 or k == len(modules):
                self._bystander(f"{k:03}-zz-bystander")
        course.seed(TOPIC, "draw the seed")
        world.remember(course)
        results = grade(course, TOPIC, jobs=2, limits=LIMITS)
        self.results = {result.student: result for result in results}
        self.touched = world.touched(course, self.results)
        for student in self.bystanders:
            if self.results[student].points != self.everything:
                self.touched.append(f"{student} earned {self.results[student].points}")

    def _bystander(self, student):
        text = filled_in(self.exercise, self.release, {}, code=f"number = {len(self.bystanders)}")
        self._folder(student).joinpath(f"{TOPIC}.ipynb").write_text(text)
        self.bystanders.append(student)

    def _folder(self, student):
        folder = self.course.folder / "submitted" / student / TOPIC
        folder.mkdir(parents=True)
        return folder

    def _hand_in(self, student, module):
        get = vars(module).get
        own = dict.fromkeys(self.loses(module)) | get("OWN", {})
        code = PRELUDE.format(host=self.world.host) + get("CODE", "")
        if get("OWN") is None and get("CODE") is None:
            code = ""
        text = filled_in(
            self.exercise,
            self.release,
            own,
            code=code,
            markdown=get("MARKDOWN", ""),
        )
        if "EDIT" in vars(module):  # and write it as no tidy program would: nothing is mended
            notebook = nbformat.from_dict(json.loads(text))
            module.EDIT(notebook)
            text = json.dumps(notebook)
        folder = self._folder(student)
        put = get(
            "HAND_IN", lambda folder, text, host: (folder / f"{TOPIC}.ipynb").write_text(text)
        )
        put(folder, text, self.world.host)

    def loses(self, module):
        """Return the names of the parts that an attack must not earn."""
        loses = module.LOSES
        return tuple(self.everything) if loses == "everything" else loses


class Graded:
    """What came of one attack."""

    def __init__(self, whole, module):
        self.whole, self.course, self.world = whole, whole.course, whole.world
        self.host = whole.world.host
        self.student = whole.students[module]
        self.result = whole.results[self.student]
        self.deserved = whole.everything | dict.fromkeys(whole.loses(module), 0.0)

    def check(self):
        """Hold that the mark is the one deserved, everywhere, and that nothing else was touched."""
        assert self.result.points == self.deserved, self.result.remark
        assert self.world.marks(self.course, self.student) == self.deserved
        assert self.whole.touched == []

    @property
    def notebook(self):
        path = self.course.folder / "autograded" / self.student / TOPIC / f"{TOPIC}.ipynb"
        return nbformat.read(path, as_version=4)

    def outputs(self, cell="added-1"):
        (found,) = [found for found in self.notebook.cells if found.id == cell]
        return found.outputs

    def printed(self, cell="added-1"):
        """Return what a cell printed; by default the one that holds CODE."""
        outputs = self.outputs(cell)
        return "".join(output.text for output in outputs if output.output_type == "stream")

    def raised(self, cell="added-1"):
        """Return the name of what a cell raised, or ""."""
        return "".join(out.ename for out in self.outputs(cell) if out.output_type == "error")

    def report(self, part):
        """Return the report on a part, as text."""
        return self.outputs(f"check-{part}")[0].data["text/plain"]

    def all_refused(self):
        """Hold that everything the attack tried was tried, and refused."""
        lines = self.printed().splitlines()
        assert lines, self.outputs()
        assert not [line for line in lines if "SUCCEEDED" in line or ": " not in line]


@pytest.fixture(scope="session")
def whole_class(request, released, world):
    modules = {item.module: None for item in request.session.items if hasattr(item.module, "LOSES")}
    ordered = sorted(modules, key=lambda module: Path(module.__file__).parts[-2:])
    return GradedClass(released, world, ordered)


@pytest.fixture
def graded(request, whole_class):
    """The mark, notebook and surroundings of the attack that the test's file describes."""
    return Graded(whole_class, request.module)


@pytest.fixture(scope="session")
def feedback(whole_class):
    """Return a function that gives the feedback page of a student, as nbgrader makes it."""
    course = whole_class.course
    put_tools_on_path()
    command = [Path(sys.executable).with_name("nbgrader"), "generate_feedback", TOPIC]
    pattern = "[0-9][0-9][0-9]-feedback_page-*"
    first = whole_class.bystanders[0]
    for chosen in (pattern, first):
        done = subprocess.run(
            [*command, f"--student={chosen}"], cwd=course.root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def page(graded=None):
        student = graded.student if graded else first
        path = course.folder / "feedback" / student / TOPIC / f"{TOPIC}.html"
        return path.read_text(encoding="utf-8")

    return page


@pytest.fixture
def active():
    """Return a function that lists what in a page would act."""
    return lambda page: Active(page).found


@pytest.fixture(scope="session")
def harmless(feedback):
    """Return a function that holds that a student's page does what a right student's page does."""
    usual = collections.Counter(map(str, Active(feedback()).found))

    def hold(graded):
        page = feedback(graded)
        found = collections.Counter(map(str, Active(page).found))
        assert sorted(found - usual) == []
        title = re.search("<title>(.*?)</title>", page, re.S)[1]
        assert title.strip() == "lstm_gates"

    return hold
