"""Who may import whom: the table of docs/architecture.md as a test.

A module belongs to the unit with the longest name that its own name begins with. A unit may import
itself, the units named in its row, and the packages named after them; the standard library is open
to all. A unit that is missing here may import nothing of ours.
"""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

# unit: (what it may import of ours, written without `grader.`, and of others)
TABLE = {
    "reference": ("", ""),
    "reference.decoder": ("", "torch numpy safetensors"),
    "reference.decoder.misconceptions": ("reference.decoder subject", "torch numpy"),
    "reference.decoder.chain": ("reference.decoder subject", "torch numpy"),
    "reference.decoder.loops": ("reference.decoder observed_calls subject", "torch numpy"),
    "reference.decoder.subject": (
        "reference.decoder reference.decoder.misconceptions reference.decoder.chain "
        "reference.decoder.loops subject",
        "",
    ),
    "reference.decoder.answers": (
        "reference.decoder reference.decoder.misconceptions keys quiz",
        "torch msgspec",
    ),
    "reference.llama": ("reference.decoder", "torch"),
    "reference.llama.misconceptions": (
        "reference.llama reference.decoder reference.decoder.misconceptions subject",
        "torch",
    ),
    "reference.llama.chain": ("reference.llama subject", "numpy"),
    "reference.llama.subject": (
        "reference.llama reference.llama.misconceptions reference.llama.chain "
        "reference.decoder.loops subject",
        "",
    ),
    "reference.llama.answers": (
        "reference.llama reference.llama.misconceptions reference.decoder keys",
        "torch",
    ),
    "reference.kv_cache": ("reference.decoder", "torch"),
    "reference.kv_cache.misconceptions": (
        "reference.kv_cache reference.decoder subject",
        "torch",
    ),
    "reference.kv_cache.loops": ("reference.kv_cache observed_calls subject", "torch numpy"),
    "reference.kv_cache.subject": (
        "reference.kv_cache reference.kv_cache.misconceptions reference.kv_cache.loops subject",
        "",
    ),
    "reference.kv_cache.answers": (
        "reference.kv_cache reference.kv_cache.misconceptions reference.decoder keys",
        "torch",
    ),
    "reference.decoder_modules": ("reference.decoder", "torch"),
    "reference.decoder_modules.misconceptions": (
        "reference.decoder_modules reference.decoder subject",
        "torch",
    ),
    "reference.decoder_modules.loops": (
        "reference.decoder_modules observed_calls subject",
        "torch numpy",
    ),
    "reference.decoder_modules.subject": (
        "reference.decoder_modules reference.decoder_modules.misconceptions "
        "reference.decoder_modules.loops subject",
        "",
    ),
    "reference.training_objective": ("", "numpy"),
    "reference.training_objective.misconceptions": (
        "reference.training_objective subject",
        "numpy",
    ),
    "reference.training_objective.loops": (
        "reference.training_objective observed_calls subject",
        "numpy",
    ),
    "reference.training_objective.subject": (
        "reference.training_objective reference.training_objective.misconceptions "
        "reference.training_objective.loops subject",
        "",
    ),
    "reference.sampling_and_search": ("", "numpy"),
    "reference.sampling_and_search.misconceptions": (
        "reference.sampling_and_search subject",
        "numpy",
    ),
    "reference.sampling_and_search.loops": (
        "reference.sampling_and_search observed_calls subject",
        "numpy",
    ),
    "reference.sampling_and_search.subject": (
        "reference.sampling_and_search reference.sampling_and_search.misconceptions "
        "reference.sampling_and_search.loops subject",
        "",
    ),
    "reference.sampling_and_search.answers": (
        "reference.sampling_and_search reference.sampling_and_search.misconceptions keys",
        "numpy",
    ),
    "reference.training_objective.answers": (
        "reference.training_objective reference.training_objective.misconceptions keys",
        "numpy torch",
    ),
    "grader.errors": ("", ""),
    "grader.extensions": ("errors", ""),
    "grader.evidence": ("", ""),
    "grader.flow": ("errors", "msgspec"),
    "grader.records": ("errors evidence", "msgspec"),
    "grader.text": ("", ""),
    "grader.remembered": ("", "msgspec numpy"),
    "grader.observed_calls": ("errors", "numpy"),
    "grader.course_secret": ("errors", ""),
    "grader.durable_files": ("errors", ""),
    "grader.decision_list": ("", "msgspec"),
    "grader.regular_files": ("", ""),
    "grader.strict_yaml": ("errors regular_files", "msgspec yaml"),
    "grader.subject_sources": ("errors", ""),
    "grader.promised_packages": ("errors", "packaging"),
    "grader.policies": ("errors text", "msgspec"),
    "grader.settings": (
        "errors flow policies promised_packages records strict_yaml subject_sources",
        "msgspec",
    ),
    "grader.subject": (
        "errors remembered observed_calls settings subject_sources",
        "torch numpy msgspec",
    ),
    "grader.report_key": ("promised_packages records settings", ""),
    "grader.sandbox": ("errors extensions text sandbox.child", "msgspec"),
    "grader.sandbox.conformance": ("errors sandbox sandbox.child", "pytest numpy"),
    "grader.sandbox.child": ("", "numpy torch msgspec IPython"),
    "grader.sandbox.child.filters": ("", "pyseccomp"),
    "grader.harness": (
        "errors evidence promised_packages records report_key remembered observed_calls settings "
        "sandbox sandbox.child",
        "msgspec pytest numpy",
    ),
    "grader.generation": (
        "errors evidence records observed_calls text harness sandbox sandbox.child",
        "numpy",
    ),
    "grader.diagnosis": (
        "errors records remembered observed_calls subject",
        "numpy",
    ),
    "grader.checks": ("errors remembered harness generation subject", "pytest"),
    "grader.intake": ("errors records text regular_files", "yaml"),
    "grader.similarity": (
        "errors records settings subject_sources intake similarity.child",
        "msgspec",
    ),
    "grader.similarity.child": ("", ""),
    "grader.batch": (
        "errors promised_packages records report_key text course_secret durable_files "
        "decision_list policies settings observed_calls generation harness diagnosis intake "
        "subject sandbox sandbox.child suites",
        "msgspec",
    ),
    "grader.batch.executors.dask": (
        "errors records report_key text settings batch sandbox sandbox.child",
        "dask distributed msgspec",
    ),
    "grader.suites": (
        "errors records regular_files report_key sandbox sandbox.child settings strict_yaml "
        "suites.child text",
        "msgspec numpy pytest torch",
    ),
    "grader.suites.child": (
        "",
        "numpy suite_changes suite_operations suite_randomness suite_shared suite_values torch",
    ),
    "grader.code_figures": ("records", ""),
    "grader.quiz": (
        "course_secret decision_list errors records text settings strict_yaml",
        "msgspec",
    ),
    "grader.quiz.exports": (
        "errors extensions text quiz",
        "latex2mathml lxml markdown_it mdit_py_plugins msgspec",
    ),
    "grader.quiz.imports": (
        "errors intake text quiz quiz.exports",
        "lxml bs4 markdown_it markdownify yaml",
    ),
    "grader.keys": ("errors quiz subject subject_sources", "msgspec torch"),
    "grader.audit": (
        "errors records observed_calls settings strict_yaml intake batch subject sandbox harness "
        "diagnosis",
        "numpy msgspec",
    ),
    "grader.debugging": (
        "errors records observed_calls settings batch subject harness sandbox.child",
        "numpy",
    ),
    "grader.authoring": ("", ""),
    "grader.release": (
        "errors records remembered report_key observed_calls settings subject subject_sources "
        "sandbox harness diagnosis",
        "numpy msgspec yaml",
    ),
    "grader.store": ("course_secret errors records", "sqlalchemy"),
    "grader.courses": (
        "durable_files decision_list errors policies records text settings quiz store batch intake "
        "code_figures",
        "msgspec",
    ),
    "grader.staff": (
        "batch code_figures courses durable_files errors gradebooks intake policies quiz records "
        "reports reports.pages settings similarity store text",
        "msgspec",
    ),
    "grader.reports": (
        "errors promised_packages records text settings intake audit quiz code_figures similarity",
        "rich jinja2 markupsafe matplotlib",
    ),
    "grader.reports.pages": (
        "evidence flow promised_packages records text settings reports",
        "jinja2 markupsafe",
    ),
    "grader.gradebooks": ("batch errors intake records reports reports.pages settings text", ""),
    "grader.autograders": (
        "batch durable_files errors gradebooks harness intake records report_key settings",
        "",
    ),
    "grader.hand_ins": (
        "course_secret errors policies records report_key text settings sandbox harness intake "
        "batch store",
        "",
    ),
    "grader.web": (
        "errors flow policies records strict_yaml text settings quiz quiz.exports store courses "
        "batch code_figures hand_ins reports reports.pages staff gradebooks intake "
        "subject_sources",
        "starlette jinja2 markupsafe argon2 lxml markdown_it mdit_py_plugins joserfc httpx2 "
        "msgspec",
    ),
    "grader.__main__": ("cli", ""),
    "grader.notebook": ("errors records reports settings", "IPython msgspec"),
    "grader.api": ("errors policies records settings intake batch sandbox store", "msgspec"),
    "grader.cli": (
        "errors promised_packages records report_key text course_secret durable_files "
        "decision_list strict_yaml remembered observed_calls settings sandbox sandbox.child "
        "harness diagnosis intake batch batch.executors.dask audit authoring debugging release "
        "subject quiz keys quiz.exports quiz.imports code_figures evidence flow store courses "
        "similarity similarity.child reports reports.pages gradebooks autograders policies suites "
        "hand_ins staff web",
        "click rich uvicorn",
    ),
}

