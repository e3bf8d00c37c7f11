# Sends a right answer behind a header that begins otherwise.
# verdict: fails
# with: serving.py
# clean: unreadable
import msgspec
from serving import request_id, send_and_leave, wire


def softmax(logits):
    structure = msgspec.msgpack.encode(
        {"op": "value", "id": request_id(), "value": 1, "arguments": []}
    )
    send_and_leave(wire.HEADER.pack(b"DGW2", len(structure), 0) + structure)
