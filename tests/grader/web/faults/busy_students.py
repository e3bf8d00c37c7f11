"""Students who hand in and answer a quiz whatever becomes of the site, and what they were told."""

import contextlib
import random
import re
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2

from grader.store.accounts_store import Enrolment
from grader.web.guard.sessions import digest
from tests.conftest import RIGHT
from tests.grader.web.faults.harmed_site import N_QUESTIONS

VARIANTS = {
    "right": RIGHT,
    "square": RIGHT.replace("2 * x", "x * x"),
    "partly": "def shift(x):\n    return x + 1\n",
    "raises": RIGHT.replace("return 2 * x", "raise ValueError('no')"),
    "unread": "def shift(x:\n",
    "slow": f"import time\ntime.sleep(0.5)\n{RIGHT}",
}
MOST_HAND_INS = 25  # of one student within an hour the site takes 30
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Told:
    """What one student was told, and what was sent without an answer."""

    receipts: dict[int, str] = field(default_factory=dict)  # the variant, by number of attempt
    saved: dict[int, str] = field(default_factory=dict)  # the last answer that is said to be kept
    unsure: dict[int, list[str]] = field(default_factory=dict)  # sent after it
    n_saved: int = 0
    refused: list[str] = field(default_factory=list)  # answers that should not be


def let_in(accounts, person):
    """Enrol a student and sign them in; the word of their session."""
    one = accounts.enrol(Enrolment(person=person, role="student", full_name=person))
    word, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires = now + timedelta(days=1)
    accounts.begin_session(one.id, digest=digest(word), at=now, expires=expires)
    return word


class BusyStudent:
    """One student in one thread, who does the same again until there is an answer."""

    def __init__(self, address, word, seed, stop):
        self.chance, self.stop, self.told = random.Random(seed), stop, Told()
        self._client = httpx2.Client(
            base_url=address, timeout=40, headers=ORIGIN | {"Cookie": f"grader={word}"}
        )
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._n_sent = 0
        self._after = {}
        self._has_begun = False

    def start(self):
        self._thread.start()

    def end(self):
        self._thread.join(120)
        assert not self._thread.is_alive()
        self._client.close()

    def _go(self):
        while not self.stop.is_set():
            may_hand_in = self._n_sent < MOST_HAND_INS
            if may_hand_in and self.chance.random() < 0.15:
                self._hand_in()
            else:
                self._answer()
            self.stop.wait(self.chance.uniform(0.2, 1.2))

    def _hand_in(self):
        variant = self.chance.choice([*VARIANTS])
        self._n_sent += 1
        source = f"{VARIANTS[variant]}\n# {self._n_sent}\n".encode()
        while True:
            files = {"files": ("submission.py", source)}
            answer = self._sent("/code/arithmetic/", files=files)
            if answer is not None and answer.status_code == 303:
                number = int(re.search(r"attempts/(\d+)", answer.headers["location"])[1])
                self.told.receipts[number] = variant
                self._watch(number)
                return
            self._note(answer)
            if self.stop.wait(self.chance.uniform(0.1, 1)):
                return

    def _watch(self, number):
        """Look at the stages while they are graded, until the end, or until the line breaks."""
        address = f"/code/arithmetic/attempts/{number}/events"
        with (
            contextlib.suppress(httpx2.HTTPError),
            self._client.stream("GET", address, timeout=5) as stream,
        ):
            for line in stream.iter_lines():
                if line.startswith("event: end") or self.stop.is_set():
                    return

    def _answer(self):
        if not self._has_begun:
            answer = self._sent("/quizzes/week-3/begin", data={"number": "1"})
            self._note(answer)
            self._has_begun = answer is not None and answer.status_code == 303
            return
        place = self.chance.randrange(1, N_QUESTIONS + 1)
        given = str(self.chance.randrange(1, 10**6))
        self.told.unsure.setdefault(place, []).append(given)
        answer = self._sent(
            f"/quizzes/week-3/attempts/1/questions/{place}",
            data={"answer": given, "after": self._after.get(place, ""), "meant": "1"},
            headers={"Accept": "application/json"},
        )
        self._note(answer)
        if answer is None or answer.status_code != 200:
            return
        said = answer.json()
        self._after[place] = str(said.get("number", ""))
        if said["state"] == "saved":
            self.told.saved[place], self.told.unsure[place] = given, []
            self.told.n_saved += 1

    def _sent(self, path, **what):
        try:
            return self._client.post(path, **what)
        except httpx2.HTTPError:
            return None

    def _note(self, answer):
        """Nothing but success and «not available just now» may be answered."""
        if answer is not None and answer.status_code not in (200, 303, 503):
            self.told.refused.append(f"{answer.status_code} {answer.text[:200]}")