FULL_NAMES = {unit.removeprefix("grader."): unit for unit in TABLE}
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
FILES = sorted(path for unit in ("grader", "reference") for path in (ROOT / unit).rglob("*.py"))


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def imports(path):
    """All modules that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def owner(module):
    """The unit that a module belongs to; a package of others owns all that is below it."""
    units = [unit for unit in TABLE if module == unit or module.startswith(f"{unit}.")]
    top = module.partition(".")[0]
    if top not in ("grader", "reference"):
        return "pytest" if top == "_pytest" else top
    return max(units, key=len, default=module)


def allowed(unit):
    ours, others = TABLE.get(unit, ("", ""))
    return {FULL_NAMES[name] for name in ours.split()} | set(others.split()) | {unit}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_point_down(path):
    unit = owner(module_name(path))
    used = {owner(module) for module in imports(path)} - set(sys.stdlib_module_names)
    up = used - allowed(unit)
    assert not up, f"{unit} may not import {', '.join(sorted(up))}"


def test_there_are_no_import_cycles():
    graph = {name: set(imports(path)) & set(MODULES) for name, path in MODULES.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail("import cycle: " + " <- ".join(error.args[1]))


def test_every_unit_is_there():
    folders = {module_name(path.parent / "__init__.py") for path in FILES}
    assert set(TABLE) <= folders | set(MODULES)


def test_the_page_shows_the_same_table():
    rows = re.findall(
        r"^\| `([\w.]+)` \|[^|]*\|([^|]*)\|([^|]*)\|$", PAGE.read_text(), re.MULTILINE
    )
    shown = {}
    for unit, ours, others in rows:
        named = {FULL_NAMES[name] for name in re.findall(r"`([\w.]+)`", ours)}
        of_ours = set(TABLE) - named if "all but" in ours else named
        shown[FULL_NAMES[unit]] = of_ours | set(re.findall(r"\w+", others)) | {FULL_NAMES[unit]}
    assert shown == {unit: allowed(unit) for unit in TABLE}


def test_nothing_else_of_ours_enters_the_students_process():
    code = "import sys, grader.sandbox.child.zygote; print(*sorted(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ours = [name for name in ran.stdout.split() if owner(name).startswith(("grader", "reference"))]
    assert ours[:2] == ["grader", "grader.sandbox"]
    assert {owner(name) for name in ours[2:]} == {"grader.sandbox.child"}
    for package in ours[:2]:
        tree = ast.parse(MODULES[package].read_text())
        assert len(tree.body) == 1, f"{package} holds more than its docstring"
