"""What every sandbox must do, at every level that this machine can make."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.errors import BadValue, CallFailed, Crashed, OutOfMemory, TimedOut
from grader.sandbox import proof
from grader.sandbox.child import namespaces
from grader.sandbox.contract import Code, StudentCall
from grader.sandbox.levels import Level
from tests.grader.sandbox.conftest import LIMITS, descendants, eventually, no_answer

WALLED = (Level.FULL, Level.CONFINED, Level.SEALED)
LIMITED = (*WALLED, Level.PARTIAL)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")


def within(seconds, action, expected):
    """The action fails in the expected way, and in time."""
    begin = time.monotonic()
    with pytest.raises(expected) as caught:
        action()
    assert time.monotonic() - begin < seconds
    return caught.value


def value_of(session, function):
    return session.call(StudentCall(function, []), seconds=5, answer=no_answer).value


# Programs that do not end


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",  # holds the interpreter's lock
        "import time; time.sleep(60)",
        "import signal\n    [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15, 24)]\n"
        "    while True: pass",
        "import os\n    while True: os.write(3, b'D'), __import__('time').sleep(0.05)",
    ],
    ids=["loop", "lock held", "sleep", "signals ignored", "a byte now and then"],
)
def test_what_does_not_end_is_ended(call, body):
    within(2.0, lambda: call(f"def f():\n    {body}", seconds=0.5), (TimedOut, BadValue))


def test_a_stopped_process_is_ended(call):
    source = "import os, signal\ndef f():\n    os.kill(os.getpid(), signal.SIGSTOP)"
    within(2.0, lambda: call(source, seconds=0.5), (TimedOut, Crashed))


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "while True:\n    try:\n        time.sleep(9)\n    except: pass"],
    ids=["that can be stopped", "that catches what stops it"],
)
def test_a_loop_while_the_submission_is_read_costs_nothing_but_itself(sandbox, body):
    source = f"import time\n{body}\ndef f():\n    return 7"
    code = Code(main="submission", cells=(("submission.py", source),))
    session = sandbox.open(code, replace(LIMITS, load_seconds=0.5))
    try:
        (note,) = session.notes
        assert "submission.py line 2" in note
        assert "while True:" in note
        assert value_of(session, "f") == 7
    finally:
        session.close()


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.abort()", "os._exit(3)"])
def test_a_statement_that_ends_the_process_costs_nothing_but_itself(sandbox, ending):
    source = f"import os\nx = 1\n{ending}\ndef f():\n    return 7"
    code = Code(main="submission", cells=(("submission.py", source),))
    session = sandbox.open(code, LIMITS)
    try:
        (note,) = session.notes
        assert note.startswith("submission.py line 3 ended the whole process (")
        assert value_of(session, "f") == 7
    finally:
        session.close()


def test_a_file_that_ends_its_process_again_and_again_is_given_up(sandbox):
    source = "import os\nclass A:\n    os._exit(0)\n" * 40
    code = Code(main="submission", cells=(("submission.py", source),))
    within(20.0, lambda: sandbox.open(code, LIMITS), Crashed)


def test_what_stopped_one_process_is_left_out_of_the_next(sandbox):
    code = Code(main="submission", cells=(("submission.py", "while True: pass"),))
    limits = replace(LIMITS, load_seconds=1.5)
    sandbox.open(code, limits).close()
    begin = time.monotonic()
    session = sandbox.open(code, limits)
    session.close()
    assert time.monotonic() - begin < 1.0
    assert session.notes == ["submission.py line 1 was stopped after 1.5 s: while True: pass."]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("while True: pass", "line 3, in f: while True: pass"),
        ("time.sleep(60)", "line 3, in f: time.sleep(60)"),
        ("g()\ndef g():\n    while True: time.sleep(0.01)", "line 5, in g: while True"),
        (
            "while True:\n        try: time.sleep(9)\n        except: pass",
            "line 4, in f: try: time.sleep(9)",
        ),
    ],
    ids=["loop", "sleep", "inner function", "catches what stops it"],
)
def test_a_call_that_runs_out_of_time_says_where_it_was(call, body, line):
    failure = within(3.0, lambda: call(f"import time\ndef f():\n    {body}", seconds=0.5), TimedOut)
    assert f"; it was at submission.py {line}" in failure.problem
    assert failure.discreet == "f did not finish within 0.5 s."


def test_processor_time_is_limited_across_threads(sandbox):
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    limits = replace(LIMITS, submission_seconds=-1)  # one second of processor time
    code = Code(main="submission", cells=(("submission.py", "def f():\n    while True: pass"),))
    session = sandbox.open(code, limits)
    within(6.0, lambda: session.call(StudentCall("f", []), seconds=5, answer=no_answer), TimedOut)
    assert not session.alive


# Programs that take too much


def test_a_memory_bomb_fails_alone(sandbox, call):
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    within(5.0, lambda: call("def f():\n    x = bytearray(4 << 30)"), OutOfMemory)
    assert call("def f():\n    return 1") == 1


def test_one_absurd_tensor_fails_cleanly(sandbox, call):
    if sandbox.level not in LIMITED:
        pytest.skip("no limits at this level")
    source = "import torch\ndef f():\n    return torch.ones(1 << 32)"
    within(5.0, lambda: call(source), OutOfMemory)


def test_an_answer_for_which_no_memory_is_left_fails_alone(sandbox, opened):
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


def test_memory_cannot_hide_in_a_file_without_a_name(sandbox, call):
    if sandbox.level not in WALLED:
        pytest.skip("no list of system calls at this level")
    within(2.0, lambda: call("import os\ndef f():\n    os.memfd_create('x')"), Crashed)


def test_descriptors_run_out_inside_only(sandbox, call):
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


def test_the_disk_cannot_be_filled(sandbox, call):
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


def test_a_file_cannot_grow_without_end(sandbox, call):
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


def test_threads_are_bounded(sandbox, call):
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


def test_a_flood_of_output_is_capped_and_the_answer_counts(opened):
    session = opened("def f():\n    print('x' * (8 << 20))\n    return 7")
    assert session.call(StudentCall("f", []), seconds=10, answer=no_answer).value == 7
    assert len(session.take_output()) < 40_000


# Programs that end, or send what is no answer


@pytest.mark.parametrize(
    "body",
    ["import os; os._exit(0)", "import os; os.abort()", "raise SystemExit(0)"],
)
def test_ending_is_a_failure_and_no_pass(call, body):
    within(3.0, lambda: call(f"def f():\n    {body}"), Crashed)


@pytest.mark.parametrize(
    "sent",
    [
        "b'garbage ' * 100",
        "struct.pack('<4sIQ', b'DGW1', 10, 2 ** 60)",
        "struct.pack('<4sIQ', b'DGW1', 2 ** 31, 0)",
        "frame({'op': 'value', 'id': 999, 'value': 1, 'arguments': []})",
        "frame({'op': 'ask', 'id': 77, 'name': 'x', 'arguments': []})",
        "frame({'op': 'ready', 'id': 2})",
        "frame({'op': 'value', 'id': 2, 'value': 1, 'arguments': [1, 2, 3]})",
        "struct.pack('<4sIQ', b'DGW1', 100000, 0) + b'\\x91' * 100000",
    ],
)
def test_forged_bytes_are_no_answer(call, sent):
    source = f"""
