"""GIFT, read back by the rules of Moodle's importer: the same questions, marks and feedback.

The reader is written from the documentation of the format and from the steps in which Moodle's
importer reads it, and shares nothing with the writer.
"""

import re
from types import SimpleNamespace

import pytest

HIDDEN = {f"\\{c}": f"&&{ord(c):03};" for c in ":#={}~"} | {"\\n": "&&010;"}


def hide(text):
    """Put placeholders for escaped characters, so that what is left are control characters."""
    text = text.replace("\\\\", "&&092;")
    for escaped, placeholder in HIDDEN.items():
        text = text.replace(escaped, placeholder)
    return text.replace("&&092;", "\\")


def show(text):
    for escaped, placeholder in HIDDEN.items():
        text = text.replace(placeholder, "\n" if escaped == "\\n" else escaped[1])
    return text.strip()


def formatted(text, by_default="moodle"):
    """Return text and its format, which a name in brackets at the beginning gives."""
    found = re.match(r"\[(moodle|html|plain|markdown)\]", text)
    return (show(text[found.end() :]), found[1]) if found else (show(text), by_default)


def answer(part):
    part, _, feedback = part.strip().partition("#")
    weight = re.match(r"%(-?[0-9]{1,2}\.?[0-9]*)%", part)
    share = float(weight[1]) if weight else None
    text, form = formatted(part[weight.end() :] if weight else part, "html")
    assert form == "html", "a text was taken for the name of a format"
    return SimpleNamespace(text=text, share=share, feedback=show(feedback))


def question(block):
    comments = "\n".join(line for line in block.split("\n") if line.strip().startswith("//"))
    lines = ["" if line.strip().startswith("//") else line for line in block.split("\n")]
    text = hide("\n".join(lines).strip())
    _, name, text = text.split("::", 2)
    begin, end = text.index("{"), text.index("}")
    assert end == len(text) - 1, "something stands after the answers"
    stem, form = formatted(text[:begin])
    assert form == "html"
    inside, _, general = text[begin + 1 : end].strip().partition("####")
    made = SimpleNamespace(name=show(name), stem=stem, general=show(general), tags=[])
    made.tags = re.findall(r"\[tag:([^\]]+)\]", comments)
    (made.id,) = re.findall(r"\[id:([^\]]+)\]", comments)
    if inside.startswith("#"):
        made.kind = "numerical"
        right, _, wrong = inside[1:].partition("~")
        made.answers = [answer(part) for part in right.split("=")[1:]]
        made.otherwise = show(wrong.partition("#")[2])
    elif "~" in inside:
        made.kind = "single" if "=" in inside else "multiple"
        parts = inside.replace("=", "~=").split("~")
        made.answers = []
        for part in filter(None, map(str.strip, parts)):
            found = answer(part.removeprefix("="))
            found.share = 100 if part.startswith("=") else found.share or 0
            made.answers.append(found)
    else:
        made.kind = "matching"
        pairs = [part.split("->") for part in inside.split("=")[1:]]
        made.answers = [(show(left), show(right)) for left, right in pairs]
    return made


@pytest.fixture(scope="module")
def questions(exported):
    data, notes = exported("gift")
    (note,) = notes
    assert "order_of_a_step" in note
    category, *blocks = re.split(r"\n\s*\n", data.decode().strip())
    assert category == "$CATEGORY: $course$/top/Unrolled/quiz"
    found = [question(block) for block in blocks]
    return {made.name: made for made in found}


def test_every_item_is_a_question_with_its_words_and_tags(questions, bank, seen, asked):
    assert list(questions) == list(bank)
    for item in bank.values():
        made = questions[item.id]
        unit = " (in steps)" if item.id == "steps_to_half" else ""
        assert seen(made.stem) == asked(item, unit)
        assert made.id == item.id
        assert made.tags == [item.outcome, item.difficulty]


@pytest.mark.parametrize("name", ["plain_choice", "several_of_five", "what_it_prints"])
def test_a_choice_keeps_its_options_and_their_feedback(questions, bank, seen, meant, offered, name):
    made, item = questions[name], bank[name]
    assert made.kind == ("multiple" if item.kind == "several" else "single")
    assert [seen(a.text) for a in made.answers] == offered(item)
    assert [seen(a.feedback) for a in made.answers] == [meant(o.says) for o in item.options]
    if item.kind != "several":
        assert [a.share for a in made.answers] == [100 * o.right for o in item.options]


def test_several_answers_share_the_marks_and_ticking_all_earns_none(questions, bank):
    made, item = questions["several_of_five"], bank["several_of_five"]
    shares = [a.share for a in made.answers]
    assert [share > 0 for share in shares] == [option.right for option in item.options]
    assert sum(s for s in shares if s > 0) == pytest.approx(100, abs=1e-4)
    assert sum(shares) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "number", "right", "words"),
    [
        ("steps_to_half", 68.5, True, "gives"),
        ("steps_to_half", 69.6, False, "Solve"),
        ("steps_to_half", 50.5, False, "slows down"),
        ("steps_to_half", 105, False, "time constant"),
        ("negative_number", -0.0101505, True, "Right"),
        ("negative_number", 0.01005, False, "negative"),
    ],
)
def test_a_number_is_marked_within_its_interval(questions, name, number, right, words):
    made = questions[name]
    assert made.kind == "numerical"
    for found in made.answers:
        low, high = map(float, found.text.split(".."))
        if low <= number <= high:
            assert (found.share is None) == right
            assert words in found.feedback
            return
    assert not right
    assert words in made.otherwise


def test_an_order_is_a_matching_of_steps_and_places(questions, bank, seen, meant):
    made, item = questions["order_of_a_step"], bank["order_of_a_step"]
    assert made.kind == "matching"
    assert [(seen(left), right) for left, right in made.answers] == [
        (meant(step.text), str(place)) for place, step in enumerate(item.steps, start=1)
    ]
    for words in (item.says, item.otherwise, *(step.says for step in item.steps)):
        assert meant(words)[0] in seen(made.general)[0]
