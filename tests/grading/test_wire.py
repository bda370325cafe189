"""Values cross the wire by value; whatever is malformed is refused in words."""

import json
import math
import random
from collections import Counter, OrderedDict, defaultdict, namedtuple
from enum import IntEnum

import numpy as np
import pytest

from unrolled.grading import unwire, wire

LIMIT = 1 << 20


def there_and_back(value):
    return unwire.unpack(*unwire.split(wire.pack(value, LIMIT), LIMIT))


PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    1 << 2000,
    0.1,
    -0.0,
    math.inf,
    -math.inf,
    1e-320,
    1 + 2j,
    complex(math.inf, -0.0),
    "",
    "h_t = tanh(…)",
    "x" * 10_000,
    "\x00\n",
    b"",
    bytes(range(256)),
    [],
    [1, [2.0, ["3"]]],
    (),
    (1, (2,)),
    {},
    {"a": 1, 2: "b", (3, 4): [5], None: 0.5, True: 1},
    {1, 2},
    frozenset({"a"}),
    ["l", 0],
    ["a", 0],
    {"n": 1},
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: repr(value)[:30])
def test_plain_data_arrives_as_it_was_sent(value):
    arrived = there_and_back(value)
    assert type(arrived) is type(value)
    assert arrived == value
    assert repr(arrived) == repr(value)  # tells 1 from 1.0 and 0.0 from -0.0


def test_a_number_that_is_none_arrives_as_one():
    assert math.isnan(there_and_back(math.nan))


@pytest.mark.parametrize("code", sorted(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 3), (4, 0, 2), (1, 2, 3, 4, 1, 1, 1, 2)])
def test_an_array_arrives_with_its_dtype_shape_and_numbers(code, shape):
    value = np.arange(math.prod(shape)).reshape(shape).astype(code)
    arrived = there_and_back(value)
    assert type(arrived) is np.ndarray
    assert (arrived.dtype, arrived.shape) == (value.dtype, value.shape)
    np.testing.assert_array_equal(arrived, value)
    assert arrived.flags.writeable
    assert arrived.flags.owndata or arrived.base.flags.owndata


@pytest.mark.parametrize(
    "value",
    [
        np.arange(12.0).reshape(3, 4).T,
        np.arange(12.0)[::-2],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.broadcast_to(2.0, (3, 4)),
        np.arange(3, dtype=">f8"),
    ],
    ids=["transposed", "reversed", "Fortran order", "broadcast", "big-endian"],
)
def test_the_memory_layout_of_an_array_does_not_matter(value):
    arrived = there_and_back(value)
    np.testing.assert_array_equal(arrived, value)
    assert arrived.dtype.isnative


@pytest.mark.parametrize("value", [np.float64(0.1), np.float32(2), np.int8(-3), np.bool_(True)])
def test_a_numpy_scalar_arrives_as_one(value):
    arrived = there_and_back(value)
    assert type(arrived) is type(value)
    assert arrived == value


def test_an_array_too_precise_to_send_is_rounded():
    arrived = there_and_back(np.ones(2, dtype=np.longdouble))
    assert arrived.dtype == np.float64


def test_subclasses_are_reduced_to_the_plain_type():
    point = namedtuple("point", "x y")
    colour = IntEnum("colour", "red green")
    matrix = np.ma.masked_array([1.0, 2.0], mask=[0, 1])
    value = [OrderedDict(a=1), defaultdict(int, b=2), Counter("aa"), point(1, 2), colour.green]
    arrived = there_and_back([*value, bytearray(b"x"), range(3), matrix])
    assert arrived[:7] == [{"a": 1}, {"b": 2}, {"a": 2}, (1, 2), 2, b"x", [0, 1, 2]]
    assert [type(item) for item in arrived] == [
        dict,
        dict,
        dict,
        tuple,
        int,
        bytes,
        list,
        np.ndarray,
    ]


def test_a_torch_tensor_arrives_tagged_and_an_array_does_not():
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    arrived = there_and_back(
        [parameter, parameter.detach().T, torch.tensor(1.5, dtype=torch.bfloat16), np.ones(2)]
    )
    assert [type(item) for item in arrived] == [wire.Tensor] * 3 + [np.ndarray]
    np.testing.assert_array_equal(arrived[0], parameter.detach())
    np.testing.assert_array_equal(arrived[1], parameter.detach().T)
    assert arrived[2] == 1.5
    assert type(there_and_back(wire.as_tensor([1.0]))) is wire.Tensor


