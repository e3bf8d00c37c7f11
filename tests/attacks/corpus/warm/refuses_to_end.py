# Does all that keeps a process from ending: exit handlers, signal handlers, non-daemon threads.
# verdict: fails
# clean: ended the whole process|raised SystemExit|wrong
import atexit
import signal
import sys
import threading
import time


def linger(*arguments):
    time.sleep(30)


atexit.register(linger)
threading.Thread(target=linger).start()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
    signal.signal(number, linger)


def softmax(logits):
    sys.exit(0)
