"""Start the warm process: `python -m grader.sandbox.child.launch FD NAMESPACES PACKAGE...`.

With namespaces two processes stay: this one, which only waits and dies with the grader, and the
first process of the new world, which dies with this one.
"""

import os
import sys

from grader.sandbox.child import namespaces
from grader.sandbox.child.kernel import adopt_orphans, close_memory, die_with_parent
from grader.sandbox.child.limits import lift_own_memory

WANT_NAMESPACES = "namespaces"


def main(control: int, *, want_namespaces: bool, packages: list[str]) -> None:
    die_with_parent()
    lift_own_memory()
    why_not = namespaces.why_not() if want_namespaces else "they were not asked for"
    if why_not:
        close_memory()
        adopt_orphans()
    else:
        namespaces.enter()
        pid = namespaces.start_first_process()
        if pid:
            os.close(control)
            _, status = os.waitpid(pid, 0)
            sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
    # Only now, so that neither the attempt nor the waiting process has it in memory.
    from grader.sandbox.child.zygote import serve

    serve(control, why_not=why_not, packages=packages)


if __name__ == "__main__":
    main(int(sys.argv[1]), want_namespaces=sys.argv[2] == WANT_NAMESPACES, packages=sys.argv[3:])
