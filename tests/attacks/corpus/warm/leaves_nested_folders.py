# Leaves 1,500 folders in one another, a pipe, and folders that nobody may read.
# verdict: fails
# needs: confined
# clean: LEFT
import os


def softmax(logits):
    depth = 0
    try:
        os.mkdir("hostile-mark-closed")
        os.chmod("hostile-mark-closed", 0)
        os.mkfifo("hostile-mark-pipe")
    except OSError:
        pass
    try:
        while depth < 1500:
            os.mkdir("hostile-mark-deep")
            os.chdir("hostile-mark-deep")
            depth += 1
    except OSError:
        pass
    raise RuntimeError(f"LEFT {depth}")
