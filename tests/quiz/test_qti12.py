"""QTI 1.2 for Canvas, read back, and compared with what text2qti makes of the same items.

The reader is written from the specification and knows neither writer. What differs from text2qti,
on purpose:
- mathematics is `\\(…\\)`, which Canvas typesets, where text2qti links to pictures of formulas;
- identifiers are numbers, as Canvas's own are, where text2qti hashes texts;
- outcome and difficulty are fields of the metadata, which text2qti does not write;
- a wrong number has a feedback; `order` becomes a matching question, which text2qti does not have.
"""

import io
import warnings
import zipfile
from types import SimpleNamespace
from xml.dom import minidom

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from text2qti.config import Config
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz


def elements(node, name):
    return node.getElementsByTagName(name)


def words(node):
    return "".join(n.data for n in node.childNodes if n.nodeType == n.TEXT_NODE).strip()


def material(node):
    (found,) = [n for n in node.childNodes if n.nodeName == "material"]
    return words(elements(found, "mattext")[0])


def read_item(node):
    """Return an item: its type, words, responses, and what each response condition does."""
    fields = {
        words(elements(field, "fieldlabel")[0]): words(elements(field, "fieldentry")[0])
        for field in elements(node, "qtimetadatafield")
    }
    (presentation,) = elements(node, "presentation")
    feedback = {
        n.getAttribute("ident"): words(elements(n, "mattext")[0])
        for n in elements(node, "itemfeedback")
    }
    responses = [
        SimpleNamespace(
            ident=n.getAttribute("ident"),
            many=n.getAttribute("rcardinality") == "Multiple",
            prompt=material(n) if any(c.nodeName == "material" for c in n.childNodes) else "",
            labels=[
                (label.getAttribute("ident"), material(label))
                for label in elements(n, "response_label")
                if elements(label, "mattext")
            ],
        )
        for name in ("response_lid", "response_str")
        for n in elements(presentation, name)
    ]
    return SimpleNamespace(
        title=node.getAttribute("title"),
        fields=fields,
        kind=fields["question_type"],
        stem=material(presentation),
        responses=responses,
        feedback=feedback,
        conditions=elements(node, "respcondition"),
    )


def holds(node, given):
    """Evaluate a condition; `given` maps a response to the set of labels chosen, or to a number."""
    nodes = [n for n in node.childNodes if n.nodeType == n.ELEMENT_NODE]
    if node.nodeName in ("conditionvar", "and"):
        return all(holds(n, given) for n in nodes)
    if node.nodeName == "or":
        return any(holds(n, given) for n in nodes)
    if node.nodeName == "not":
        return not holds(nodes[0], given)
    if node.nodeName == "other":
        return True
    got = given.get(node.getAttribute("respident"), set())
    if node.nodeName == "varequal":
        return words(node) in got if isinstance(got, set) else float(words(node)) == got
    bound = float(words(node))
    return got >= bound if node.nodeName == "vargte" else got <= bound


def answered(item, **given):
    """Return the score in percent and the feedback shown, as the specification processes responses."""
    score, shown = 0.0, []
    for condition in item.conditions:
        if not holds(elements(condition, "conditionvar")[0], given):
            continue
        for setvar in elements(condition, "setvar"):
            add = setvar.getAttribute("action") == "Add"
            score = float(words(setvar)) + (score if add else 0)
        shown += [n.getAttribute("linkrefid") for n in elements(condition, "displayfeedback")]
        if condition.getAttribute("continue") != "Yes":
            break
    assert set(shown) <= set(item.feedback), "a condition shows a feedback that is not there"
    return score, [item.feedback[name] for name in shown]


