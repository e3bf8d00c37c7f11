"""How alike the submissions of a class are: a ranking to read by, which changes no grade."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.staff.class_comparison import (
    PAGES,
    ask_comparison,
    comparison_key,
    kept_ranking,
)
from grader.staff.exported_grades import ExportedGrades
from grader.web.forms import with_form
from grader.web.guard.rights import needs, refuse
from grader.web.staff.class_pages import class_at_once
from grader.web.staff.releasing import download
from grader.web.staff.room import assignment_of, room_of


@needs("owner")
def similarity_page(request: Request) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    store = room.site.store
    return room.page(
        "similarity.html",
        job=store.jobs.job(comparison_key(store.course, assignment.name)),
        of=class_at_once(room, assignment),
        ranking=kept_ranking(store, assignment.name),
        n_handed_in=len(store.hand_ins.newest(assignment.name)),
        members={one.person: one for one in room.everybody.values()},
    )


@needs("owner")
@with_form
def compare_again(request: Request, form: FormData) -> Response:
    """Have the class compared by a worker; the page says when it is through."""
    room, assignment = room_of(request), assignment_of(request)
    store = room.site.store
    if not store.hand_ins.newest(assignment.name):
        refuse(400, "Nobody has handed in anything that could be compared.")
    ask_comparison(store, assignment.name, at=room.site.clock())
    return room.done(
        "compared a class",
        said="The class will be compared, beside the grading.",
        about=assignment.name,
        back=f"/staff/code/{assignment.name}/similarity",
    )


@needs("owner")
def similarity_pages(request: Request) -> Response:
    """The pages with the passages side by side, as a zip: they hold what students wrote."""
    room, assignment = room_of(request), assignment_of(request)
    found = room.site.store.staff_files.file(PAGES, assignment.name)
    if found is None:
        refuse(404, "The class was not compared yet.")
    name = f"{assignment.name}-similarity.zip"
    return download(ExportedGrades(name=name, content=found.content))
