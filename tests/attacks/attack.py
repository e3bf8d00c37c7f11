"""A hostile submission on disk: what its header says, and how it becomes an entry of a class.

The header is the comment at the top of the file. It says what the submission does, then:

verdict   `fails`: it earns nothing on what it attacks; `passes`: it is honest and loses nothing
          there; `survives`: it only has to be graded
stage     the attacked stages, by default softmax; or `every`
loses     the checks of these stages that must not pass; by default all of them
earns     stages that must keep all their points all the same
needs     the isolation level below which it is not run, because it reaches for the machine
unless    levels that promise less than it uses, such as every module and a folder /tmp
clean     what the evidence of each failed check must match if the wall held
hidden    what a student may read of each hidden check of the attacked stages
printed   what it must have printed
with      a file beside it that is a second module of the submission
variants  words that one after the other become the value of VARIANT
copies    how often it stands in the class
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LEVELS = ("none", "partial", "sealed", "confined", "full")
VERDICTS = ("fails", "passes", "survives")
MANY = ("stage", "loses", "earns", "with", "variants", "unless")
KEYS = {"verdict", "needs", "clean", "hidden", "printed", "copies", *MANY}
_FIELD = re.compile(r"# (\w+): (.+)")


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One hostile submission, or one variant of it."""

    name: str
    path: Path
    says: str
    verdict: str
    variant: str = ""
    copies: int = 1
    needs: str = "none"
    unless: Sequence[str] = ()
    clean: str = ""
    hidden: str = ""
    printed: str = ""
    stages: Sequence[str] = ("softmax",)
    loses: Sequence[str] = ()
    earns: Sequence[str] = ()
    modules: Sequence[str] = ()

    def runs_at(self, level: str) -> bool:
        reaches = LEVELS.index(self.needs) <= LEVELS.index(level)
        return reaches and level not in self.unless

    def write(self, entry: Path, known_paths: Sequence[Path]) -> None:
        """Make it an entry of a class folder: a file, or a folder if it has more modules."""
        source = self.path.read_text(encoding="utf-8")
        source = re.sub(r'^VARIANT = ".*"$', f'VARIANT = "{self.variant}"', source, flags=re.M)
        paths = tuple(map(str, known_paths))
        source = re.sub(r"^PATHS = \(\).*$", f"PATHS = {paths!r}", source, flags=re.M)
        if not self.modules:
            entry.with_suffix(".py").write_text(source, encoding="utf-8")
            return
        entry.mkdir()
        (entry / "submission.py").write_text(source, encoding="utf-8")
        for module in self.modules:
            shutil.copy(CORPUS / module, entry)


def corpus() -> list[Attack]:
    """All hostile submissions, variant by variant, in a fixed order."""
    files = sorted(path for path in CORPUS.glob("*/*.py"))
    return [attack for path in files for attack in _variants(path)]


def _variants(path: Path) -> Iterator[Attack]:
    says, fields = _header(path)
    many = {key: tuple(fields.get(key, "").split()) for key in MANY}
    base = f"{path.parent.name}-{path.stem}"
    for variant in many["variants"] or ("",):
        yield Attack(
            name=f"{base}-{variant}".removesuffix("-"),
            path=path,
            says=says,
            variant=variant,
            verdict=fields["verdict"],
            copies=int(fields.get("copies", 1)),
            needs=fields.get("needs", "none"),
            unless=many["unless"],
            clean=fields.get("clean", ""),
            hidden=fields.get("hidden", ""),
            printed=fields.get("printed", ""),
            stages=many["stage"] or ("softmax",),
            loses=many["loses"],
            earns=many["earns"],
            modules=many["with"],
        )


def _header(path: Path) -> tuple[str, dict[str, str]]:
    """What the comment at the top says, and its fields; a field on several lines is one."""
    says: list[str] = []
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        if found := _FIELD.fullmatch(line):
            key, value = found.groups()
            fields[key] = f"{fields[key]} {value}" if key in fields else value
        else:
            says.append(line[2:])
    if not says or fields.keys() - KEYS or fields.get("verdict") not in VERDICTS:
        raise ValueError(f"{path}: the header is not one of ours: {fields}")
    return " ".join(says), fields
