"""Attack: read the grader's environment."""


def test_a_worker_inherits_no_variable(attack, monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", "secret")
    worker = attack("import os\nnames = sorted(os.environ)")
    assert worker.lookup("names") == [
        "HOME",
        "LANG",
        "MALLOC_ARENA_MAX",
        "MKL_NUM_THREADS",
        "MPLBACKEND",
        "MPLCONFIGDIR",
        "NUMEXPR_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TMPDIR",
    ]


def test_a_server_started_with_a_secret_in_its_environment_does_not_pass_it_on(monkeypatch):
    from unrolled.grading.zygote import Zygote

    monkeypatch.setenv("UNROLLED_SEED", "secret")
    with Zygote() as zygote, zygote.worker() as worker:
        worker.run("import os\nnames = sorted(os.environ)")
        assert "UNROLLED_SEED" not in worker.lookup("names")
