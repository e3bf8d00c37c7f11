"""Hand in, receipt, progress, files, reports."""

import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from grader.errors import GraderError, SubmissionError
from grader.hand_ins.history import HandInAttempt
from grader.hand_ins.receiving import Upload, UploadLimits, receive
from grader.hand_ins.terms import HandInTerms, received_words
from grader.intake.uploaded import harmless_path, is_readable
from grader.reports.pages.student_page import student_values
from grader.store.jobs_store import JobProgress
from grader.web.downloads import file_to_keep
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, person_of, refuse
from grader.web.hand_in.board import ProgressBoard
from grader.web.hand_in.onlooker import Onlooker, is_first_wait
from grader.web.hand_in.own_work import OwnWork, known_as, own_work
from grader.web.hand_in.progress import drawn_stages, stages_so_far, unwritten_stages, version_of
from grader.web.hand_in.to_work_with import (
    handout_page,
    starter_file,
    to_work_with,
    visible_checks,
)
from grader.web.rendering import fragment, moved, page
from grader.web.site import site_of

_PASTED = "submission.py"
_AGAIN_MILLISECONDS = 500  # after a broken line


@needs("student")
def hand_in(request: Request) -> Response:
    return _form_page(request, own_work(request))


@needs("student")
@with_form
def hand_in_now(request: Request, form: FormData) -> Response:
    """Keep what was sent. Nothing is lost of what was typed if it is refused."""
    site, work, person = site_of(request), own_work(request), person_of(request)
    if person.is_staff:
        refuse(403, "Staff hand nothing in. Look at the course as a student does to see the page.")
    files, code = _files(form), text_of(form, "code")
    try:
        _assert_one_thing(files, code)
        files = files or _pasted(code)
        if not _is_again(work, files):
            _assert_as_said(work.terms, text_of(form, "stake"))
        upload = Upload(
            assignment=work.assignment.name, person=person.person, files=files, at=site.clock()
        )
        kept, is_new = receive(site.store.hand_ins, upload, _limits(request))
    except SubmissionError as error:
        return _form_page(request, work, problem=error.sentences, code=code)
    again = "" if is_new else "?again"
    return moved(request, f"/code/{work.assignment.name}/attempts/{kept.number}{again}")


@needs("student")
def attempt(request: Request) -> Response:
    """The receipt, and how far it is."""
    work = own_work(request)
    one = work.attempt(request.path_params["number"])
    progress = _progress(request, one)
    return page(
        request,
        "hand_in/attempt.html",
        work=work,
        attempt=one,
        in_time=_in_time(request, work, one),
        is_again="again" in request.query_params,
        **_progress_values(work, one, progress),
    )


