"""What a regrade would grade again, in sentences."""

from collections.abc import Iterator, Sequence

from grader.batch.regrade_forecast import NOT_READ, OTHERWISE, RegradeForecast
from grader.cli.name_lists import named
from grader.policies.explaining import length
from grader.text import counted

_NO_OTHER = "settings of the course, the isolation level or the name of a file are others"


def forecast_lines(
    forecast: RegradeForecast, changed: Sequence[str], *, n_workers: int
) -> Iterator[str]:
    """The forecast for people.

    Args:
        changed: what is not the same as in the run before, a phrase each.
    """
    for phrase in changed:
        yield f"{phrase[:1].upper()}{phrase[1:]}."
    submissions = counted(forecast.n, "submission")
    yield f"Would be graded again: {forecast.again} of {submissions}."
    for why, n in forecast.counts.most_common():
        names = forecast.names[why]
        more = f" and {n - len(names)} more" if n > len(names) else ""
        yield f"  {n} {why}: {named(names)}{more}"
    if forecast.earlier:
        yield f"  {counted(forecast.earlier, 'earlier attempt')} without a report"
    if forecast.counts[OTHERWISE] and not changed:
        yield f"Assignment, versions and policy are as before, so {_NO_OTHER}."
    if forecast.counts[NOT_READ]:
        yield "What cannot be read gets a report that says so, and is not graded."
    if forecast.gone:
        yield f"No longer handed in: {forecast.gone}; their reports would be set aside."
    yield from _time(forecast, n_workers)
    yield "Nothing was graded, and nothing was changed."


def _time(forecast: RegradeForecast, n_workers: int) -> Iterator[str]:
    if not forecast.again:
        return
    if (seconds := forecast.seconds) is None:
        yield "How long that takes is not known: no report says how long it took."
        return
    workers = min(n_workers, forecast.again)
    yield (
        f"They took {length(round(seconds))} before, one after the other: about "
        f"{length(round(seconds / workers))} on {counted(workers, 'worker')}, and their start."
    )
