"""The operator's way to let one account ask more often than everybody."""


def test_an_account_gets_a_rate_of_its_own(run) -> None:
    """It is said back, and taken back by leaving the rate out."""
    assert run("users", "add", "grace").returncode == 0
    done = run("users", "limit", "grace", "--policy", "jobs", "--rate", "1000 per hour")
    assert (done.returncode, done.stdout.strip()) == (0, "grace, jobs: 1000 per hour"), done.stderr
    done = run("users", "limit", "grace", "--policy", "jobs")
    assert (done.returncode, done.stdout.strip()) == (0, "grace, jobs: as everybody"), done.stderr


def test_nonsense_is_refused_with_a_sentence(run) -> None:
    """An unknown policy, a rate that is none, an account that is not there."""
    run("users", "add", "grace")  # unless a test before has
    for arguments, said in (
        (("admin", "--policy", "everything", "--rate", "5 per hour"), "job_creation"),
        (("nobody", "--policy", "jobs", "--rate", "5 per hour"), "account"),
        (("grace", "--policy", "jobs", "--rate", "often"), "Write a rate such as"),
    ):
        done = run("users", "limit", *arguments)
        assert done.returncode in (1, 2)
        assert said in done.stderr
        assert "Traceback" not in done.stderr