@needs("student")
async def events(request: Request) -> Response:
    """The progress part of the page, each time that it changes, until the end."""
    work = await run_in_threadpool(own_work, request)
    one = work.attempt(request.path_params["number"])
    if one.job is None:
        refuse(404, "Nothing is known of this.")
    sent = request.headers.get("last-event-id", "")
    return StreamingResponse(
        _stream(request, work, one, sent),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@needs("student")
def handed_file(request: Request) -> Response:
    """One file as it was handed in, to be kept and not to be shown."""
    one = own_work(request).attempt(request.path_params["number"])
    files = site_of(request).store.hand_ins.contents(one.hand_in.id)
    place = request.path_params["place"]
    if not 1 <= place <= len(files):
        refuse(404, "There is no such file in this attempt.")
    name, content = files[place - 1]
    return file_to_keep(harmless_path(name).name, content)


@needs("student")
def report(request: Request) -> Response:
    work = own_work(request)
    one = work.attempt(request.path_params["number"])
    if one.report is None or not work.is_shown:
        return moved(request, f"/code/{work.assignment.name}/attempts/{one.hand_in.number}")
    grade = work.history.grade
    counted_points = grade.counted_points if grade is not None and one.counts else None
    values = student_values(one.report, work.assignment, counted_points)
    handout = f"/code/{work.assignment.name}/handout"
    values |= {"work": work, "attempt": one, "practice": "/practice/ideas/", "handout": handout}
    return page(request, "hand_in/report.html", **values)


def _form_page(request: Request, work: OwnWork, *, problem: str = "", code: str = "") -> Response:
    newest = work.history.attempts[-1] if work.history.attempts else None
    report = newest.report if newest is not None and work.is_shown else None
    results = {} if newest else unwritten_stages(work.assignment)
    if report is not None:
        results = {stage.stage: stage for stage in report.stages}
    is_drawn = bool(results) or (newest is not None and newest.is_open)
    return page(
        request,
        "hand_in/hand_in.html",
        status=400 if problem else 200,
        work=work,
        problem=problem,
        code=code,
        limits=site_of(request).limits,
        rows=drawn_stages(work.assignment, results) if is_drawn else (),
        newest=newest,
        given=to_work_with(site_of(request), work.assignment),
    )


def _files(form: FormData) -> list[tuple[str, bytes]]:
    """What was sent as files."""
    sent = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
    files = [(one.filename or "", one.file.read()) for one in sent]
    return [(name, content) for name, content in files if name or content]


def _pasted(code: str) -> list[tuple[str, bytes]]:
    """What was pasted, as the file that it is taken for."""
    text = code.replace("\r\n", "\n")
    return [(_PASTED, text.encode(errors="surrogatepass"))] if text.strip() else []


def _assert_one_thing(files: list[tuple[str, bytes]], code: str) -> None:
    """Of files and pasted code one would be lost, and nobody can know which."""
    if is_readable(name for name, _ in files) and code.strip():
        raise SubmissionError(
            "there are files, and pasted code too",
            fix="Empty the box of pasted code, or choose no files. Nothing was kept.",
        )


def _assert_as_said(terms: HandInTerms, said: str) -> None:
    """Whether something new may come in, on the terms that the page of the form has said."""
    if terms.refusal:
        raise SubmissionError(terms.refusal.rstrip("."), fix="Nothing was kept.")
    if said and said != terms.stake and terms.is_late:
        raise SubmissionError(
            "time has gone on since this page was made, and nothing was kept",
            fix=f"{terms.lateness} Hand in once more if you want that.",
        )


def _is_again(work: OwnWork, files: list[tuple[str, bytes]]) -> bool:
    """Whether it is the newest attempt once more, which a refusal of new ones does not touch."""
    newest = work.history.attempts[-1].hand_in if work.history.attempts else None
    sent = sorted((name, hashlib.sha256(content).hexdigest()) for name, content in files)
    return newest is not None and sent == sorted((f.name, f.digest) for f in newest.files)


def _limits(request: Request) -> UploadLimits:
    limits = site_of(request).limits
    return UploadLimits(
        n_bytes=limits.upload_bytes,
        n_files=limits.upload_files,
        course_bytes=limits.course_bytes,
        per_hour=limits.uploads_per_hour,
    )


def _in_time(request: Request, work: OwnWork, one: HandInAttempt) -> str:
    """Whether an attempt came in time, in sentences."""
    enrolment = person_of(request).enrolment
    return received_words(
        work.history.decisions,
        person=enrolment.person,
        known_as=known_as(enrolment),
        maximum=work.assignment.total,
        at=one.hand_in.received_at,
    )


def _progress(request: Request, one: HandInAttempt) -> JobProgress | None:
    if one.job is None:
        return None
    return site_of(request).store.jobs.progress([one.job.id]).get(one.job.id)


def _progress_values(
    work: OwnWork, one: HandInAttempt, progress: JobProgress | None
) -> dict[str, Any]:
    results = stages_so_far(work.assignment, progress) if one.is_open else {}
    is_final = one.report is not None and not one.is_open and work.is_shown
    if is_final and one.report is not None:
        results = {stage.stage: stage for stage in one.report.stages}
    shown = results if work.is_shown else {}
    return {
        "progress": progress,
        "is_final": is_final,
        "is_open": one.is_open,
        # once it is over, nothing waits: where no stage has a state, none is drawn
        "rows": drawn_stages(work.assignment, shown) if one.is_open or shown else (),
    }


async def _stream(
    request: Request, work: OwnWork, one: HandInAttempt, sent: str
) -> AsyncIterator[str]:
    yield f"retry: {_AGAIN_MILLISECONDS}\n\n"
    board, onlooker = _board(request), Onlooker(sent)
    async for progress in board.watch(one.job.id if one.job else 0):
        news = onlooker.hears(progress, at=time.monotonic(), place_seconds=board.place_seconds)
        if news == "sign of life":
            yield ": still here\n\n"
        if news != "change":
            continue
        if is_first_wait(progress):
            yield _part(request, work, one, progress)
        else:
            try:
                part = await run_in_threadpool(_part_now, request, progress)
            except (GraderError, HTTPException):
                return  # the page asks again, and is told then why it gets nothing
            yield part
        if progress is None or progress.state in ("done", "failed"):
            yield "event: end\ndata: {}\n\n"
            return


def _part_now(request: Request, progress: JobProgress | None) -> str:
    """The part of the page as it is now, read anew: rights and releases may have changed."""
    work = own_work(request)
    return _part(request, work, work.attempt(request.path_params["number"]), progress)


def _part(request: Request, work: OwnWork, one: HandInAttempt, progress: JobProgress | None) -> str:
    values = _progress_values(work, one, progress)
    html = fragment(request, "hand_in/progress.html", work=work, attempt=one, **values)
    return f"id: {version_of(progress)}\ndata: {json.dumps({'html': html})}\n\n"


def _board(request: Request) -> ProgressBoard:
    """The board of this process, made when somebody first watches."""
    state = request.app.state
    if not hasattr(state, "board"):
        state.board = ProgressBoard(site_of(request).store.jobs)
    board: ProgressBoard = state.board
    return board


_HERE = "/code/{assignment}/"
routes = (
    Route(_HERE, hand_in),
    Route(_HERE, hand_in_now, methods=["POST"]),
    Route(_HERE + "handout", handout_page),
    Route(_HERE + "starter/{name}", starter_file),
    Route(_HERE + "checks.zip", visible_checks),
    Route(_HERE + "attempts/{number:int}", attempt),
    Route(_HERE + "attempts/{number:int}/events", events),
    Route(_HERE + "attempts/{number:int}/files/{place:int}", handed_file),
    Route(_HERE + "reports/{number:int}", report),
)
