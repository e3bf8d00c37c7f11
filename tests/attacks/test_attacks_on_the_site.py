"""The same attackers hand in to the course site: nothing that holds for a batch is lost there.

Every third file of `corpus/`, each canary and each hostile file, by a student each. Tests are those
of the batch, on what the site keeps and on every page that these students read.

    ATTACKS=each pytest tests/attacks/test_attacks_on_the_site.py

has each file of the corpus handed in once, `ATTACKS=all` all their variants.
"""

import os

import pytest

from grader.records import report_from_json
from tests.attacks import test_attacks, test_canaries, test_hidden_values, test_hostile_reports
from tests.attacks.attack import Attack
from tests.attacks.conftest import EXAMPLES, NEIGHBOURS, class_list
from tests.attacks.hostile_files import FILES
from tests.attacks.test_hidden_values import hidden_numbers, hidden_prompts  # noqa: F401 - fixtures
from tests.attacks.whole_grader import SECRET
from tests.attacks.whole_site import hand_in_to_a_site

pytestmark = pytest.mark.slow

HONEST = ("right-torch.py", "no-causal-mask.py", "right-modules")
LARGEST = 20 << 20  # of an upload
WHICH = os.environ.get("ATTACKS", "some")


def attacks():
    """One variant of a file of the corpus, another one for each; or all."""
    by_file = {}
    for name, entry in class_list():
        if isinstance(entry, Attack) and (not entry.copies > 1 or entry.path not in by_file):
            by_file.setdefault(entry.path, []).append((name, entry))
    if WHICH == "all":
        return dict(one for many in by_file.values() for one in many)
    chosen = [many[place % len(many)] for place, many in enumerate(by_file.values())]
    return dict(chosen if WHICH == "each" else chosen[::3])


ATTACKS = attacks()
HIDING = [name for name, attack in ATTACKS.items() if attack.hidden]


def as_sent(path):
    """The files of an entry of a class folder, as a browser sends them."""
    if path.is_dir():
        inside = sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
        return [(_sendable(one.name), one.read_bytes()) for one in inside[:200]]
    return [(_sendable(path.name), path.read_bytes())]


def _sendable(name):
    """A name as a browser can send it: bytes that are no text are not."""
    return name.encode("utf-8", "replace").decode()


@pytest.fixture(scope="session")
def attacked(runs_folder, quiet_class):
    folder = runs_folder / "attacks-site"
    entries = runs_folder / "attacks-site-entries"
    sent = {f"honest-{name.partition('.')[0]}": as_sent(EXAMPLES / name) for name in HONEST}
    known = [folder / "site" / "course.yaml", folder / "site" / "site.sqlite"]
    known += [folder / "site" / "assignments" / "decoder-generation" / "hidden", EXAMPLES]
    entries.mkdir(exist_ok=True)
    for name, attack in ATTACKS.items():
        if attack.runs_at(quiet_class.level):
            if not list(entries.glob(f"{name}*")):
                attack.write(entries / name, known)
            (written,) = entries.glob(f"{name}*")
            sent[name] = as_sent(written)
    right = (EXAMPLES / "right-numpy.py").read_text(encoding="utf-8")
    for number, canary in enumerate(test_canaries.CANARIES.values()):
        source = f"{right}\n{test_canaries.COMMON}\n{canary}\n"
        sent[f"canary-{number}"] = [("submission.py", source.encode())]
    sent |= hostile_files(runs_folder / "attacks-site-files")
    return hand_in_to_a_site(folder, sent)


def hostile_files(folder):
    """What a browser can send of them: no links, no pipes, nothing that is too large."""
    found = {}
    for name, file in FILES.items():
        place = folder / name
        if not place.exists():
            place.mkdir(parents=True)
            file.build(place, name)
        for number, path in enumerate(sorted(place.iterdir())):
            if path.is_file() or path.is_dir():
                sent = as_sent(path)
                if sent and sum(len(content) for _, content in sent) < LARGEST:
                    found[f"file-{name}-{number}"[:100]] = sent
    return found


