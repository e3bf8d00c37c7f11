"""What every sandbox must do, as far as the level that it reaches promises it.

The tests need a fixture `sandbox`; see `grader.sandbox.conformance`.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.errors import BadValue, CallFailed, Crashed, OutOfMemory, TimedOut
from grader.sandbox import proof
from grader.sandbox.child import namespaces
from grader.sandbox.conformance.surroundings import (
    LIMITS,
    CallSource,
    OpenSource,
    descendants,
    eventually,
    no_answer,
    within,
)
from grader.sandbox.contract import Code, Sandbox, StudentCall
from grader.sandbox.levels import Level

WALLED = (Level.FULL, Level.CONFINED, Level.SEALED)
LIMITED = (*WALLED, Level.PARTIAL)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")


# Programs that do not end


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",  # holds the interpreter's lock
        "import time; time.sleep(60)",
        "import signal\n    [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15, 24)]\n"
        "    while True: pass",
    ],
    ids=["loop", "lock held", "sleep", "signals ignored"],
)
def test_what_does_not_end_is_ended(call: CallSource, body: str) -> None:
    within(2.0, lambda: call(f"def f():\n    {body}", seconds=0.5), (TimedOut, BadValue))


def test_a_stopped_process_is_ended(call: CallSource) -> None:
    source = "import os, signal\ndef f():\n    os.kill(os.getpid(), signal.SIGSTOP)"
    within(2.0, lambda: call(source, seconds=0.5), (TimedOut, Crashed))


def test_a_loop_while_the_submission_is_read_is_ended(sandbox: Sandbox) -> None:
    """A sandbox may give up then, or go on without that statement and note it."""
    code = Code(main="submission", cells=(("submission.py", "while True: pass"),))
    begin = time.monotonic()
    try:
        session = sandbox.open(code, replace(LIMITS, load_seconds=0.5))
    except TimedOut:
        pass
    else:
        assert session.notes
        session.close()
    assert time.monotonic() - begin < 3.0


def test_processor_time_is_limited_across_threads(sandbox: Sandbox) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    limits = replace(LIMITS, submission_seconds=-1)  # one second of processor time
    code = Code(main="submission", cells=(("submission.py", "def f():\n    while True: pass"),))
    session = sandbox.open(code, limits)
    within(6.0, lambda: session.call(StudentCall("f", []), seconds=5, answer=no_answer), TimedOut)
    assert not session.alive


# Programs that take too much


def test_a_memory_bomb_fails_alone(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    within(5.0, lambda: call("def f():\n    x = bytearray(4 << 30)"), OutOfMemory)
    assert call("def f():\n    return 1") == 1


def test_one_absurd_tensor_fails_cleanly(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    source = "import torch\ndef f():\n    return torch.ones(1 << 32)"
    within(5.0, lambda: call(source), OutOfMemory)


def test_an_answer_for_which_no_memory_is_left_fails_alone(
    sandbox: Sandbox, opened: OpenSource
) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    source = """
import numpy as np
def f():
    global kept
    kept = [bytearray(1 << 20)]
    try:
        while True:
            kept.append(bytearray(1 << 20))
    except MemoryError:
        del kept[:40]
    return np.zeros(6 << 20)
def g():
    kept.clear()
    return 1
"""
    session = opened(source)
    within(
        5.0, lambda: session.call(StudentCall("f", []), seconds=5, answer=no_answer), OutOfMemory
    )
    assert session.call(StudentCall("g", []), seconds=5, answer=no_answer).value == 1


def test_memory_cannot_hide_in_a_file_without_a_name(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in WALLED:
        pytest.skip("no list of system calls at this level")
    within(2.0, lambda: call("import os\ndef f():\n    os.memfd_create('x')"), Crashed)


def test_descriptors_run_out_inside_only(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    source = """
import os
def f():
    made = 0
    try:
        while made < 5000:
            os.dup(1)
            made += 1
    except OSError:
        pass
    return made
"""
    assert 100 < call(source) < 300


def test_the_disk_cannot_be_filled(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level != Level.FULL:
        pytest.skip("temporary files are bounded at the level full only")
    source = """
def f():
    written = 0
    try:
        for name in range(40):
            with open(f"/tmp/{name}", "wb") as file:
                for _ in range(8):
                    file.write(bytes(1 << 20))
                    written += 1
    except OSError as error:
        return [written, error.errno]
    return [written, 0]
"""
    written, error = call(source)
    assert written <= 64
    assert error == 28


def test_a_file_cannot_grow_without_end(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in (Level.FULL, Level.CONFINED, Level.PARTIAL):
        pytest.skip("no limits, or no files, at this level")
    source = """
def f():
    with open("big", "wb") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
"""
    with pytest.raises(Crashed):
        call(source)


def test_threads_are_bounded(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    source = """
import threading, time
def f():
    threading.stack_size(1 << 16)
    started = 0
    try:
        for _ in range(2000):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    return started
