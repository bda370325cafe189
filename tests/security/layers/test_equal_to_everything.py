"""Attack: return an object that says it is equal to whatever it is compared with."""

import numpy as np
import pytest

from unrolled.grading import wire
from unrolled.grading.zygote import RemoteObject

LIAR = """
import numpy as np
def yes(self, other=None): return True
methods = dict(__eq__=yes, __ne__=lambda s, o: False, __lt__=yes, __le__=yes, __gt__=yes,
               __ge__=yes, __bool__=yes, __hash__=lambda s: 0)
Any = type('Any', (), methods)
AnyFloat = type('AnyFloat', (float,), methods)
AnyInt = type('AnyInt', (int,), methods)
AnyText = type('AnyText', (str,), methods)
AnyList = type('AnyList', (list,), methods)
AnyArray = type('AnyArray', (np.ndarray,), dict(
    __array_ufunc__=lambda self, *a, **k: np.True_,
    __array_function__=lambda self, *a, **k: True,
    __array_finalize__=lambda self, other: None, **methods))
values = [AnyFloat(1), AnyInt(1), AnyText('a'), AnyList([1]), np.ones(2).view(AnyArray)]
"""


def test_a_liar_is_a_handle_that_equals_nothing_but_itself(attack):
    attack(LIAR)
    worker = attack(LIAR + "answer = Any()")
    answer = worker.lookup("answer")
    assert type(answer) is RemoteObject
    assert answer != 1
    assert not np.array_equal(np.ones(2), answer)


def test_a_subclass_arrives_as_the_plain_type(attack):
    values = attack(LIAR).lookup("values")
    assert [type(value) for value in values] == [float, int, str, list, np.ndarray]
    assert values[0] != 2
    assert not np.allclose(values[4], 2)


def test_a_class_that_lies_about_being_an_array_is_refused_or_stays_inside(attack):
    source = LIAR + "class Fake:\n    __class__ = np.ndarray\nfake = Fake()"
    worker = attack(source)
    with pytest.raises(wire.WireError):
        worker.lookup("fake")
    assert worker.run("1").error is None


def test_array_protocols_of_a_handle_are_not_asked(attack):
    source = (
        "class Sneak:\n    def __array__(self, *a, **k):\n        return [1.0]\nsneak = Sneak()"
    )
    sneak = attack(source).lookup("sneak")
    assert np.asarray(sneak).dtype == object
