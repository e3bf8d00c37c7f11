# Looks through its environment, command line and descriptors.
# verdict: fails
# clean: SECRETS \[\] \[\]
import os
import stat
import sys

WORDS = ("TOKEN", "KEY", "SECRET", "PASS", "COURSE", "RESULT")
ORDINARY = (stat.S_ISCHR, stat.S_ISFIFO, stat.S_ISSOCK)


def open_descriptors():
    for descriptor in range(4096):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if descriptor > 3 or not any(kind(mode) for kind in ORDINARY):
            yield descriptor


def softmax(logits):
    text = [*os.environ, *os.environ.values(), *sys.argv, *sys.orig_argv]
    secrets = [word for word in text if any(part in word.upper() for part in WORDS)]
    raise RuntimeError(f"SECRETS {secrets} {list(open_descriptors())}")
