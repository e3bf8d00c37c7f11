"""Versions of stages graded in this process: what the checks of an assignment see of each."""

from grader.diagnosis.explanation import Explainer
from grader.errors import Crashed, NotImplementedYet
from grader.harness.functions_here import FunctionsHere
from grader.harness.grading import grade
from grader.observed_calls import Observation, StageCall, copied
from grader.records import Submission
from grader.sandbox.contract import Returned, Stop
from grader.subject.values import given, plain


class GradedHere:
    """The reports of submissions that have one stage and no other.

    Args:
        function_of: gives the function of a version; by default that of the subject.
    """

    def __init__(self, assignment, subject, function_of=None):
        self.assignment, self.subject = assignment, subject
        self.function_of = function_of or subject.function_of
        self.explain = Explainer(subject)

    def observations(self, versions):
        """For each version, its report without findings and the calls of its stage."""
        found = {}

        def keep(report, seen, ask):
            stage = report.submission.partition(".")[0]
            found[report.submission] = report, [o for o in seen if o.stage == stage]
            return report

        playing = []
        grade(
            self._submissions(versions, playing),
            assignment=self.assignment,
            sandbox=FunctionsHere(lambda call, ask: self._answer(playing[0], call, ask)),
            with_hidden=True,
            secret="what the hidden checks draw from",
            emit=lambda report: None,
            explain=keep,
            reference=self.subject.over_arrays(),
        )
        return found

    def reports(self, versions):
        """For each version, its report with findings."""
        return {v: self.explain(*seen) for v, seen in self.observations(versions).items()}

    def _submissions(self, versions, playing):
        for version in versions:
            playing[:] = [version]
            yield Submission(name=version, cells=((version, ""),), modules={}, digest=version)

    def _answer(self, version, call, ask):
        if version.partition(".")[0] != call.function:
            raise NotImplementedYet(f"{call.function} is not written")
        try:
            return self._called(version, call, ask)
        except Stop:
            raise
        except Exception as error:
            raise Crashed(f"{version} raised {error}") from error

    def _called(self, version, call, ask):
        arguments = self._arguments(call, ask)
        value = plain(self.function_of(version)(*arguments))
        after = [
            sent if place in call.tables else plain(one)
            for place, (one, sent) in enumerate(zip(arguments, call.arguments, strict=True))
        ]
        return Returned(value=value, arguments=after)

    def _arguments(self, call, answer):
        loop = self.subject.loops.get(call.function)
        if loop is None:
            framework = self.subject.framework
            return given(list(call.arguments), framework=framework, precision="float32")

        def ask(stage, received):
            handed_on = plain(received)
            returned = answer(stage, loop.sent(stage, handed_on))
            return loop.answer(StageCall(stage, handed_on, returned), received)

        sent = Observation(stage=call.function, arguments=tuple(copied(list(call.arguments))))
        return loop.arguments(sent, ask)