import os, struct, msgspec, time
def frame(content):
    data = msgspec.msgpack.encode(content)
    return struct.pack('<4sIQ', b'DGW1', len(data), 0) + data
def f():
    os.write(3, {sent})
    time.sleep(3)
"""
    within(3.0, lambda: call(source, seconds=2), BadValue)


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
def test_odd_values_are_refused_with_a_word(call, value):
    source = f"import numpy as np, torch\ndef f():\n    return {value}"
    with pytest.raises(CallFailed):
        call(source)


def test_a_lying_tensor_arrives_as_its_numbers(call):
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


def test_the_self_test_finds_nothing(sandbox):
    session = sandbox.open(proof.code(), proof.LIMITS)
    try:
        assert proof.leaks(session, sandbox.level) == []
    finally:
        session.close()


def test_the_environment_is_not_the_graders(monkeypatch, call):
    monkeypatch.setenv("GRADER_SECRET", "key")
    assert "GRADER_SECRET" not in call("import os\ndef f():\n    return dict(os.environ)")


def test_nothing_of_the_grader_is_loaded_but_the_child(call):
    loaded = call("import sys\ndef f():\n    return [n for n in sys.modules if 'grader' in n]")
    allowed = ("grader", "grader.sandbox")
    assert not [
        name
        for name in loaded
        if name not in allowed and not name.startswith("grader.sandbox.child")
    ]


def test_the_reference_cannot_be_imported(sandbox, call):
    if sandbox.level not in WALLED:
        pytest.skip("files are open at this level")
    with pytest.raises(Crashed, match=r"ModuleNotFoundError|PermissionError"):
        call("def f():\n    import reference.decoder.softmax")


def test_a_neighbours_leftovers_are_invisible(sandbox, call):
    if sandbox.level == Level.SEALED:
        pytest.skip("no files at this level")
    call("def f():\n    open('left-over', 'w').write('x')")
    assert call("import os\ndef f():\n    return os.path.exists('left-over')") is False


def test_a_neighbour_cannot_poison_the_warm_process(call):
    call("import math, torch\ndef f():\n    math.sqrt = torch.softmax = None\n    return 1")
    assert call("import math, torch\ndef f():\n    return math.sqrt(4)") == 2
    assert call("import torch\ndef f():\n    return torch.softmax is None") is False


def test_random_numbers_differ_between_children(call):
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
def test_no_process_outlives_the_session(sandbox, opened, how):
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
def test_temporary_files_are_gone(sandbox, opened):
    if sandbox.level == Level.SEALED:
        pytest.skip("no files at this level")
    session = opened("import os\ndef f():\n    open('x', 'w').write('x')\n    return os.getcwd()")
    folder = session.call(StudentCall("f", []), seconds=3, answer=no_answer).value
    session.close()
    assert folder == namespaces.TMP or not Path(folder).exists()
