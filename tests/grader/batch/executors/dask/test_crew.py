"""Which workers are taken, and what is said of those that are not."""

import pytest

from grader.batch.executors.dask.connection import WorkerHost
from grader.batch.executors.dask.crew import Crew
from grader.batch.executors.dask.machine_facts import machine_facts
from grader.batch.executors.dask.wire import WorkerHello, fault_of
from grader.errors import GraderFault

FACTS = machine_facts("digest")


class Watched:
    """A crew, and what it has said."""

    def __init__(self):
        self.counts, self.warnings = [], []
        self.crew = Crew(FACTS, seen=lambda *n: self.counts.append(n), warned=self.warnings.append)

    def arrive(self, *addresses, n_threads=1):
        there = {one.address: WorkerHost(one.machine, 1) for one in self.crew.members}
        new = {a: WorkerHost(a.partition("//")[2].partition(":")[0], n_threads) for a in addresses}
        return self.crew.arrived(there | new)


@pytest.fixture
def watched():
    return Watched()


def test_workers_get_places_of_their_own_on_each_machine(watched):
    first = watched.arrive("tls://a:1", "tls://a:2", "tls://b:1")
    assert [(m.machine, g.place, g.n_places) for m, g in first] == [
        ("a", 0, 2),
        ("a", 1, 2),
        ("b", 0, 1),
    ]
    watched.crew.ended(first[0][0])
    [(_, greeting)] = watched.arrive("tls://a:3")
    assert greeting.place == 0
    assert greeting.token not in {g.token for _, g in first}


def test_a_worker_is_greeted_once(watched):
    assert len(watched.arrive("tls://a:1")) == 1
    assert watched.arrive("tls://a:1") == []


def test_the_machines_that_can_grade_are_told(watched):
    greeted = watched.arrive("tls://a:1", "tls://a:2", "tls://b:1")
    for member, _ in greeted:
        watched.crew.welcomed(member, WorkerHello(facts=FACTS, level="full"))
    watched.crew.ended(greeted[2][0])
    assert watched.counts == [(1, 1), (1, 2), (2, 3), (1, 2)]


@pytest.mark.parametrize("name", FACTS)
def test_a_machine_that_is_not_like_this_one_is_named_and_ends_the_run(watched, name):
    [(member, _)] = watched.arrive("tls://a:1")
    with pytest.raises(GraderFault, match=f"the machine a .*has {name} 0.0") as caught:
        watched.crew.welcomed(member, WorkerHello(facts=FACTS | {name: "0.0"}, level="full"))
    assert "Install the same versions" in caught.value.fix


def test_one_that_comes_late_and_is_not_like_this_one_is_left_out(watched):
    watched.arrive("tls://a:1")
    [(late, _)] = watched.arrive("tls://b:1")
    watched.crew.welcomed(late, WorkerHello(facts=FACTS | {"Python": "3.9"}, level="full"))
    assert late not in watched.crew.able
    assert "b (tls://b:1) has Python 3.9, and here it is" in watched.warnings[0]
    watched.crew.assert_somebody()


def test_a_level_that_is_not_reached_ends_the_run_and_names_the_machine(watched):
    weak = fault_of(GraderFault("this machine reaches sealed", fix="See `grader doctor`."))
    [(member, _)] = watched.arrive("tls://a:1")
    with pytest.raises(GraderFault, match=r"the machine a \(tls://a:1\): this machine reaches"):
        watched.crew.welcomed(member, WorkerHello(facts=FACTS, weak_level=True, fault=weak))


def test_two_threads_are_refused(watched):
    with pytest.raises(GraderFault, match=r"a .*has 2 threads a worker"):
        watched.arrive("tls://a:1", n_threads=2)


def test_a_worker_without_tls_is_refused_unless_it_is_here(watched):
    assert len(watched.arrive("tcp://127.0.0.1:1")) == 1
    watched.arrive("tcp://10.0.0.1:1")
    assert "10.0.0.1" in watched.warnings[0]
    assert "without TLS" in watched.warnings[0]


def test_a_machine_with_a_full_disk_is_left_out_and_the_last_one_ends_the_run(watched):
    full = WorkerHello(
        facts=machine_facts(), fault=fault_of(OSError(28, "No space left on device"))
    )
    (a, _), (b, _) = watched.arrive("tls://a:1", "tls://b:1")
    watched.crew.welcomed(a, full)
    watched.crew.assert_somebody()
    watched.crew.welcomed(b, full)
    with pytest.raises(GraderFault, match="No space left on device"):
        watched.crew.assert_somebody()


def test_a_worker_that_ended_is_no_member_whoever_has_its_address(watched):
    [(before, _)] = watched.arrive("tls://a:1")
    watched.crew.ended(before)
    watched.arrive("tls://a:1")
    assert not watched.crew.has(before)
    watched.crew.ended(before)
    assert len(watched.crew.members) == 1
