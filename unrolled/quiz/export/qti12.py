"""QTI 1.2 in the form that Canvas imports: one assessment file, its settings, and a manifest.

`one` and `reading` become multiple_choice_question, `several` multiple_answers_question, `number`
numerical_question, `order` matching_question: each step with its place. The shapes are those that
Canvas itself writes; it reads no others.
"""

from __future__ import annotations

from collections.abc import Sequence

from unrolled.quiz.export import Notes, text
from unrolled.quiz.export.package import XSI, document, element, package
from unrolled.quiz.items import Item, shuffled_order

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
CP = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
TYPES = {
    "one": "multiple_choice_question",
    "reading": "multiple_choice_question",
    "several": "multiple_answers_question",
    "number": "numerical_question",
    "order": "matching_question",
}


def write(topic: str, items: Sequence[Item], notes: Notes) -> bytes:
    """Return the items of a topic as a QTI 1.2 package for Canvas."""
    name = f"unrolled_{topic}"
    return package(
        {
            "imsmanifest.xml": _manifest(name),
            f"{name}/{name}.xml": _assessment(name, topic, items, notes),
            f"{name}/assessment_meta.xml": _settings(name, topic, items),
        }
    )


def _assessment(name, topic, items, notes):
    made = [_item(item, 1000 * n, notes) for n, item in enumerate(items, start=1)]
    section = element("section", {"ident": "root_section"}, made)
    attempts = element("qtimetadata", children=[_field("cc_maxattempts", "unlimited")])
    assessment = {"ident": name, "title": f"Unrolled: {topic}"}
    body = element("assessment", assessment, [attempts, section])
    where = f"{QTI} http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"
    root = {"xmlns": QTI, "xmlns:xsi": XSI, "xsi:schemaLocation": where}
    return document(element("questestinterop", root, [body]))


def _item(item, number, notes):
    """Return an item; its parts are called by numbers from `number` on, as Canvas wants them."""
    write_kind = {"number": _number, "order": _order}.get(item.kind, _choice)
    response, conditions, feedback, answers = write_kind(item, number, notes)
    about = {
        "question_type": TYPES[item.kind],
        "points_possible": "1",
        "original_answer_ids": ",".join(map(str, answers)),
        "assessment_question_identifierref": f"question_{item.id}",
        "qmd_topic": item.outcome,
        "qmd_levelofdifficulty": item.difficulty,
    }
    metadata = element("qtimetadata", children=[_field(*entry) for entry in about.items()])
    stem = text.stem_html(item) + (text.unit_html(item) if item.kind == "number" else "")
    limits = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    outcomes = element("outcomes", children=[element("decvar", limits)])
    return element(
        "item",
        {"ident": f"quiz_{item.id}", "title": item.id},
        [
            element("itemmetadata", children=[metadata]),
            element("presentation", children=[_material(stem), *response]),
            element("resprocessing", children=[outcomes, *conditions]),
            *(_feedback(ident, shown) for ident, shown in feedback.items()),
        ],
    )


def _choice(item, number, notes):
    several = item.kind == "several"
    idents = [number + k for k in range(1, len(item.options) + 1)]
    labels = [
        element("response_label", {"ident": ident}, [_material(text.option_html(item, k))])
        for k, ident in enumerate(idents)
    ]
    response = element(
        "response_lid",
        {"ident": "response1", "rcardinality": "Multiple" if several else "Single"},
        [element("render_choice", children=labels)],
    )
    conditions = [_condition([_equal(i)], shows=f"{i}_fb") for i in idents]
    if several:
        chosen = [
            _equal(ident) if option.right else element("not", children=[_equal(ident)])
            for ident, option in zip(idents, item.options, strict=True)
        ]
        conditions.append(_condition([element("and", children=chosen)], scores="100"))
        notes(
            item,
            "QTI 1.2 for Canvas marks the whole set; Canvas gives partial credit by a rule of its own, "
            "in which wrong options cost as much as right ones earn",
        )
    else:
        conditions.append(_condition([_equal(idents[item.right])], scores="100"))
    feedback = {
        f"{ident}_fb": text.html(option.says)
        for ident, option in zip(idents, item.options, strict=True)
    }
    return [response], conditions, feedback, idents