@pytest.fixture(params=ATTACKS)
def entry(request, attacked):
    if request.param not in attacked.answers:
        pytest.skip(f"NOT RUN at isolation level {attacked.level!r}")
    return request.param


def test_an_attack_earns_what_it_deserves(entry, attacked):
    assert attacked.answers[entry]["upload"] == 303
    test_attacks.test_it_is_graded(entry, attacked)
    test_attacks.test_it_earns_what_it_deserves(entry, attacked)


def test_its_report_is_small_and_holds_nothing_of_the_staff(entry, attacked):
    test_attacks.test_its_reports_stay_small(entry, attacked)
    test_attacks.test_nothing_of_the_staff_is_in_its_report(entry, attacked)


@pytest.mark.parametrize("entry", HIDING, indirect=True)
def test_its_hidden_checks_tell_nothing(entry, attacked):
    test_attacks.test_its_hidden_checks_tell_nothing(entry, attacked)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_student_gets_what_a_batch_gives(name, attacked, quiet_class):
    ours = attacked.report(f"honest-{name.partition('.')[0]}")
    number = NEIGHBOURS.index(name)
    (theirs,) = [
        quiet_class.report(path.stem)
        for path in quiet_class.files("reports")
        if path.stem.endswith(f"-a-neighbour-{name.partition('.')[0]}")
    ][:1]
    assert number >= 0
    for one in (ours, theirs):
        for key in ("seconds", "handed_in_at", "submission", "digest", "key"):
            one.pop(key, None)
    assert ours == theirs


def test_what_is_handed_in_is_graded_or_refused_with_a_reason(attacked):
    for name, answers in attacked.answers.items():
        assert answers["upload"] in (303, 400), name
        if answers["upload"] == 303:
            assert attacked.report(name)["status"] in ("graded", "unreadable"), name


def test_every_page_is_answered(attacked):
    for name, answers in attacked.answers.items():
        assert all(status < 500 for status in answers.values()), (name, answers)


def test_no_hidden_value_and_no_secret_is_in_what_students_read(
    attacked,
    hidden_numbers,  # noqa: F811
    hidden_prompts,  # noqa: F811
):
    test_hidden_values.test_these_are_the_hidden_values(attacked, hidden_numbers, hidden_prompts)
    assert test_hidden_values.leaks(attacked, hidden_numbers) == []
    assert test_hidden_values.leaks(attacked, hidden_prompts) == []
    for path in (*attacked.pages(), *attacked.files("reports"), *attacked.files("staff")):
        assert SECRET not in path.read_text(encoding="utf-8"), path.name
    assert SECRET not in attacked.said


def test_nothing_that_a_canary_wrote_is_read(attacked):
    reports = {
        path.stem: [report_from_json(path.read_bytes())]
        for path in attacked.files("staff")
        if path.stem.startswith("canary-")
    }
    assert len(reports) == len(test_canaries.CANARIES)
    test_canaries.test_nothing_that_a_canary_wrote_is_there(reports)


def test_every_page_and_report_only_shows(attacked):
    for kind in ("reports", "staff"):
        files = attacked.files(kind)
        assert [one.stem for one in files if test_hostile_reports.acts(one.read_bytes())] == []
    acting = test_hostile_reports.ACTS
    assert [one.stem for one in attacked.pages() if acting.search(one.read_text())] == []


def test_nobodys_hand_in_is_touched(attacked):
    handed = [name for name, answers in attacked.answers.items() if answers["upload"] == 303]
    assert [name for name in handed if not attacked.untouched[name]] == []


def test_the_site_is_healthy_afterwards_and_ends_well(attacked):
    assert attacked.healthy["status"] == "ok"
    assert attacked.healthy["queue"] == {"waiting": 0, "running": 0, "failed": 0}
    assert attacked.ended["exit"] == 0, attacked.said
    assert attacked.ended["left"] == []
    assert attacked.marks == []
    assert "Traceback" not in attacked.said
    assert '"event": "fault"' not in attacked.said
