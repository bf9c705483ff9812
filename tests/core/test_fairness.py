"""A large account and a small one share the house, whoever came first."""

from tests.core.conftest import Bench

MANY, FEW = 1000, 10


def test_the_small_account_is_done_in_its_share(new_bench) -> None:
    """Of two accounts with 1,000 and 10 jobs in line, the small one is through while the large one has had about as
    many turns, not a thousand."""
    bench: Bench = new_bench()
    large = bench.submit_batch(*(f"many {number}" for number in range(MANY)), concurrency=64)
    small = bench.submit_batch(*(f"few {number}" for number in range(FEW)), caller=bench.bob, concurrency=64)
    ended = bench.service.wait_batch(bench.bob, small.id, 60)
    subjects = [order.prompt.brief.subject for order in bench.provider.orders]
    bench.service.cancel_batch(bench.ada, large.id)
    assert ended.counts.completed == FEW
    first, last = subjects.index("few 0"), max(subjects.index(f"few {number}") for number in range(FEW))
    between = [subject for subject in subjects[first:last] if subject.startswith("many")]
    assert len(between) <= FEW + 2 * bench.provider.most
