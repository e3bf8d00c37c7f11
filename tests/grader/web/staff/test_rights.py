"""Whom the pages of staff are for: asked of each address, for every role and for nobody."""

from grader.web.staff.routes import routes

OPEN = {"/staff/preview/end"}  # ends what only staff can begin
WORDS = {
    "assignment": "arithmetic",
    "kind": "extend",
    "name": "week-1.yaml",
    "decision": 1,
    "version": 1,
    "upload": 1,
    "regrade": 1,
    "hand_in": 1,
    "place": 1,
    "attempt": 1,
}


def path_of(route, number):
    names = {name: WORDS.get(name, "x") for name in route.param_convertors} | {"number": number}
    return route.url_path_for(route.name, **{name: names[name] for name in route.param_convertors})


def sent(client, route, number):
    method = "POST" if "POST" in route.methods else "GET"
    return client.request(method, path_of(route, number))


GUARDED = [route for route in routes if route.path not in OPEN]


# All that graders may open and do; what is not here is an owner's.
CLASS, PERSON = "/staff/code/{assignment}", "/people/{number:int}"
OF_GRADERS = {
    "GET": {
        "/staff/",
        f"{CLASS}/",
        f"{CLASS}/report",
        f"{CLASS}/decisions",
        f"{CLASS}{PERSON}/reports/{{version:int}}",
        f"{CLASS}{PERSON}/hand-ins/{{hand_in:int}}",
        f"{CLASS}{PERSON}/hand-ins/{{hand_in:int}}/files/{{place:int}}",
        f"/staff{PERSON}/",
        f"/staff{PERSON}/attempts/{{attempt:int}}",
        "/staff/roster/",
        "/staff/quizzes/",
        "/staff/quizzes/{quiz}/",
        "/staff/quizzes/{quiz}/analysis",
        "/staff/marking/",
        "/staff/marking/{question}",
    },
    "POST": {f"{CLASS}{PERSON}/points", "/staff/names", "/staff/marking/{question}"},
}


def test_graders_have_these_addresses_and_owners_all():
    found = {"GET": set(), "POST": set()}
    for route in GUARDED:
        assert route.endpoint.role in ("grader", "owner")
        if route.endpoint.role == "grader":
            found["POST" if "POST" in route.methods else "GET"].add(route.path)
    assert found == OF_GRADERS


def test_a_student_gets_none_of_it(browser, number, keeper, log):
    ada = browser("ada")
    answers = {route.path: sent(ada, route, number("bob")) for route in GUARDED}
    assert {answer.status_code for answer in answers.values()} == {403}
    assert not [path for path, answer in answers.items() if "Bob" in answer.text]
    assert not log()


def test_who_is_not_signed_in_gets_none_of_it(browser, number, keeper, log):
    nobody = browser()
    for route in GUARDED:
        answer = sent(nobody, route, number("bob"))
        to_the_doors = answer.headers.get("location", "").startswith("/login")
        assert answer.status_code == 403 or to_the_doors, route.path
    assert not log()


def test_a_grader_does_no_owners_deed(browser, number, keeper, log):
    before, tutor = keeper.entries(), browser("tara")
    owners = [route for route in GUARDED if route.endpoint.role == "owner"]
    codes = {route.path: sent(tutor, route, number("bob")).status_code for route in owners}
    assert set(codes.values()) == {403}, codes
    assert keeper.entries() == before
    assert not log()


def test_no_form_is_taken_from_another_site(browser, number, keeper, log):
    owner, foreign = browser("prof"), {"Sec-Fetch-Site": "cross-site"}
    posts = [route for route in routes if "POST" in route.methods]
    codes = {
        r.path: owner.post(path_of(r, number("bob")), headers=foreign).status_code for r in posts
    }
    assert set(codes.values()) == {403}, codes
    assert not log()


def test_a_preview_is_the_students_view_and_changes_nothing(browser, number, keeper, log):
    owner = browser("prof")
    assert owner.post(f"/staff/preview/{number('ada')}").headers["location"] == "/"
    page = owner.get("/").text
    assert "You see the course as Ada Adams does" in page
    assert owner.get("/staff/code/arithmetic/").status_code == 403
    refused = owner.post(f"/staff/people/{number('bob')}/role", data={"role": "owner"})
    assert refused.status_code == 403
    back = owner.post("/staff/preview/end")
    assert back.headers["location"].startswith(f"/staff/people/{number('ada')}/")
    assert owner.get("/staff/code/arithmetic/").status_code == 200
    assert [entry.what for entry in log()] == ["ended a preview", "began a preview"]


def test_nobody_looks_through_the_eyes_of_staff(browser, number):
    assert browser("prof").post(f"/staff/preview/{number('tara')}").status_code == 400


def test_ending_no_preview_does_nothing(browser, log):
    assert browser("ada").post("/staff/preview/end").headers["location"] == "/"
    assert browser().post("/staff/preview/end").status_code == 303
    assert not log()


def test_the_log_shows_what_was_done_and_can_be_searched(browser, number, keeper):
    owner = browser("prof")
    for person, kind in (("ada", "excuse"), ("bob", "excuse")):
        path = f"/staff/code/arithmetic/people/{number(person)}/decide/{kind}"
        owner.post(path, data={"reason": f"{person} was ill"})
    page = owner.get("/staff/log/").text
    assert "ada was ill" in page
    assert "bob was ill" in page
    found = owner.get("/staff/log/?search=BOB&what=excused&who=prof").text
    assert "bob was ill" in found
    assert "ada was ill" not in found
    owner.post("/staff/names", data={"show": ""})
    assert "hid names" in owner.get("/staff/log/").text, "an entry without a reason"
    assert "Nothing is like that." in owner.get("/staff/log/?who=nobody&before=99999").text
