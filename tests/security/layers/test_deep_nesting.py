"""Attack: nest deeper, or count further, than a parser can bear."""

import pytest

from unrolled.grading.zygote import WireError

VALUES = {
    "a deep list": "x = []\nfor _ in range(100_000): x = [x]",
    "a list that holds itself": "x = []\nx.append(x)",
    "a dictionary that holds itself": "x = {}\nx['x'] = x",
    "a million items": "x = list(range(1_000_000))",
    "a huge integer": "x = 1 << 10_000_000",
    "a huge range": "x = range(10 ** 15)",
    "a huge string": "x = 'x' * (32 << 20)",
    "a large array": "import numpy as np\nx = np.zeros((1 << 12, 1 << 11))",
    "an array of one number that claims to be large": (
        "import numpy as np\nx = np.broadcast_to(1.0, (1 << 14, 1 << 14))"
    ),
    "an array of objects": "import numpy as np\nx = np.array([print, None])",
    "an array of records": "import numpy as np\nx = np.zeros(2, dtype='i4,f8')",
    "an array of text": "import numpy as np\nx = np.array(['a'])",
    "many dimensions": "import numpy as np\nx = np.zeros((1,) * 20)",
}


@pytest.mark.parametrize("name", VALUES)
def test_it_is_refused_with_a_reason_and_the_worker_goes_on(attack, name):
    worker = attack(VALUES[name])
    with pytest.raises(WireError):
        worker.lookup("x")
    assert worker.run("y = 1").error is None
    assert worker.lookup("y") == 1


def test_recursion_without_end_is_an_ordinary_error(attack):
    worker = attack("def f(): return f()\nf()")
    assert worker.result.error.type_name == "RecursionError"


def test_deep_source_is_an_ordinary_error(attack):
    worker = attack("(" * 5000 + ")" * 5000)
    assert worker.result.error.type_name in ("SyntaxError", "MemoryError", "RecursionError")
