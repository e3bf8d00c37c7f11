"""A thread that sends grades to platforms while the site is served."""

import logging
import threading

from grader.errors import GraderError
from grader.web.lti.parts import lti_parts
from grader.web.lti.published import return_grades
from grader.web.site import Site

_LOG = logging.getLogger(__name__)
_SECONDS = 60.0
_GRACE_SECONDS = 5.0


class GradeSender:
    """Sends what is new once a minute. What it was at when the site stopped is sent later."""

    def __init__(self, site: Site, *, seconds: float = _SECONDS) -> None:
        self._site = site
        self._seconds = seconds
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grade sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it; what it is at goes on for some seconds, or is sent the next time."""
        self._ends.set()
        self._thread.join(timeout=_GRACE_SECONDS)

    def _run(self) -> None:
        parts = lti_parts(self._site)
        while not self._ends.wait(self._seconds):
            try:
                if parts.store.platforms():
                    return_grades(self._site, parts)
            except GraderError as error:  # a store that is not there now is there later
                _LOG.warning("grades were not sent: %s", error.problem)
