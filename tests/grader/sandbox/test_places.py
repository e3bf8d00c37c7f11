"""Which files a child may see: Python and its packages, and nothing of ours."""

from pathlib import Path

import grader
from grader.sandbox.child import places


def granted(paths, secrets):
    return sorted(places.without(paths, places.below(secrets, paths)))


def test_a_folder_without_secrets_is_granted_whole(tmp_path):
    (tmp_path / "torch").mkdir()
    assert granted([str(tmp_path)], [str(tmp_path.parent / "other")]) == [str(tmp_path)]


def test_a_folder_is_split_where_a_secret_lies_in_it(tmp_path):
    for name in ("torch", "grader", "numpy/core", "numpy/secret"):
        (tmp_path / name).mkdir(parents=True)
    secrets = [str(tmp_path / "grader"), str(tmp_path / "numpy" / "secret")]
    assert granted([str(tmp_path)], secrets) == sorted(
        [str(tmp_path / "torch"), str(tmp_path / "numpy" / "core")]
    )


def test_an_environment_inside_the_checkout_stays_readable(tmp_path):
    packages = tmp_path / ".venv" / "lib"
    packages.mkdir(parents=True)
    assert granted([str(packages)], [str(tmp_path)]) == [str(packages)]


def test_a_folder_that_is_reached_by_a_link_is_split_too(tmp_path):
    for name in ("packages/torch", "packages/grader"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "packages")
    secret = str(tmp_path / "packages" / "grader")
    assert granted([str(tmp_path / "link")], [secret]) == [str(tmp_path / "link" / "torch")]


def test_our_own_folders_are_secret_and_not_needed():
    ours = str(Path(grader.__file__).parent)
    assert ours in places.secret()
    checkout = Path(grader.__file__).parents[1]
    if (checkout / "pyproject.toml").exists():
        assert str(checkout) in places.secret()
        assert str(checkout) not in places.needed()


def test_nothing_is_named_twice():
    needed = places.needed()
    assert not [p for p in needed if any(p.startswith(other + "/") for other in needed)]
