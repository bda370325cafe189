"""Attack: look at other processes."""


def test_a_worker_sees_no_process_but_itself(attack):
    worker = attack(
        "import os\nproc = os.path.exists('/proc')\npid, parent = os.getpid(), os.getppid()"
    )
    assert worker.lookup("proc") is False
    assert (worker.lookup("pid"), worker.lookup("parent")) == (1, 0)
