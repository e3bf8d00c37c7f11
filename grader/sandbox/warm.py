"""A sandbox that forks each child from a warm process, as confined as this machine allows.

Which level that is, the self-test finds out, once: in `prove`, or on the first `open`. Every child
is then looked at from outside before it sees a byte of a submission; one that lacks a layer is a
fault of ours, never a quiet step down.
"""

import itertools
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.errors import CallFailed, GraderFault
from grader.sandbox import outside, proof
from grader.sandbox.channel import Channel
from grader.sandbox.child import requests
from grader.sandbox.child.kernel import adopt_orphans, close_memory
from grader.sandbox.child.launch import WANT_NAMESPACES
from grader.sandbox.child_session import ChildSession, calls_ahead
from grader.sandbox.contract import CallsAhead, Code, Limits, StudentCall
from grader.sandbox.left_files import remove_folder
from grader.sandbox.levels import PLANS, Level, Plan
from grader.sandbox.overtime import Interrupt
from grader.sandbox.privileges import FIRST_USER, USERS
from grader.sandbox.rereading import Rereading

START_SECONDS = 120.0  # importing torch on a busy machine
REPLY_SECONDS = 20.0
_PROOF_ATTEMPTS = 3
_DOCTOR = "Run the command again; if it happens again, see `grader doctor`."


@dataclass(frozen=True, slots=True)
class ForkRefusal:
    """A plan that this machine does not keep, and why."""

    plan: Plan
    why: str


class WarmProcessGone(GraderFault):
    """The warm process ended or does not answer."""


