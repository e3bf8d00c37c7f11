"""The file of declared groups."""

import pytest

from grader.errors import CourseError
from grader.similarity.declared_groups import declared_groups


def test_names_of_one_group_are_together(tmp_path):
    file = tmp_path / "groups.csv"
    file.write_text("\ufeffsubmission,group,note\nada,1,x\nbo,1,\n\nchen,2,\n", encoding="utf-8")
    assert declared_groups(file) == (frozenset({"ada", "bo"}), frozenset({"chen"}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "there is no column 'group'"),
        (b"group,name\n1,ada\n", "there is no column 'submission'"),
        (b"group,submission\n1,\n", "a row has no 'submission'"),
        (b"group,submission\n1,\xff\n", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(tmp_path, content, said):
    file = tmp_path / "groups.csv"
    file.write_bytes(content)
    with pytest.raises(CourseError, match=said):
        declared_groups(file)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CourseError, match="No such file"):
        declared_groups(tmp_path / "groups.csv")
