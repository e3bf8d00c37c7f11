"""Who is behind a submission follows from what was known and from a roster."""

import pytest

from grader.courses.people_behind import people_behind
from grader.intake.roster import read_roster
from grader.records import Person


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "name,id,email,username,canvas id,group\n"
        "Ada Lovelace,s1,ada@uni.edu,ada,11,red\n"
        "Bo Berg,s2,bo@uni.edu,bo,12,red\n"
    )
    return read_roster(path)


@pytest.mark.parametrize("submission", ["s1", "ada", "ada@uni.edu", "Lovelace, Ada"])
def test_a_submissions_name_may_be_whatever_the_roster_knows(roster, submission):
    ((person,),) = people_behind([submission], {}, roster).values()
    assert (person.id, person.ids) == ("s1", {"canvas": "11"})


def test_a_submission_called_as_a_group_is_of_its_members(roster):
    (people,) = people_behind(["red"], {}, roster).values()
    assert [person.id for person in people] == ["s1", "s2"]


def test_the_ids_of_a_download_stay_beside_those_of_the_roster(roster):
    known = {"x": (Person(email="bo@uni.edu", ids={"moodle": "77"}),)}
    ((person,),) = people_behind(["x"], known, roster).values()
    assert (person.name, person.ids) == ("Bo Berg", {"moodle": "77", "canvas": "12"})


def test_who_is_not_on_the_roster_is_as_known_before_or_left_out(roster):
    stranger = Person(name="Zed")
    found = people_behind(["x", "nobody"], {"x": (stranger,)}, roster)
    assert found == {"x": (stranger,)}
