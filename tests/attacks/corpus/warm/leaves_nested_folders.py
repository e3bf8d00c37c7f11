# Leaves 1,500 folders in one another, a pipe, and folders that nobody may read.
# verdict: fails
# needs: confined
# clean: LEFT
import os


def softmax(logits):
    os.mkdir("hostile-mark-closed")
    os.mkfifo("hostile-mark-closed/pipe")
    os.chmod("hostile-mark-closed", 0)
    depth = 0
    try:
        while depth < 1500:
            os.mkdir("hostile-mark-deep")
            os.chdir("hostile-mark-deep")
            depth += 1
    except OSError:
        pass
    raise RuntimeError(f"LEFT {depth}")
