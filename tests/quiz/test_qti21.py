"""QTI 2.1 packages, read and run by pyslet, an engine of others: the same words, marks and feedback."""

import io
import warnings
import zipfile
from xml.dom import minidom

import pytest

with warnings.catch_warnings():  # its sources are older than the Pythons of today
    warnings.simplefilter("ignore")
    from pyslet.qtiv2.variables import ItemSessionState
    from pyslet.qtiv2.xml import QTIDocument

# pyslet calls its own old names.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def package(exported):
    data, notes = exported("qti21")
    assert notes == []
    return zipfile.ZipFile(io.BytesIO(data))


@pytest.fixture(scope="module")
def dom(package):
    def read(name):
        return minidom.parseString(package.read(name)).documentElement

    return read


def elements(node, name):
    return node.getElementsByTagName(name)


@pytest.fixture(scope="module")
def answered(package):
    """Answer an item as a platform does, and return its score and the feedback that is shown."""
    items = {}

    def answer(name, value):
        if name not in items:
            document = QTIDocument()
            document.read(src=io.BytesIO(package.read(f"items/{name}.xml")))
            items[name] = document.root
        state = ItemSessionState(items[name])
        state.begin_session()
        state["RESPONSE"].set_value(value)
        items[name].ResponseProcessing.run(state)
        shown = state["FEEDBACK"].value
        return state["SCORE"].value, sorted(shown) if isinstance(shown, dict) else shown

    return answer


def outer(nodes):
    return "".join(node.toxml() for node in nodes)


def test_the_manifest_lists_every_file_with_outcome_and_difficulty(package, dom, bank):
    manifest = dom("imsmanifest.xml")
    listed = {node.getAttribute("href") for node in elements(manifest, "file")}
    assert listed == set(package.namelist()) - {"imsmanifest.xml"}
    resources = {n.getAttribute("identifier"): n for n in elements(manifest, "resource")}
    for item in bank.values():
        told = [
            node.firstChild.data
            for node in elements(resources[f"item-{item.id}"], "imsmd:langstring")
        ]
        level = {"easy": "easy", "medium": "medium", "hard": "difficult"}[item.difficulty]
        assert told == [item.id, item.outcome, "LOMv1.0", level]
    test = dom("test.xml")
    assert [n.getAttribute("href") for n in elements(test, "assessmentItemRef")] == [
        f"items/{name}.xml" for name in bank
    ]
    parts = {n.getAttribute("identifierref") for n in elements(manifest, "dependency")}
    assert parts == {f"item-{name}" for name in bank}


def test_every_item_shows_its_words(dom, bank, seen, asked):
    for item in bank.values():
        body = elements(dom(f"items/{item.id}.xml"), "itemBody")[0]
        stem = [n for n in body.childNodes if not n.nodeName.endswith("Interaction")]
        unit = " steps" if item.id == "steps_to_half" else ""
        assert seen(outer(stem)) == asked(item, unit)


@pytest.mark.parametrize("name", ["plain_choice", "several_of_five", "what_it_prints"])
def test_a_choice_keeps_its_options_and_their_feedback(dom, bank, seen, meant, offered, name):
    root, item = dom(f"items/{name}.xml"), bank[name]
    choices = {n.getAttribute("identifier"): n for n in elements(root, "simpleChoice")}
    feedback = {n.getAttribute("identifier"): n for n in elements(root, "modalFeedback")}
    assert list(feedback) == list(choices)
    assert [seen(outer(n.childNodes)) for n in choices.values()] == offered(item)
    assert [seen(outer(n.childNodes)) for n in feedback.values()] == [
        meant(option.says) for option in item.options
    ]


@pytest.mark.parametrize("name", ["plain_choice", "what_it_prints"])
def test_one_right_option_earns_all_and_each_shows_its_own_feedback(answered, bank, name):
    for k, option in enumerate(bank[name].options):
        assert answered(name, "ABCDE"[k]) == (float(option.right), "ABCDE"[k])


@pytest.mark.parametrize(
    ("chosen", "score"),
    [("ABD", 1), ("A", 1 / 3), ("AB", 2 / 3), ("ABC", 1 / 6), ("AC", 0), ("ABCDE", 0), ("C", 0)],
)
def test_several_answers_are_marked_in_part_and_ticking_all_earns_none(answered, chosen, score):
    got, shown = answered("several_of_five", list(chosen))
    assert got == pytest.approx(score)
    assert shown == list(chosen)


@pytest.mark.parametrize(
    ("name", "number", "score", "shown"),
    [
        ("steps_to_half", 69.0, 1, "RIGHT"),
        ("steps_to_half", 69.5, 1, "RIGHT"),
        ("steps_to_half", 69.51, 0, "OTHERWISE"),
        ("steps_to_half", 50.2, 0, "WRONG_1"),
        ("steps_to_half", 105.0, 0, "WRONG_2"),
        ("negative_number", -0.0101505, 1, "RIGHT"),
        ("negative_number", 0.01005, 0, "OTHERWISE"),
    ],
)
def test_a_number_is_marked_within_its_interval(answered, name, number, score, shown):
    assert answered(name, number) == (score, shown)


def test_feedback_to_numbers_is_what_the_bank_says(dom, bank, seen, meant):
    item = bank["steps_to_half"]
    feedback = {
        n.getAttribute("identifier"): seen(outer(n.childNodes))
        for n in elements(dom("items/steps_to_half.xml"), "modalFeedback")
    }
    assert feedback == {
        "RIGHT": meant(item.says),
        "WRONG_1": meant(item.wrong[0].says),
        "WRONG_2": meant(item.wrong[1].says),
        "OTHERWISE": meant(item.otherwise),
    }


def test_an_order_is_right_in_the_right_order_alone(dom, bank, answered, seen, meant):
    item, root = bank["order_of_a_step"], dom("items/order_of_a_step.xml")
    names = {
        seen(outer(n.childNodes))[0]: n.getAttribute("identifier")
        for n in elements(root, "simpleChoice")
    }
    right = [names[meant(step.text)[0]] for step in item.steps]
    assert right != sorted(right), "the names of the steps tell their order"
    assert answered("order_of_a_step", right) == (1, "RIGHT")
    assert answered("order_of_a_step", right[::-1]) == (0, "OTHERWISE")
    assert answered("order_of_a_step", None) == (0, None)
