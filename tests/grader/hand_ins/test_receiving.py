"""What is handed in is kept whole, once, or refused with a sentence."""

import threading
from dataclasses import replace

import pytest

from grader.errors import SubmissionError
from tests.grader.hand_ins.conftest import LIMITS


def test_what_came_in_is_kept_as_it_came(store, hand_in):
    files = [("submission.py", b"import more\n"), ("more.py", b"\x00\xff")]
    kept, is_new = hand_in(files=files)
    assert is_new
    assert (kept.number, kept.size) == (1, 14)
    assert [file.name for file in kept.files] == ["submission.py", "more.py"]
    assert store.hand_ins.contents(kept.id) == tuple(files)
    assert store.jobs.job(f"grade {kept.id}").state == "waiting"


def test_the_same_files_again_are_the_same_hand_in(store, hand_in):
    first, _ = hand_in("x = 1")
    again, is_new = hand_in("x = 1")
    assert (again, is_new) == (first, False)
    assert sum(store.jobs.counts().values()) == 1


def test_going_back_to_earlier_files_is_another_attempt(hand_in):
    numbers = [hand_in(source)[0].number for source in ("x = 1", "x = 2", "x = 1")]
    assert numbers == [1, 2, 3]


def test_equal_files_of_two_people_are_two_hand_ins(hand_in):
    assert hand_in("x = 1")[0].id != hand_in("x = 1", person="bob")[0].id


@pytest.mark.parametrize("sources", [["x = 1"] * 6, [f"x = {n}" for n in range(6)]])
def test_uploads_at_once_lose_nothing_and_count_nothing_twice(store, hand_in, sources):
    barrier = threading.Barrier(len(sources))

    def upload(source):
        barrier.wait()
        hand_in(source)

    threads = [threading.Thread(target=upload, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = store.hand_ins.of_person("arithmetic", "ada")
    assert [one.number for one in kept] == list(range(1, len(set(sources)) + 1))
    assert len({one.digest for one in kept}) == len(kept)
    assert sum(store.jobs.counts().values()) == len(kept)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("notes.pdf", b"x")], "no Python file"),
        ([("submission.py", b"")], "empty"),
        ([("submission.py", b"x" * 1_100_000)], "larger than 1 MB"),
        ([(f"m{n}.py", b"x") for n in range(21)], "21 files are more than the 20"),
        ([("__pycache__/x.py", b"x")], "no Python file"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(store, hand_in, files, said):
    with pytest.raises(SubmissionError, match=said) as refused:
        hand_in(files=files)
    assert refused.value.fix
    assert store.hand_ins.of_person("arithmetic", "ada") == ()


def test_too_many_within_an_hour_have_to_wait(hand_in, clock):
    for number in range(3):
        hand_in(f"x = {number}", limits=replace(LIMITS, per_hour=3))
        clock.forward(minutes=10)
    with pytest.raises(SubmissionError, match="3 times within the last hour") as refused:
        hand_in("x = 4", limits=replace(LIMITS, per_hour=3))
    assert "again in 30 min" in refused.value.fix
    clock.forward(minutes=31)
    assert hand_in("x = 4", limits=replace(LIMITS, per_hour=3))[1]


def test_a_course_that_is_full_takes_no_more(hand_in):
    hand_in("x = 1", limits=replace(LIMITS, course_bytes=8))
    with pytest.raises(SubmissionError, match="no room left"):
        hand_in("x = 12345", limits=replace(LIMITS, course_bytes=8))


@pytest.mark.parametrize("second", [b"x = 1\n", b"x = 2\n"])
@pytest.mark.parametrize("name", ["submission.py", "/submission.py", "./submission.py"])
def test_two_files_of_one_name_use_no_attempt_up(store, hand_in, second, name):
    files = [("submission.py", b"x = 1\n"), (name, second)]
    with pytest.raises(SubmissionError, match=r"2 of the files are called submission\.py"):
        hand_in(files=files)
    assert store.hand_ins.of_person("small", "ada") == ()


def test_a_long_name_is_still_that_of_a_python_file(hand_in):
    name = f"{'copy of ' * 26}submission.py"
    assert hand_in(files=[(name, b"x = 1\n")])[0].files[0].name == name