def read_package(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    manifest = minidom.parseString(archive.read("imsmanifest.xml"))
    files = {n.getAttribute("href") for n in elements(manifest, "file")}
    named = {n for n in archive.namelist() if not n.endswith("/")}
    assert files == named - {"imsmanifest.xml"}
    (path,) = (
        elements(n, "file")[0].getAttribute("href")
        for n in elements(manifest, "resource")
        if n.getAttribute("type") == "imsqti_xmlv1p2"
    )
    items = elements(minidom.parseString(archive.read(path)), "item")
    return {made.title: made for made in map(read_item, items)}


@pytest.fixture(scope="module")
def items(exported):
    data, notes = exported("qti12")
    named = [note.split(": ")[0].removeprefix("quiz, ") for note in notes]
    assert named == ["several_of_five", "steps_to_half", "order_of_a_step"]
    return read_package(data)


def test_every_item_shows_its_words_and_metadata(items, bank, seen, asked):
    assert list(items) == list(bank)
    for item in bank.values():
        made = items[item.id]
        unit = " (in steps)" if item.id == "steps_to_half" else ""
        assert seen(made.stem) == asked(item, unit)
        assert made.fields["qmd_topic"] == item.outcome
        assert made.fields["qmd_levelofdifficulty"] == item.difficulty


@pytest.mark.parametrize("name", ["plain_choice", "several_of_five", "what_it_prints"])
def test_a_choice_keeps_its_options_their_rightness_and_feedback(
    items, bank, seen, meant, offered, name
):
    made, item = items[name], bank[name]
    (response,) = made.responses
    assert response.many == (item.kind == "several")
    assert [seen(html) for _, html in response.labels] == offered(item)
    for (ident, _), option in zip(response.labels, item.options, strict=True):
        score, shown = answered(made, response1={ident})
        assert [seen(html) for html in shown] == [meant(option.says)]
        if item.kind != "several":
            assert score == 100 * option.right
    right = {i for (i, _), o in zip(response.labels, item.options, strict=True) if o.right}
    assert answered(made, response1=right)[0] == 100
    assert answered(made, response1={i for i, _ in response.labels})[0] == 0 or len(right) == 1


def test_ticking_all_of_several_answers_earns_none(items):
    (response,) = items["several_of_five"].responses
    assert answered(items["several_of_five"], response1={i for i, _ in response.labels})[0] == 0


@pytest.mark.parametrize(
    ("name", "number", "score", "said"),
    [
        ("steps_to_half", 69.5, 100, "gives"),
        ("steps_to_half", 69.51, 0, "Solve"),
        ("steps_to_half", 50, 0, "50: The loss slows down."),
        ("steps_to_half", 100, 0, "95 to 105: That is the time constant"),
        ("negative_number", -0.0101505, 100, "Right"),
        ("negative_number", 0.01005, 0, "negative"),
    ],
)
def test_a_number_is_marked_within_its_interval(items, seen, name, number, score, said):
    got, shown = answered(items[name], response1=number)
    assert got == score
    assert said in seen("".join(shown))[0]


def test_an_order_is_a_matching_of_steps_and_places(items, bank, seen, meant):
    made, item = items["order_of_a_step"], bank["order_of_a_step"]
    assert made.kind == "matching_question"
    where = {seen(r.prompt)[0]: r for r in made.responses}
    right = {}
    for place, step in enumerate(item.steps, start=1):
        response = where[meant(step.text)[0]]
        assert [shown for _, shown in response.labels] == ["1", "2", "3", "4"]
        right[response.ident] = {response.labels[place - 1][0]}
    score, shown = answered(made, **right)
    assert score == 100
    for said in (item.says, item.otherwise, *(step.says for step in item.steps)):
        assert meant(said)[0] in seen("".join(shown))[0]
    first, second, *_ = right
    swapped = right | {first: right[second], second: right[first]}
    assert answered(made, **swapped)[0] == 50


# --- the same items through text2qti -----------------------------------------------------------

TEXT = """\
Quiz title: quiz

Title: one
1. Which is it?
a) this
... Not this.
*b) that
... That it is.
c) neither
... One of them it is.

Title: several
2. Which are they?
[*] these
... These are.
[ ] those
... Those are not.
[*] all others
... They are.

Title: number
3. How many?
+ Right.
- Wrong.
= [68.5, 69.5]
"""
BANK = """\
- {id: one, outcome: a.b, difficulty: easy, stem: "Which is it?", options: [
    {text: this, says: Not this.}, {text: that, right: true, says: That it is.},
    {text: neither, says: One of them it is.}]}
- {id: several, outcome: a.b, difficulty: easy, kind: several, stem: "Which are they?", options: [
    {text: these, right: true, says: These are.}, {text: those, says: Those are not.},
    {text: all others, right: true, says: They are.}]}
- {id: number, outcome: a.b, difficulty: easy, kind: number, stem: "How many?",
    answer: {value: 69, tolerance: 0.5}, says: Right., otherwise: Wrong.}
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    from unrolled.quiz.export import Notes
    from unrolled.quiz.export.qti12 import write
    from unrolled.quiz.items import read_items

    path = tmp_path_factory.mktemp("both") / "same.yml"
    path.write_text(BANK)
    ours = read_package(write("same", read_items(path), Notes("same")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = QTI(Quiz(TEXT, config=Config(), source_name="same")).zip_bytes()
    return ours, read_package(theirs)


@pytest.mark.parametrize("name", ["one", "several", "number"])
def test_text2qti_gives_items_of_the_same_structure(both, seen, name):
    ours, theirs = (items[name] for items in both)
    assert ours.kind == theirs.kind
    assert seen(ours.stem) == seen(theirs.stem)
    (a,), (b,) = ours.responses, theirs.responses
    assert (a.ident, a.many) == (b.ident, b.many)
    assert [seen(html) for _, html in a.labels] == [seen(html) for _, html in b.labels]
    shared = {"question_type", "points_possible", "original_answer_ids"}
    assert shared <= ours.fields.keys() & theirs.fields.keys()
    assert ours.fields.keys() - theirs.fields.keys() == {"qmd_topic", "qmd_levelofdifficulty"}


def subsets(labels):
    return [
        {ident for k, (ident, _) in enumerate(labels) if mask >> k & 1}
        for mask in range(2 ** len(labels))
    ]


@pytest.mark.parametrize("name", ["one", "several", "number"])
def test_text2qti_scores_every_answer_the_same_and_says_the_same(both, seen, name):
    ours, theirs = (items[name] for items in both)
    if name == "number":
        answers = [(x, x) for x in (68.4, 68.5, 69.0, 69.5, 69.6, -69.0)]
    else:
        answers = list(
            zip(subsets(ours.responses[0].labels), subsets(theirs.responses[0].labels), strict=True)
        )
    scores = set()
    for mine, other in answers:
        score, shown = answered(ours, response1=mine)
        wanted, told = answered(theirs, response1=other)
        assert score == wanted
        assert [seen(html) for html in shown] == [seen(html) for html in told]
        scores.add(score)
    assert scores == {0, 100}
