"""All addresses of staff."""

from starlette.routing import Route

from grader.web.staff import (
    class_pages,
    comparing,
    deciding,
    editing,
    gradebook_pages,
    marking,
    names,
    quiz_pages,
    regrading,
    releasing,
    repairing,
    roster_pages,
    student_pages,
    student_work,
)

_CLASS = "/staff/code/{assignment}"
_PERSON = "/people/{number:int}"


def _post(path: str, endpoint: object) -> Route:
    return Route(path, endpoint, methods=["POST"])  # type: ignore[arg-type]


routes = (
    Route("/staff/", class_pages.staff_home),
    Route(f"{_CLASS}/", class_pages.class_page),
    Route(f"{_CLASS}/report", class_pages.report_page),
    Route(f"{_CLASS}/decisions", student_pages.decisions_page),
    _post(f"{_CLASS}/drop", deciding.drop_check),
    _post(f"{_CLASS}/decisions/{{decision:int}}/back", deciding.take_back),
    _post(f"{_CLASS}{_PERSON}/decide/{{kind}}", deciding.decide),
    _post(f"{_CLASS}{_PERSON}/points", deciding.award),
    Route(f"{_CLASS}{_PERSON}/reports/{{version:int}}", student_pages.report_of_student),
    Route(f"{_CLASS}{_PERSON}/hand-ins/{{hand_in:int}}", student_work.hand_in_page),
    Route(
        f"{_CLASS}{_PERSON}/hand-ins/{{hand_in:int}}/files/{{place:int}}", student_work.handed_file
    ),
    Route(f"/staff{_PERSON}/attempts/{{attempt:int}}", student_work.attempt_page),
    Route(f"{_CLASS}/release", releasing.release_page),
    _post(f"{_CLASS}/release", releasing.release),
    Route(f"{_CLASS}/regrade", regrading.regrades_page),
    _post(f"{_CLASS}/regrade", regrading.begin_regrade),
    Route(f"{_CLASS}/regrade/{{regrade:int}}", regrading.regrade_page),
    _post(f"{_CLASS}/regrade/{{regrade:int}}", regrading.end_regrade),
    Route(f"{_CLASS}/similarity", comparing.similarity_page),
    _post(f"{_CLASS}/similarity", comparing.compare_again),
    Route(f"{_CLASS}/similarity/pages.zip", comparing.similarity_pages),
    Route(f"{_CLASS}/export", releasing.export_page),
    _post(f"{_CLASS}/export", releasing.export),
    Route(f"/staff{_PERSON}/", student_pages.student_page),
    _post(f"/staff{_PERSON}/role", roster_pages.change_person),
    Route("/staff/roster/", roster_pages.people_page),
    _post("/staff/roster/", roster_pages.upload_roster),
    _post("/staff/roster/forget", roster_pages.forget_roster),
    _post("/staff/roster/add", roster_pages.add_person),
    _post("/staff/roster/links", roster_pages.make_links),
    Route("/staff/roster/{upload:int}", roster_pages.preview_roster),
    _post("/staff/roster/{upload:int}", roster_pages.import_roster),
    _post("/staff/names", names.show_names),
    _post("/staff/preview/end", names.end_preview),
    _post("/staff/preview/{number:int}", names.begin_preview),
    Route("/staff/quizzes/", quiz_pages.quizzes_page),
    Route("/staff/quizzes/{quiz}/", quiz_pages.quiz_page),
    Route("/staff/quizzes/{quiz}/analysis", quiz_pages.analysis_page),
    Route("/staff/quizzes/{quiz}/grades.csv", quiz_pages.grades_csv),
    _post("/staff/quizzes/{quiz}/release", quiz_pages.release_quiz),
    Route("/staff/quizzes/{quiz}/repairs", repairing.repairs_page),
    _post("/staff/quizzes/{quiz}/repairs", repairing.repair_rest),
    Route("/staff/quizzes/{quiz}/repairs/{question}", repairing.repair_page),
    _post("/staff/quizzes/{quiz}/repairs/{question}", repairing.repair),
    Route("/staff/gradebook/", gradebook_pages.gradebook_page),
    Route("/staff/gradebook/gradebook.csv", gradebook_pages.gradebook_csv),
    Route("/staff/files/", editing.files_page),
    Route("/staff/files/{kind}/{name}", editing.edit_page),
    _post("/staff/files/{kind}/{name}", editing.edit),
    Route("/staff/marking/", marking.marking_page),
    Route("/staff/marking/{question}", marking.answer_page),
    _post("/staff/marking/{question}", marking.keep_answer),
    Route("/staff/log/", names.log_page),
)
