# Runs a shell and other programs.
# verdict: fails
# needs: sealed
# clean: RAN \[\]
import os
import subprocess
import sys

PROGRAMS = (
    ["/bin/sh", "-c", "true"],
    ["/usr/bin/env"],
    ["/usr/bin/id"],
    ["/bin/su", "-c", "true"],
    [sys.executable, "-c", "pass"],
)


def softmax(logits):
    ran = []
    for program in PROGRAMS:
        try:
            subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, timeout=1)
        except (OSError, subprocess.SubprocessError):
            continue
        ran.append(program[0])
    if os.system("true") == 0:
        ran.append("system")
    raise RuntimeError(f"RAN {ran}")
