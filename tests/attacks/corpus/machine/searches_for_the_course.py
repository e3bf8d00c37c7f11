# Walks the file system for files of the grader, of the course and of other students.
# verdict: fails
# needs: sealed
# clean: FOUND \[\]
import os
import time

WORDS = ("assignment.yaml", "course.yaml", "course-secret", "hidden", "expected.yaml")
SKIPPED = {"proc", "sys", "dev", "site-packages", "dist-packages"}


def softmax(logits):
    found = []
    end = time.monotonic() + 1
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if name not in SKIPPED]
        mine = [name for name in files + folders if name in WORDS or name == "submission.py"]
        found += [os.path.join(folder, name) for name in mine]
        if time.monotonic() > end:
            break
    raise RuntimeError(f"FOUND {found[:5]}")
