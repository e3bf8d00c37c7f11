# Tries to listen, to find a route, to reach local services and to make a raw socket.
# verdict: fails
# needs: sealed
# clean: NETWORK \[\]
import socket


def listens():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def has_a_route():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("192.0.2.1", 53))  # no packet is sent


def reaches_a_local_service():
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0hostile-mark")


def binds_an_abstract_name():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0hostile-mark")


def makes_a_raw_socket():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


def asks_the_kernel():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def softmax(logits):
    reached = []
    for attempt in (
        listens,
        has_a_route,
        reaches_a_local_service,
        binds_an_abstract_name,
        makes_a_raw_socket,
        asks_the_kernel,
    ):
        try:
            attempt()
        except OSError:
            continue
        reached.append(attempt.__name__)
    raise RuntimeError(f"NETWORK {reached}")
