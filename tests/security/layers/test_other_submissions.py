"""Attack: reach another worker, or leave something for it."""


def test_two_workers_share_no_file_and_no_name(attack):
    first = attack("x = 1\nopen('note', 'w').write('for you')")
    second = attack("import os\nfiles = os.listdir('.')")
    assert second.lookup("files") == []
    assert first.run("assert open('note').read() == 'for you'").error is None
    import pytest

    with pytest.raises(KeyError):
        second.lookup("x")


def test_an_object_of_one_worker_cannot_be_sent_to_another(attack):
    import pytest

    from unrolled.grading.zygote import WireError

    source = "class A: pass\na = A()\ndef f(x): return x"
    first, second = attack(source), attack(source)
    with pytest.raises(WireError, match="another worker"):
        second.lookup("f")(first.lookup("a"))


def test_random_numbers_start_the_same_for_everyone(attack):
    source = "import numpy as np\nx = np.random.rand(3).tolist()"
    assert attack(source).lookup("x") == attack(source).lookup("x")
