"""One training step on parts drawn from the course secret."""

from grader.checks import points, stage


@stage("train_step")
@points(3)
def test_whole_step(stepped, judges, rng):
    """Parts of random sizes, one of them without a counted target, judged in all respects."""
    counts = [rng.integers(1, 6, size=rows).tolist() for rows in (2, 3, 1)]
    counts.insert(int(rng.integers(1, 3)), [0, 0])
    step = stepped(counts, max_norm=float(rng.uniform(0.3, 4)), ignored=-9, spare=2)
    for judge in judges.values():
        judge(step)
