"""QTI 2.1 (IMS Question and Test Interoperability, 2012): a package with one file an item.

`one` and `reading` are choiceInteractions, `several` too, scored by a mapping; `number` is a
textEntryInteraction for a float, `order` an orderInteraction. Feedback is modal: the chosen options
are themselves the identifiers of the feedback to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from unrolled.quiz.credit import shares
from unrolled.quiz.export import Notes, text
from unrolled.quiz.export.package import XSI, document, element, fragment, package
from unrolled.quiz.items import Item, shuffled_order

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
MD = "http://www.imsglobal.org/xsd/imsmd_v1p2"
_WHERE = f"{QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_DIFFICULTY = {"easy": "easy", "medium": "medium", "hard": "difficult"}  # the words of LOM


def write(topic: str, items: Sequence[Item], notes: Notes) -> bytes:
    """Return the items of a topic as a QTI 2.1 package: a manifest, a test, and the items."""
    files = {"imsmanifest.xml": _manifest(topic, items), "test.xml": _test(topic, items)}
    files |= {f"items/{item.id}.xml": document(_item(item)) for item in items}
    return package(files)


def _item(item):
    body, score, feedback = _KINDS.get(item.kind, _choice)(item)
    declared = [
        _declare("SCORE", "float", [element("defaultValue", children=[_value("0")])]),
        _declare("MAXSCORE", "float", [element("defaultValue", children=[_value("1")])]),
        _declare("FEEDBACK", "identifier", cardinality=_cardinality(item)),
    ]
    stem = fragment(text.stem_html(item))
    processing = element("responseProcessing", children=score)
    modal = [
        element(
            "modalFeedback",
            {"outcomeIdentifier": "FEEDBACK", "identifier": name, "showHide": "show"},
            fragment(shown),
        )
        for name, shown in feedback.items()
    ]
    response, *interaction = body
    return element(
        "assessmentItem",
        {
            "xmlns": QTI,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": _WHERE,
            "identifier": item.id,
            "title": item.id,
            "adaptive": "false",
            "timeDependent": "false",
        },
        [
            response,
            *declared,
            element("itemBody", children=[*stem, *interaction]),
            processing,
            *modal,
        ],
    )


def _cardinality(item):
    return "multiple" if item.kind == "several" else "single"


def _choice(item):
    several = item.kind == "several"
    correct = [_value(text.letter(k)) for k in item.rights]
    declared = [element("correctResponse", children=correct)]
    if several:
        worth = [
            element("mapEntry", {"mapKey": text.letter(k), "mappedValue": repr(share)})
            for k, share in enumerate(shares(item))
        ]
        bounds = {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"}
        declared.append(element("mapping", bounds, worth))
    response = _response("identifier", _cardinality(item), declared)
    choices = [
        element(
            "simpleChoice",
            {"identifier": text.letter(k), "fixed": "false"},
            fragment(text.option_html(item, k)),
        )
        for k in range(len(item.options))
    ]
    interaction = element(
        "choiceInteraction",
        {
            "responseIdentifier": "RESPONSE",
            "shuffle": "true",
            "maxChoices": "0" if several else "1",
        },
        choices,
    )
    if several:
        earned = element("mapResponse", {"identifier": "RESPONSE"})
        score = [_if_answered(_set("SCORE", earned), _set("FEEDBACK", _variable("RESPONSE")))]
    else:
        score = [
            _if_answered(
                _condition((_match_correct(), [_set("SCORE", _base("float", "1"))])),
                _set("FEEDBACK", _variable("RESPONSE")),
            )
        ]
    feedback = {text.letter(k): text.html(option.says) for k, option in enumerate(item.options)}
    return [response, interaction], score, feedback


def _number(item):
    value = [_value(text.digits(item.answer.value))]
    response = _response("float", "single", [element("correctResponse", children=value)])
    entry = element(
        "textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "12"}
    )
    line = element("p")
    line.append(entry)
    if item.answer.unit:
        entry.tail = f" {text.clean(item.answer.unit)}"
    right = [_set("SCORE", _base("float", "1")), _feedback("RIGHT")]
    branches = [(_within(item.answer.interval), right)]
    feedback = {"RIGHT": text.html(item.says)}
    for k, wrong in enumerate(item.wrong, start=1):
        branches.append((_within(wrong.interval), [_feedback(f"WRONG_{k}")]))
        feedback[f"WRONG_{k}"] = text.html(wrong.says)
    feedback["OTHERWISE"] = text.html(item.otherwise)
    condition = _condition(*branches, otherwise=[_feedback("OTHERWISE")])
    return [response, line], [_if_answered(condition)], feedback


def _order(item):
    shown = shuffled_order(item)
    # Steps are called by where they are shown: their names tell nothing of where they belong.
    names = {position: f"S{place}" for place, position in enumerate(shown, start=1)}
    correct = [_value(names[position]) for position in range(len(item.steps))]
    response = _response("identifier", "ordered", [element("correctResponse", children=correct)])
    choices = [
        element(
            "simpleChoice",
            {"identifier": names[position], "fixed": "false"},
            fragment(text.html(item.steps[position].text)),
        )
        for position in shown
    ]
    interaction = element(
        "orderInteraction", {"responseIdentifier": "RESPONSE", "shuffle": "true"}, choices
    )
    right = [_set("SCORE", _base("float", "1")), _feedback("RIGHT")]
    condition = _condition((_match_correct(), right), otherwise=[_feedback("OTHERWISE")])
    feedback = {"RIGHT": text.reasons_html(item), "OTHERWISE": text.html(item.otherwise)}
    return [response, interaction], [_if_answered(condition)], feedback


_KINDS = {"number": _number, "order": _order}


# --- the vocabulary of response processing -----------------------------------------------------


def _declare(name, kind, children=(), cardinality="single"):
    attributes = {"identifier": name, "cardinality": cardinality, "baseType": kind}
    return element("outcomeDeclaration", attributes, children)


def _response(kind, cardinality, children):
    attributes = {"identifier": "RESPONSE", "cardinality": cardinality, "baseType": kind}
    return element("responseDeclaration", attributes, children)


def _value(content):
    return element("value", text=content)


def _base(kind, content):
    return element("baseValue", {"baseType": kind}, text=content)


def _variable(name):
    return element("variable", {"identifier": name})


def _set(name, expression):
    return element("setOutcomeValue", {"identifier": name}, [expression])


def _feedback(name):
    return _set("FEEDBACK", _base("identifier", name))


def _match_correct():
    return element(
        "match", children=[_variable("RESPONSE"), element("correct", {"identifier": "RESPONSE"})]
    )


def _within(interval):
    bounds = (("gte", interval.low), ("lte", interval.high))
    return element(
        "and",
        children=[
            element(name, children=[_variable("RESPONSE"), _base("float", text.digits(bound))])
            for name, bound in bounds
        ],
    )


def _condition(first, *others, otherwise=()):
    branches = [("responseIf", first), *(("responseElseIf", other) for other in others)]
    made = [element(tag, children=[test, *then]) for tag, (test, then) in branches]
    if otherwise:
        made.append(element("responseElse", children=otherwise))
    return element("responseCondition", children=made)


def _if_answered(*rules):
    asked = element("isNull", children=[_variable("RESPONSE")])
    return _condition((element("not", children=[asked]), rules))


# --- what holds the items together -------------------------------------------------------------


def _test(topic, items):
    refs = [
        element("assessmentItemRef", {"identifier": item.id, "href": f"items/{item.id}.xml"})
        for item in items
    ]
    section = {"identifier": "questions", "title": topic, "visible": "true"}
    part = {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "individual"}
    root = {
        "xmlns": QTI,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": _WHERE,
        "identifier": f"test-{topic}",
        "title": f"Unrolled: {topic}",
    }
    sections = [element("assessmentSection", section, refs)]
    return document(element("assessmentTest", root, [element("testPart", part, sections)]))


def _manifest(topic, items):
    dependencies = [element("dependency", {"identifierref": f"item-{i.id}"}) for i in items]
    test = _resource(f"test-{topic}", "imsqti_test_xmlv2p1", "test.xml", [], dependencies)
    resources = [
        _resource(
            f"item-{item.id}", "imsqti_item_xmlv2p1", f"items/{item.id}.xml", [_lom(item)], []
        )
        for item in items
    ]
    about = [
        element("schema", text="QTIv2.1 Package"),
        element("schemaversion", text="1.0.0"),
    ]
    root = {"xmlns": CP, "xmlns:imsmd": MD, "identifier": f"unrolled-{topic}"}
    children = [
        element("metadata", children=about),
        element("organizations"),
        element("resources", children=[test, *resources]),
    ]
    return document(element("manifest", root, children))


def _resource(name, kind, path, metadata, dependencies):
    attributes = {"identifier": name, "type": kind, "href": path}
    children = [element("metadata", children=metadata)] if metadata else []
    return element(
        "resource", attributes, [*children, element("file", {"href": path}), *dependencies]
    )


def _lom(item):
    """Return an item's learning object metadata: its title, outcome and difficulty."""

    def said(tag, content):
        return element(f"imsmd:{tag}", children=[_language(content)])

    level = element(
        "imsmd:difficulty",
        children=[
            element("imsmd:source", children=[_language("LOMv1.0", "x-none")]),
            element("imsmd:value", children=[_language(_DIFFICULTY[item.difficulty], "x-none")]),
        ],
    )
    general = element(
        "imsmd:general", children=[said("title", item.id), said("keyword", item.outcome)]
    )
    return element("imsmd:lom", children=[general, element("imsmd:educational", children=[level])])


def _language(content, language="en") -> ET.Element:
    return element("imsmd:langstring", {"xml:lang": language}, text=content)