"""
    assert call(source) <= 70


def test_a_flood_of_output_is_capped_and_the_answer_counts(opened: OpenSource) -> None:
    session = opened("def f():\n    print('x' * (8 << 20))\n    return 7")
    assert session.call(StudentCall("f", []), seconds=10, answer=no_answer).value == 7
    assert len(session.take_output()) < 40_000


# Programs that end, or send what is no answer


@pytest.mark.parametrize(
    "body",
    ["import os; os._exit(0)", "import os; os.abort()", "raise SystemExit(0)"],
)
def test_ending_is_a_failure_and_no_pass(call: CallSource, body: str) -> None:
    within(3.0, lambda: call(f"def f():\n    {body}"), Crashed)


@pytest.mark.parametrize(
    "value",
    [
        "object()",
        "lambda: 1",
        "{1: 2}",
        "np.array(['a'])",
        "np.ones(3) * 1j",
        "torch.ones(3).to_sparse()",
        "torch.zeros(1).expand(2 ** 40)",
        "torch.ones(2, device='meta')",
        "torch.ones(2, dtype=torch.bfloat16)",
        "2 ** 70",
        "(lambda x: (x.append(x), x)[1])([])",
    ],
)
def test_odd_values_are_refused_with_a_word(call: CallSource, value: str) -> None:
    source = f"import numpy as np, torch\ndef f():\n    return {value}"
    with pytest.raises(CallFailed):
        call(source)


def test_a_lying_tensor_arrives_as_its_numbers(call: CallSource) -> None:
    source = """
import torch
class Liar(torch.Tensor):
    def __eq__(self, other): return True
    def __sub__(self, other): return torch.zeros(2)
def f():
    return torch.ones(2).as_subclass(Liar)
"""
    value = call(source)
    assert type(value) is np.ndarray
    assert value.tolist() == [1, 1]


# What cannot be seen or touched


def test_the_self_test_finds_nothing(sandbox: Sandbox) -> None:
    session = sandbox.open(proof.code(), proof.LIMITS)
    try:
        assert proof.leaks(session, Level(sandbox.level)) == []
    finally:
        session.close()


def test_the_environment_is_not_the_graders(
    monkeypatch: pytest.MonkeyPatch, call: CallSource
) -> None:
    monkeypatch.setenv("GRADER_SECRET", "key")
    assert "GRADER_SECRET" not in call("import os\ndef f():\n    return dict(os.environ)")


def test_nothing_of_the_grader_is_loaded_but_the_child(call: CallSource) -> None:
    loaded = call("import sys\ndef f():\n    return [n for n in sys.modules if 'grader' in n]")
    allowed = ("grader", "grader.sandbox")
    assert not [
        name
        for name in loaded
        if name not in allowed and not name.startswith("grader.sandbox.child")
    ]


def test_the_reference_cannot_be_imported(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level not in WALLED:
        pytest.skip("files are open at this level")
    with pytest.raises(Crashed, match=r"ModuleNotFoundError|PermissionError"):
        call("def f():\n    import reference.decoder.softmax")


def test_a_neighbours_leftovers_are_invisible(sandbox: Sandbox, call: CallSource) -> None:
    if sandbox.level == Level.SEALED:
        pytest.skip("no files at this level")
    call("def f():\n    open('left-over', 'w').write('x')")
    assert call("import os\ndef f():\n    return os.path.exists('left-over')") is False


def test_a_neighbour_cannot_poison_the_warm_process(call: CallSource) -> None:
    call("import math, torch\ndef f():\n    math.sqrt = torch.softmax = None\n    return 1")
    assert call("import math, torch\ndef f():\n    return math.sqrt(4)") == 2
    assert call("import torch\ndef f():\n    return torch.softmax is None") is False


def test_random_numbers_differ_between_children(call: CallSource) -> None:
    source = """
import random, numpy, torch
def f():
    return [random.random(), float(numpy.random.random()), float(torch.rand(1))]
"""
    first, second = call(source), call(source)
    assert all(a != b for a, b in zip(first, second, strict=True))


# What is left behind: nothing


@linux_only
@pytest.mark.parametrize("how", ["forks", "daemon"])
def test_no_process_outlives_the_session(sandbox: Sandbox, opened: OpenSource, how: str) -> None:
    before = descendants()
    session = opened(
        """
import os, time
def forks():
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(60)
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    time.sleep(0.2)
"""
    )
    if sandbox.level in WALLED:
        with pytest.raises(Crashed, match="sandbox"):
            session.call(StudentCall(how, []), seconds=3, answer=no_answer)
    else:
        session.call(StudentCall(how, []), seconds=3, answer=no_answer)
    session.close()
    assert eventually(lambda: descendants() <= before), descendants() - before


@linux_only
def test_temporary_files_are_gone(sandbox: Sandbox, opened: OpenSource) -> None:
    if sandbox.level == Level.SEALED:
        pytest.skip("no files at this level")
    session = opened("import os\ndef f():\n    open('x', 'w').write('x')\n    return os.getcwd()")
    folder = session.call(StudentCall("f", []), seconds=3, answer=no_answer).value
    session.close()
    assert folder == namespaces.TMP or not Path(folder).exists()
