"""Who grades what, and what is tried again: without any process."""

import pytest

from grader.batch.executors.contract import Aborted, GaveUp
from grader.batch.executors.dask.work_list import STRIKES, Seat, WorkList
from grader.records import Submission


def submissions(n, source="x = 1"):
    return [
        Submission(name=f"{i}", cells=(("s.py", source),), modules={}, digest="") for i in range(n)
    ]


def names(chunk):
    return [task.submission.name for task in chunk.tasks]


def done(work, seat, chunk, seconds=0.1):
    work.graded(seat, chunk, n=len(chunk.tasks), seconds=seconds)


def seat_of_pace(work, pace, machine="m"):
    """A worker that has graded one submission in so many seconds."""
    seat = Seat(machine)
    done(work, seat, work.next_chunk(seat, {machine}), seconds=pace)
    return seat


def test_a_worker_has_two_chunks_and_no_more():
    work, seat = WorkList(submissions(9)), Seat("m")
    first = work.next_chunk(seat, {"m"})
    assert work.next_chunk(seat, {"m"}) is not None
    assert work.next_chunk(seat, {"m"}) is None
    done(work, seat, first)
    assert work.next_chunk(seat, {"m"}) is not None


def test_the_first_chunk_is_one_submission_and_the_next_take_half_a_second():
    work = WorkList(submissions(500))
    assert [len(work.next_chunk(Seat("new"), {"new"}).tasks)] == [1]
    quick, slow = seat_of_pace(work, 0.05), seat_of_pace(work, 5.0)
    assert len(work.next_chunk(quick, {"m"}).tasks) == 10
    assert len(work.next_chunk(slow, {"m"}).tasks) == 1
    assert len(work.next_chunk(seat_of_pace(work, 0.0001), {"m"}).tasks) == 64


def test_what_is_large_goes_in_small_chunks():
    work = WorkList(submissions(50, source="#" * 600_000))
    assert len(work.next_chunk(seat_of_pace(work, 0.001), {"m"}).tasks) == 2


def test_submissions_are_drawn_as_they_are_needed():
    drawn = []
    work = WorkList(drawn.append(one) or one for one in submissions(1000))
    seat = seat_of_pace(work, 0.05)
    work.next_chunk(seat, {"m"})
    work.next_chunk(seat, {"m"})
    assert len(drawn) == 21


def test_what_an_ended_worker_had_is_tried_alone_and_nobody_has_a_strike():
    work = WorkList(submissions(30))
    seat = seat_of_pace(work, 0.05)
    had = [*names(work.next_chunk(seat, {"m"})), *names(work.next_chunk(seat, {"m"}))]
    assert [*work.lost(seat, "it ended")] == []
    again = []
    for _ in had:
        other = Seat("m")
        chunk = work.next_chunk(other, {"m"})
        assert chunk.is_alone
        assert work.next_chunk(other, {"m"}) is None  # nothing beside it
        again += names(chunk)
        assert chunk.tasks[0].strikes == 0
        done(work, other, chunk)
    assert again == had


def test_a_worker_that_is_busy_becomes_free_before_it_gets_one_alone():
    work = WorkList(submissions(30))
    seat, other = seat_of_pace(work, 0.05), seat_of_pace(work, 0.05)
    has = work.next_chunk(other, {"m"})
    work.next_chunk(seat, {"m"})
    [*work.lost(seat, "it ended")]
    assert work.next_chunk(other, {"m"}) is None
    done(work, other, has)
    assert work.next_chunk(other, {"m"}).is_alone


