"""The tests that a sandbox has to pass, for whoever writes one. Since 0.2.

A test file of yours takes them all over and says what they are run on:

    import pytest

    from grader.sandbox.conformance import *
    from my_package import MySandbox

    @pytest.fixture(scope="session")
    def sandbox():
        made = MySandbox(("numpy", "torch"), require_level="none")
        made.prove()
        yield made
        made.close()

What the level of the sandbox does not promise is skipped. Nothing of the grader imports this.
"""

import pytest

pytest.register_assert_rewrite("grader.sandbox.conformance.suite")

from grader.sandbox.conformance.suite import *  # noqa: E402, F403 - after pytest knows of them
from grader.sandbox.conformance.surroundings import call, opened  # noqa: E402, F401
