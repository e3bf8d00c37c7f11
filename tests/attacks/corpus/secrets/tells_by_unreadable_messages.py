# Puts its input where a decoder quotes what it could not read: field names, kinds, dtypes.
# verdict: fails
# stage: softmax layer_norm feed_forward
# with: serving.py
# clean: unreadable
import json
import struct

import msgspec
from serving import frame, request_id, send_and_leave


def quoted(values):
    return f"\x1b[2J{values.ravel()[:100].tolist()}" + "y" * 100_000


def softmax(logits):
    fields = {"op": "value", "id": request_id(), "value": 1, "arguments": []}
    send_and_leave(frame(msgspec.msgpack.encode({**fields, quoted(logits): 1})))


def layer_norm(x, gain, bias, eps):
    send_and_leave(frame(msgspec.msgpack.encode({"op": quoted(x), "id": request_id()})))


def feed_forward(x, weights):
    entry = {"dtype": quoted(x), "shape": [1], "data_offsets": [0, 4]}
    header = json.dumps({"0": entry}).encode()
    arrays = struct.pack("<Q", len(header)) + header + bytes(4)
    structure = {"op": "value", "id": request_id(), "value": 1, "arguments": []}
    send_and_leave(frame(msgspec.msgpack.encode(structure), arrays))