def test_only_what_ends_its_worker_alone_three_times_is_given_up():
    work = WorkList(submissions(1))
    seat = Seat("m")
    work.next_chunk(seat, {"m"})  # an ordinary chunk of one: not alone yet
    assert [*work.lost(seat, "it ended")] == []
    for _ in range(STRIKES - 1):
        seat = Seat("m")
        work.next_chunk(seat, {"m"})
        assert [*work.lost(seat, "it ended")] == []
        assert not work.is_done
    seat = Seat("m")
    work.next_chunk(seat, {"m"})
    [given_up] = work.lost(seat, "it ended")
    assert isinstance(given_up, GaveUp)
    assert given_up.reason == "it ended, 3 times"
    assert work.is_done


def test_it_is_tried_on_another_machine_if_there_is_one():
    work = WorkList(submissions(1))
    seat = Seat("sick")
    chunk = work.next_chunk(seat, {"sick", "well"})
    [*work.faulty(seat, chunk, n=0, reason="no space")]
    assert work.next_chunk(Seat("sick"), {"sick", "well"}) is None
    assert work.next_chunk(Seat("well"), {"sick", "well"}).is_alone


def test_it_is_tried_on_the_same_machine_if_there_is_no_other():
    work = WorkList(submissions(1))
    seat = Seat("only")
    [*work.faulty(seat, work.next_chunk(seat, {"only"}), n=0, reason="no space")]
    assert work.next_chunk(Seat("only"), {"only"}).is_alone


def test_a_fault_strikes_the_one_that_met_it_and_not_those_after_it():
    work = WorkList(submissions(30))
    seat = seat_of_pace(work, 0.1)
    chunk = work.next_chunk(seat, {"m"})
    work.graded(seat, chunk, n=2, seconds=0.2)
    [*work.faulty(seat, chunk, n=2, reason="no space")]
    assert [task.strikes for task in chunk.tasks] == [0, 0, 1, 0, 0]
    alone = work.next_chunk(Seat("m"), {"m"})
    assert names(alone) == names(chunk)[2:3]
    assert names(work.next_chunk(seat, {"m"})) == [*names(chunk)[3:], "6", "7", "8"]


def test_a_machine_that_can_grade_none_of_three_is_sick_and_one_success_makes_it_well():
    work = WorkList(submissions(30))
    seat = Seat("m")
    for expected in (False, False, True):
        chunk = work.next_chunk(seat, {"m", "other"})
        [*work.faulty(seat, chunk, n=0, reason="no space")]
        assert seat.is_sick == expected
    done(work, seat, work.next_chunk(seat, {"m", "other"}))
    assert not seat.is_sick


def test_a_bad_submission_makes_no_machine_sick():
    work = WorkList(submissions(1))
    seat = Seat("m")
    for _ in range(STRIKES):
        given_up = [*work.faulty(seat, work.next_chunk(seat, {"m"}), n=0, reason="a bug")]
    assert len(given_up) == 1
    assert not seat.is_sick


def test_what_waits_is_aborted_and_what_came_out_is_not():
    work = WorkList(submissions(3))
    seat = Seat("m")
    chunk = work.next_chunk(seat, {"m"})
    done(work, seat, chunk)
    assert not work.abort("0")
    assert not work.abort("nobody")
    assert work.abort("2")
    assert [one.submission.name for one in work.aborted()] == ["2"]
    assert isinstance(work.aborted(), list)
    assert names(work.next_chunk(Seat("m"), {"m"})) == ["1"]


def test_an_aborted_one_is_not_given_up():
    work = WorkList(submissions(1))
    for _ in range(STRIKES + 1):
        seat = Seat("m")
        chunk = work.next_chunk(seat, {"m"})
        chunk.tasks[0].is_aborted = True
        assert [*work.lost(seat, "it ended")] == []
    assert [*map(type, work.aborted())] == [Aborted]
    assert work.is_done


@pytest.mark.parametrize("n", [0, 1, 64])
def test_it_is_done_when_all_came_back(n):
    work, seat = WorkList(submissions(n)), Seat("m")
    while (chunk := work.next_chunk(seat, {"m"})) is not None:
        assert not work.is_done
        done(work, seat, chunk)
    assert work.is_done