def _number(item, number, notes):
    label = element("response_label", {"ident": "answer1"})
    response = element(
        "response_str",
        {"ident": "response1", "rcardinality": "Single"},
        [element("render_fib", {"fibtype": "Decimal"}, [label])],
    )
    within = [
        element(tag, {"respident": "response1"}, text=text.digits(bound))
        for tag, bound in (
            ("vargte", item.answer.interval.low),
            ("varlte", item.answer.interval.high),
        )
    ]
    conditions = [
        _condition(within, scores="100", shows="correct_fb"),
        _condition([element("other")], shows="general_incorrect_fb"),
    ]
    otherwise = text.html(item.otherwise)
    if item.wrong:
        # Canvas takes every interval it finds for a right one, so wrong ones cannot have their own.
        otherwise += text.foreseen_html(item)
        notes(
            item,
            "QTI 1.2 for Canvas has one feedback for all wrong numbers; the words for those that "
            "were foreseen stand in it, one after the other",
        )
    feedback = {"correct_fb": text.html(item.says), "general_incorrect_fb": otherwise}
    return [response], conditions, feedback, [number + 1]


def _order(item, number, notes):
    shown = shuffled_order(item)
    lids = {position: number + place for place, position in enumerate(shown, start=1)}
    places = [number + 500 + place for place in range(1, len(shown) + 1)]
    responses, conditions = [], []
    for position in shown:
        labels = [
            element("response_label", {"ident": ident}, [_plain(str(place))])
            for place, ident in enumerate(places, start=1)
        ]
        responses.append(
            element(
                "response_lid",
                {"ident": f"response_{lids[position]}"},
                [
                    _material(text.html(item.steps[position].text)),
                    element("render_choice", children=labels),
                ],
            )
        )
        right = element(
            "varequal", {"respident": f"response_{lids[position]}"}, text=str(places[position])
        )
        share = text.digits(round(100 / len(shown), 2))
        conditions.append(_condition([right], scores=share, action="Add"))
    conditions.append(_condition([element("other")], shows="general_fb"))
    notes(
        item,
        "QTI 1.2 for Canvas has no ordering; it becomes a matching of steps and places, with a part "
        "of the marks for each, and one feedback for all answers",
    )
    shown_to_all = text.reasons_html(item) + text.html(item.otherwise)
    return responses, conditions, {"general_fb": shown_to_all}, list(lids.values())


# --- the vocabulary ----------------------------------------------------------------------------


def _field(label, entry):
    parts = [element("fieldlabel", text=label), element("fieldentry", text=entry)]
    return element("qtimetadatafield", children=parts)


def _material(html):
    mattext = element("mattext", {"texttype": "text/html"}, text=html)
    return element("material", children=[mattext])


def _plain(words):
    mattext = element("mattext", {"texttype": "text/plain"}, text=words)
    return element("material", children=[mattext])


def _equal(ident):
    return element("varequal", {"respident": "response1"}, text=str(ident))


def _condition(tests, scores="", shows="", action="Set"):
    """Return a respcondition; processing goes on after one that shows something or adds to a sum."""
    children = [element("conditionvar", children=tests)]
    if scores:
        children.append(element("setvar", {"action": action, "varname": "SCORE"}, text=scores))
    if shows:
        shown = {"feedbacktype": "Response", "linkrefid": shows}
        children.append(element("displayfeedback", shown))
    goes_on = "No" if scores and action == "Set" else "Yes"
    return element("respcondition", {"continue": goes_on}, children)


def _feedback(ident, html):
    block = element("flow_mat", children=[_material(html)])
    return element("itemfeedback", {"ident": ident}, [block])


def _manifest(name):
    about = [element("schema", text="IMS Content"), element("schemaversion", text="1.1.3")]
    settings = f"{name}/assessment_meta.xml"
    resources = [
        element(
            "resource",
            {"identifier": name, "type": "imsqti_xmlv1p2"},
            [
                element("file", {"href": f"{name}/{name}.xml"}),
                element("dependency", {"identifierref": f"{name}_meta"}),
            ],
        ),
        element(
            "resource",
            {
                "identifier": f"{name}_meta",
                "type": "associatedcontent/imscc_xmlv1p1/learning-application-resource",
                "href": settings,
            },
            [element("file", {"href": settings})],
        ),
    ]
    children = [
        element("metadata", children=about),
        element("organizations"),
        element("resources", children=resources),
    ]
    return document(element("manifest", {"xmlns": CP, "identifier": f"{name}_manifest"}, children))


def _settings(name, topic, items):
    about = {
        "title": f"Unrolled: {topic}",
        "shuffle_answers": "true",
        "quiz_type": "practice_quiz",
        "points_possible": f"{len(items)}.0",
        "show_correct_answers": "false",
        "allowed_attempts": "-1",
    }
    children = [element(tag, text=value) for tag, value in about.items()]
    return document(element("quiz", {"xmlns": CANVAS, "identifier": name}, children))