class WarmSandbox:
    """Starts the warm process at once; `prove` and the first `open` wait until it is ready.

    Args:
        warm: the modules it imports before the first fork, such as ("numpy", "torch");
            "torch._dynamo" too, where submissions use torch.optim.
        require_level: the weakest level that will do.
        plans: what to try, in this order.
    """

    def __init__(
        self,
        warm: tuple[str, ...],
        *,
        require_level: Level | None = None,
        plans: Sequence[Plan] = PLANS,
    ) -> None:
        close_memory()
        adopt_orphans()
        self._warm = warm
        self._required = require_level
        self._plans = plans
        self._plan: Plan | None = None
        self._hello: requests.Hello | None = None
        self._refusals: list[ForkRefusal] = []
        self._reading = Rereading()
        self._lock = threading.RLock()
        self._users = itertools.count(os.getpid() * 61)  # apart from those of other workers
        self._start(want_namespaces=any(plan.namespaces for plan in plans))

    def prove(self) -> Level:
        """See `Sandbox.prove`."""
        return self._chosen().level

    @property
    def level(self) -> Level:
        """See `Sandbox.level`."""
        return self._proved().level

    @property
    def layers(self) -> tuple[str, ...]:
        """See `Sandbox.layers`."""
        return self._proved().layers

    @property
    def refusals(self) -> Sequence[ForkRefusal]:
        """The plans that did not stand the self-test, by the time one has."""
        self._proved()
        return self._refusals

    def open(self, code: Code, limits: Limits) -> ChildSession:
        """See `Sandbox.open`."""
        return self._open(self._chosen(), code, limits)

    def ahead(self, calls: Sequence[StudentCall]) -> CallsAhead:
        """See `Sandbox.ahead`."""
        return calls_ahead(calls)

    def close(self) -> None:
        self._control.close()
        self._process.kill()  # the first process of its namespaces ends with it
        self._process.wait()

    def _start(self, *, want_namespaces: bool) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        self._hello = None
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-I", "-m", "grader.sandbox.child.launch", str(theirs.fileno())),
                *(WANT_NAMESPACES if want_namespaces else "", *self._warm),
            ],
            env=_clean_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()

    def _chosen(self) -> Plan:
        """The first plan that stands the self-test. Raises GraderFault if it is too weak."""
        with self._lock:
            if self._plan is None:
                self._plan = self._choose()
            if self._required is not None and not self._plan.level.reaches(self._required):
                raise GraderFault(
                    f"this machine reaches the isolation level {self._plan.level}, and "
                    f"{self._required} is required ({self._told()})",
                    fix="See `grader doctor` for the reasons.",
                )
            return self._plan

    def _proved(self) -> Plan:
        if self._plan is None:
            raise GraderFault("the isolation level is not proved yet", fix="Call `prove` first.")
        return self._plan

    def _choose(self) -> Plan:
        for plan in self._plans:
            why = self._why_not(plan)
            if not why:
                return plan
            self._refusals.append(ForkRefusal(plan, why))
        raise GraderFault(f"no child for student code can be made ({self._told()})", fix=_DOCTOR)

    def _told(self) -> str:
        return "; ".join(f"{refusal.plan.level}: {refusal.why}" for refusal in self._refusals)

    def _why_not(self, plan: Plan) -> str:
        """Make a child by the plan and have it try to break out."""
        hello = self.wait_until_ready()
        if plan.namespaces and not hello.namespaces:
            return hello.why_not
        if hello.namespaces and not plan.namespaces:
            self.close()  # the jail cannot be left; this is the rare case
            self._start(want_namespaces=False)
        why = ""
        for _ in range(_PROOF_ATTEMPTS):
            try:
                session = self._open(plan, proof.code(), proof.LIMITS)
                try:
                    return "; ".join(proof.leaks(session, plan.level))
                finally:
                    session.close()
            except WarmProcessGone as error:
                # Killed from outside, as by a machine out of memory: that says nothing of the
                # level, and must not lower it.
                why = error.problem
                self.close()
                self._start(want_namespaces=hello.namespaces)
            except (GraderFault, CallFailed) as error:
                why = error.problem
        return why

    def _open(self, plan: Plan, code: Code, limits: Limits) -> ChildSession:
        return self._reading.open(lambda: self._checked(plan, limits), code, limits=limits)

    def _checked(self, plan: Plan, limits: Limits) -> ChildSession:
        session = self._fork(plan, limits)
        try:
            self._check(session, plan)
        except BaseException:
            session.close()
            raise
        return session

    def _fork(self, plan: Plan, limits: Limits) -> ChildSession:
        self.wait_until_ready()
        user = FIRST_USER + next(self._users) % USERS if plan.changes_user else 0
        folder = _temporary_folder(plan, user)
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        channel = Channel(ours, output, limits.output_kilobytes << 10)
        fork = requests.Fork(
            cpu_seconds=int(limits.submission_seconds) + 2,
            memory_megabytes=limits.memory_megabytes,
            namespaces=plan.namespaces,
            landlock=plan.landlock,
            filter=plan.filter,
            limits=plan.limits,
            user=user,
            temporary=folder,
        )
        try:
            reply = self._request(fork, [theirs.fileno(), output_end])
        except GraderFault:
            channel.close()
            _remove(folder)
            raise
        finally:
            theirs.close()
            os.close(output_end)
        pid = reply.pid if isinstance(reply, requests.Forked) else -1
        end = self._ender(pid, plan, folder)
        return ChildSession(channel, end, user=user, interrupt=self._interrupter(pid))

    def _check(self, session: ChildSession, plan: Plan) -> None:
        """What the kernel shows of the child before it has seen a byte of the submission."""
        pid = session.wait_until_ready()
        if wrong := outside.missing(pid, plan, session.user):
            raise GraderFault(
                f"a process for student code lacks a layer of the level {plan.level}: "
                + "; ".join(wrong),
                fix=_DOCTOR,
            )

    def _interrupter(self, pid: int) -> Interrupt:
        def interrupt(tell: bool) -> None:
            self._request(requests.Interrupt(pid=pid, tell=tell), [])

        return interrupt

    def _ender(self, pid: int, plan: Plan, folder: str) -> Callable[[bool], int]:
        def end(ended_itself: bool) -> int:
            """Without namespaces it is waited for: what it started must be gone, too."""
            wait = ended_itself or not plan.namespaces
            try:
                reply = self._request(requests.End(pid=pid, wait=wait), [])
            finally:
                _remove(folder)
            if not isinstance(reply, requests.Ended):
                return 0
            # Like `subprocess`: the exit code, or minus the signal that ended the process.
            return os.waitstatus_to_exitcode(reply.status)

        return end

    def wait_until_ready(self) -> requests.Hello:
        """Until its packages are imported. Raises GraderFault if that fails or takes too long."""
        if self._hello is None:
            reply = self._receive(START_SECONDS)
            if not isinstance(reply, requests.Hello):
                raise self._fault()
            self._hello = reply
        return self._hello

    def _request(self, request: requests.ToWarm, descriptors: list[int]) -> requests.FromWarm:
        with self._lock:
            try:
                requests.send(self._control, request, descriptors)
            except OSError as error:
                raise self._fault() from error
            reply = self._receive(REPLY_SECONDS)
        if isinstance(reply, requests.Failed):
            raise GraderFault(f"the warm process for student code: {reply.why}", fix=_DOCTOR)
        return reply

    def _receive(self, seconds: float) -> requests.FromWarm:
        ready, _, _ = select.select([self._control], [], [], seconds)
        try:
            if ready:
                return requests.receive_reply(self._control)
        except (EOFError, OSError) as error:
            raise self._fault() from error
        raise self._fault()

    def _fault(self) -> WarmProcessGone:
        return WarmProcessGone(
            f"the warm process for student code does not answer (exit code {self._process.poll()})",
            fix=_DOCTOR,
        )


def _temporary_folder(plan: Plan, user: int) -> str:
    """A folder that only this child may use, where no namespace gives it one."""
    if plan.namespaces or not plan.files:
        return ""
    folder = tempfile.mkdtemp(prefix="grader-child-")
    if user:
        os.chown(folder, user, user)
    return folder


def _remove(folder: str) -> None:
    if folder:
        remove_folder(folder)


def _clean_environment() -> dict[str, str]:
    """Nothing of the grader's environment but where programs lie; one numerical thread."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": "/",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
