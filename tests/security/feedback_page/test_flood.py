"""Attack: print without end, in lines, in one line and in many small outputs."""

LOSES = ()
CODE = """
for _ in range(5_000):
    print("x" * 1_000)
print("y" * 10_000_000)
for number in range(5_000):
    display(number)
"z" * 10_000_000
"""


def test_the_page_stays_one_that_can_be_read(graded, feedback):
    graded.check()
    assert "the rest of this cell's output was cut here" in graded.printed()
    assert len(feedback(graded)) - len(feedback()) < 300_000