def test_a_tensor_that_wants_a_gradient_says_so_to_whoever_makes_it():
    torch = pytest.importorskip("torch")
    seen = []
    frame = wire.pack([torch.ones(1, requires_grad=True), wire.as_tensor([1.0])], LIMIT)
    unwire.unpack(
        *unwire.split(frame, LIMIT), tensor=lambda array, wants: seen.append((array.shape, wants))
    )
    assert seen == [((1,), True), ((1,), False)]


def test_text_that_cannot_be_written_as_utf8_is_made_writable():
    for text in ("\ud800", "\ud800" * 1000):
        there_and_back(text).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ((n for n in ()), "a generator has no values to compare yet"),
        (iter([]), "a list_iterator has no values"),
        (map(str, []), "a map has no values"),
        ({}.keys(), "a dict_keys has no values"),
        (object(), "an object of type object cannot be sent"),
        (np.array([None]), "dtype object cannot be sent"),
        (np.array(["a"]), "dtype <U1 cannot be sent"),
        (np.zeros(1, "M8[s]"), r"dtype datetime64\[s\] cannot be sent"),
        (np.zeros((1,) * 9), "9 dimensions is more than 8"),
        (1 << 5000, "more than 4096 bits"),
        (bytes(LIMIT), "more than the 1,048,576"),
        ("x" * LIMIT, "more than the 1,048,576"),
        (np.zeros(LIMIT // 8), "more than the 1,048,576"),
        ([0] * (wire.MAX_NODES + 1), "more than 200000 items"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(value, says):
    with pytest.raises(wire.WireError, match=says):
        wire.pack(value, LIMIT)


@pytest.mark.parametrize("letter", ["x", b"x"])
def test_a_list_with_room_for_its_longest_text_in_each_entry_is_bounded(letter):
    assert there_and_back([letter * 1000, *[letter] * 1000])
    assert there_and_back({"long": letter * 500_000, "many": [0] * 100_000})
    long = [letter * 5_000, np.zeros(100_000, bool), [[0]]]
    for value in ([letter * 50_000, *[0] * 50_000], (long, [1.5])):
        with pytest.raises(wire.WireError, match="a list holds text that is too long"):
            there_and_back(value)


def test_keys_that_may_collide_are_few():
    assert len(there_and_back({(0, k): k for k in range(900)})) == 900
    assert len(there_and_back({k: k for k in range(9_000)})) == 9_000
    with pytest.raises(wire.WireError, match="more than 1000 keys"):
        there_and_back({(0, k): k for k in range(1_001)})


def test_nesting_has_a_limit_on_both_sides():
    value = 1
    for _ in range(wire.MAX_DEPTH):
        value = [value]
    assert there_and_back(value) == value
    with pytest.raises(wire.WireError, match="nested more than 32 deep"):
        wire.pack([value], LIMIT)
    tree = 1
    for _ in range(wire.MAX_DEPTH + 1):
        tree = ["l", tree]
    with pytest.raises(wire.WireError, match="nested too deep"):
        unwire.unpack(json.dumps(tree).encode(), b"")


MALFORMED = {
    "a JSON object": ({}, b""),
    "an object in a list": (["l", {"a": 1}], b""),
    "an empty list": ([], b""),
    "a tag that is a number": ([1, 2], b""),
    "an unknown tag": (["x", 1], b""),
    "a scalar with a shape": (["n", "|b1", 1], b"a"),
    "a scalar without a dtype": (["n"], b""),
    "text of no length": (["S"], b""),
    "text of a length below nought": (["S", -1], b""),
    "text of a length that is true": (["S", True], b"a"),
    "text longer than what was sent": (["S", 2], b"a"),
    "bytes of a length that is text": (["b", "1"], b"a"),
    "bytes longer than what was sent": (["b", 1 << 62], b"a"),
    "a number of two texts": (["c", "1", "2"], b""),
    "a dictionary with a key too many": (["d", 1, 2, 3], b""),
    "a set of lists": (["s", ["l"]], b""),
    "a handle that nobody resolves": (["h", 0, "object", "A"], b""),
    "an array without a dtype": (["a"], b""),
    "a dtype that is a number": (["a", 0], b""),
    "a dtype that is a list": (["a", ["<f8"], 1], b"12345678"),
    "a dtype of objects": (["a", "|O", 1], b"12345678"),
    "a dtype of records": (["a", "i4,f8", 1], b"123456789012"),
    "a dtype that is code": (["a", "__import__('os')", 1], b""),
    "a dtype of the other byte order": (["a", ">f8", 1], b"12345678"),
    "a negative shape": (["a", "<f8", -1], b""),
    "two negative sizes": (["a", "|b1", -2, -2], b"abcd"),
    "a size that is a float": (["a", "|b1", 1.0], b"a"),
    "a size that is true": (["a", "|b1", True], b"a"),
    "a shape in a list": (["a", "|b1", [1]], b"a"),
    "more bytes claimed than sent": (["a", "<f8", 2], b"12345678"),
    "fewer bytes claimed than sent": (["a", "<f8", 1], b"123456789"),
    "bytes that nobody claims": (1, b"1"),
    "the same bytes claimed twice": (["l", ["a", "<f8", 1], ["a", "<f8", 1]], b"12345678"),
    "a shape that overflows 64 bits": (["a", "<f8", 1 << 61, 8], b""),
    "nothing, very often": (["a", "<f8", 0, 1 << 62], b""),
    "nothing, as often as may be": (["a", "<f8", 0, *[(1 << 40) - 1] * 7], b""),
    "nine dimensions": (["a", "|b1"] + [1] * 9, b"a"),
    "a tensor that says nothing of its gradient": (["T", "<f8", 1], b"12345678"),
    "a tensor of a dtype alone": (["T", True], b""),
    "keys that may collide": (["s", *((1 << 61) * n for n in range(1, 12_000))], b""),
    "too many items": (["l", *[0] * 200_001], b""),
    "too many items in many lists": (["l", *[["l", *[0] * 999]] * 201], b""),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_refused(name):
    tree, buffers = MALFORMED[name]
    with pytest.raises(wire.WireError):
        unwire.unpack(json.dumps(tree).encode(), buffers)


@pytest.mark.parametrize(
    "header",
    [b"", b"\xff", b"[", b"[1,[]", b"1 2", b"[1]", b"nul", b"9" * 5000, b"[" * 50_000],
    ids=repr,
)
def test_a_header_that_is_not_the_json_it_should_be_is_refused(header):
    with pytest.raises(wire.WireError):
        unwire.unpack(header, b"")


def test_many_items_are_refused_before_they_are_parsed(monkeypatch):
    monkeypatch.setattr(wire.json, "loads", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(wire.WireError, match="too many items"):
        unwire.unpack(b"[" + b"0," * (wire.MAX_NODES * 9) + b"0]", b"")


@pytest.mark.parametrize("change", [lambda f: f[:10], lambda f: f[:-1], lambda f: f + b"0"])
def test_a_frame_of_another_length_than_it_says_is_refused(change):
    with pytest.raises(wire.WireError):
        unwire.split(change(wire.pack(np.ones(3), LIMIT)), LIMIT)


@pytest.mark.parametrize(
    "prefix",
    [
        wire.PREFIX.pack(b"http", 0, 0),
        wire.PREFIX.pack(wire.MAGIC, wire.MAX_HEADER + 1, 0),
        wire.PREFIX.pack(wire.MAGIC, 2, LIMIT),
        wire.PREFIX.pack(wire.MAGIC, 0, (1 << 64) - 1),
    ],
)
def test_lengths_are_checked_before_anything_is_allocated(prefix):
    with pytest.raises(wire.WireError):
        unwire.frame_lengths(prefix, LIMIT)


def test_damage_anywhere_in_a_frame_is_refused_or_gives_plain_data():
    rng = random.Random(1)
    value = {"a": [1, 2.5, None, "x" * 300], "b": np.ones((3, 4)), "c": (b"xy", {1}, 2j)}
    header, buffers = unwire.split(wire.pack(value, LIMIT), LIMIT)
    plain = (type(None), bool, int, float, complex, str, bytes, np.ndarray, np.generic)
    refused = 0

    def check(item):
        if isinstance(item, dict):
            item = [part for pair in item.items() for part in pair]
        if isinstance(item, list | tuple | set | frozenset):
            for part in item:
                check(part)
        else:
            assert isinstance(item, plain)

    for _ in range(3000):
        damaged = bytearray(header)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = rng.choice(b'[]",:0129lTadsnS{}e-')
        try:
            check(unwire.unpack(bytes(damaged), buffers[: rng.choice([len(buffers), 7])]))
        except wire.WireError:
            refused += 1
    assert refused > 1000


def test_a_handle_crosses_as_a_number_and_comes_back_as_what_stands_for_it():
    class Model:
        pass

    frame = wire.pack([Model()], LIMIT, lambda value: wire.Handle(7, "object", "Model"))
    handles = []
    unwire.unpack(*unwire.split(frame, LIMIT), resolve=handles.append)
    assert handles == [wire.Handle(7, "object", "Model")]
    assert wire.pack(handles, LIMIT) == frame
