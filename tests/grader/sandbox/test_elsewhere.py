"""The same suite where the machine offers less: as a plain user, and with layers refused."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from grader.sandbox.child import namespaces
from tests.grader.sandbox.conftest import python_is_open_to_all

ROOT = Path(__file__).parents[3]
NOBODY = 65534
SUITE = ["tests/grader/sandbox/test_conformance.py", "tests/grader/sandbox/test_honest.py"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


@pytest.fixture(scope="session")
def python_for_all():
    """An interpreter of this version that a plain user may start, with our packages."""
    with tempfile.TemporaryDirectory(prefix="grader-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield made_for_all(folder)


def made_for_all(folder):
    if python_is_open_to_all() and os.access(sys.executable, os.X_OK):
        base = sys.executable
    else:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        base = shutil.which(name, path="/usr/bin:/usr/local/bin")
    if base is None:
        pytest.skip("a plain user may start no interpreter of this version")
    made = subprocess.run([base, "-m", "venv", "--without-pip", folder / "python"], check=False)
    if made.returncode != 0:
        pytest.skip("no virtual environment can be made")
    packages = next((folder / "python").glob("lib/python*/site-packages"))
    ours = f"{sysconfig.get_paths()['purelib']}\n{ROOT}\n"
    (packages / "ours.pth").write_text(ours, encoding="utf-8")
    return folder / "python" / "bin" / "python"


@pytest.fixture(params=["root", "user"])
def python(request):
    """The start of a command: Python as this or that user."""
    if request.param == "root":
        if os.geteuid() != 0:
            pytest.skip("this is a plain user already")
        return [sys.executable]
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become a plain user, with setpriv")
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*user, str(request.getfixturevalue("python_for_all"))]


def run(command):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


LEVEL = """
from grader.sandbox.warm import WarmSandbox
sandbox = WarmSandbox(("numpy",))
print(sandbox.prove())
sandbox.close()
"""


@pytest.mark.parametrize(
    ("denied", "level"),
    [
        ("nothing", "full"),
        ("namespaces", "confined"),
        ("landlock", "confined"),
        ("namespaces,landlock", "sealed"),
    ],
)
def test_the_best_level_that_is_left_is_reached(python, denied, level):
    ended = run([*python, "-m", "tests.grader.sandbox.denying", denied, *python[-1:], "-c", LEVEL])
    if denied == "nothing" and ended.stdout.strip() != "full":
        pytest.skip("this machine gives no namespaces to begin with")
    assert ended.stdout.strip() == level, ended.stderr


@pytest.mark.parametrize("denied", ["nothing", "namespaces", "namespaces,landlock"])
def test_the_whole_suite_holds(python, denied):
    if denied == "nothing" and python == [sys.executable]:
        pytest.skip("that is the suite as it runs here")
    ours = [
        "-m",
        "pytest",
        *SUITE,
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-o",
        "addopts=",
    ]
    chosen = {"nothing": "full or none", "namespaces": "confined", "namespaces,landlock": "sealed"}
    ended = run(
        [
            *python,
            *("-m", "tests.grader.sandbox.denying", denied),
            *(python[-1], *ours, "--import-mode=importlib", "-k", chosen[denied]),
        ]
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", ended.stdout)[1]) > 40, ended.stdout[-3000:]


INSTALLED = """
import sys
from grader.sandbox.contract import Code, Limits, StudentCall
from grader.sandbox.warm import WarmSandbox
limits = Limits(call_seconds=5, load_seconds=20, submission_seconds=20, memory_megabytes=256,
                output_kilobytes=1)
source = '''
import os
def f(folder):
    try:
        return os.listdir(folder)
    except PermissionError:
        return []
'''
sandbox = WarmSandbox(("numpy",))
session = sandbox.open(Code(main="m", cells=(("m.py", source),)), limits)
calls = [StudentCall("f", [folder]) for folder in sys.argv[1:]]
print(sandbox.level, [session.call(call, seconds=5, answer=None).value for call in calls])
session.close()
sandbox.close()
"""


def test_a_grader_among_the_packages_is_hidden_too(tmp_path):
    folder = tmp_path / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    for name in ("grader", "reference"):
        shutil.copytree(ROOT / name, packages / name)
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    ours = [str(packages / name) for name in ("grader", "reference")]
    command = [folder / "bin" / "python", "-I", "-c", INSTALLED, *ours]
    ended = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60)
    level, _, listed = ended.stdout.strip().partition(" ")
    if level not in ("full", "confined"):
        pytest.skip(f"this machine reaches {level}: {ended.stderr[-300:]}")
    assert listed == "[[], []]"
    if not namespaces.why_not():
        assert level == "full"
