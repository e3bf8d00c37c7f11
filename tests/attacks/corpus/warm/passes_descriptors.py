# Stuffs the connection with hundreds of passed descriptors, which the other end could come to hold.
# verdict: fails
# with: serving.py
# clean: unreadable|ended the whole process|did not finish|OSError
import array
import os
import socket

from serving import connection


def softmax(logits):
    many = array.array("i", [0] * 200)
    for _ in range(50):
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, many)]
        connection().sendmsg([b"DGW1"], ancillary)
    os._exit(0)
