"""Practice: on the mistakes that one's own code shows, and on topics."""

from starlette.requests import Request
from starlette.responses import Response

from grader.courses.quiz_standing import standing
from grader.web.guard.rights import needs, person_of
from grader.web.quizzes.own_reports import ideas_of
from grader.web.quizzes.places import idea_base, shelf_of, topic_base
from grader.web.rendering import page
from grader.web.site import site_of


@needs("student")
def practice_page(request: Request) -> Response:
    site, person = site_of(request), person_of(request)
    shelf, store, at = shelf_of(site), site.store.quizzes, site.clock()
    ideas = []
    for idea in ideas_of(site, person):
        quiz = shelf.idea(idea.misconception, first=idea.questions)
        now = standing(store, quiz, student=person.person, at=at) if quiz else None
        ideas.append((idea, len(quiz.items) if quiz else 0, now))
    return page(
        request,
        "quizzes/practice.html",
        ideas=ideas,
        topics=shelf.topics(),
        idea_base=idea_base,
        topic_base=topic_base,
    )
