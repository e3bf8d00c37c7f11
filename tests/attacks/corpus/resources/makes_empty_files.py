# Makes up to 50,000 empty files in /tmp: they take no space, but every one takes an inode.
# verdict: fails
# needs: full
# clean: INODES \d{1,4}\b
import os


def softmax(logits):
    made = 0
    try:
        for number in range(50_000):
            os.close(os.open(f"/tmp/hostile-mark-{number}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError:
        pass
    for number in range(made):
        os.unlink(f"/tmp/hostile-mark-{number}")
    raise RuntimeError(f"INODES {made}")
