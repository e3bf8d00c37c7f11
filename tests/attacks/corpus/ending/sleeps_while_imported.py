# Never gets to the end of its import by itself; what it defines below is graded all the same.
# verdict: fails
# clean: are wrong|NaN or infinite
import time

time.sleep(30)


def softmax(logits):
    return logits
