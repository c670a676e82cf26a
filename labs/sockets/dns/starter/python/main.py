"""dns PORT ZONE: answer DNS queries by UDP from a zone file.

This starter answers A queries for names that it knows, and ends at SIGTERM. Follow the TODOs.
"""
import os
import signal
import socket
import struct
import sys
import threading

A, IN = 1, 1
QR = 0x8000


def read_zone(path):
    """Returns a dictionary from names to addresses of four bytes."""
    zone = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            # TODO: what is split here if the value is a string with blanks in it?
            # TODO: which lines cannot be read, and what is the number of this one?
            name, kind, value = line.split()
            # TODO: AAAA, CNAME and TXT
            if kind == "A":
                # TODO: what happens to the first address of a name that has two?
                # TODO: does example. have the same name as Example?
                zone[name] = socket.inet_aton(value)
    return zone


def question_of(packet):
    """The name that is asked for, as text, and where the question ends."""
    labels, at = [], 12
    # TODO: is there a byte at `at`? Is the label as long as it says? What is a length of 0xc0?
    while packet[at] != 0:
        length = packet[at]
        labels.append(packet[at + 1:at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1 + 4


def answer(zone, packet):
    # TODO: which packets are no queries, and which questions cannot be answered?
    ident, flags, questions = struct.unpack("!3H", packet[:6])
    name, end = question_of(packet)
    # TODO: what was asked for: which type, which class? And what if there is no such name?
    address = zone[name]
    # TODO: which bits does a server set that speaks for its own zone?
    header = struct.pack("!6H", ident, QR, 1, 1, 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", A, IN, 60, 4) + address
    # TODO: how many bytes may an answer have?
    return header + packet[12:end] + record


def serve(endpoint, zone):
    while True:
        packet, client = endpoint.recvfrom(512)
        try:
            endpoint.sendto(answer(zone, packet), client)
        except KeyError as error:
            print(f"dns: no such name: {error}", file=sys.stderr)


def main():
    # The main thread waits for SIGTERM and does nothing else; the other one blocks it, too.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    zone = read_zone(sys.argv[2])
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.bind(("127.0.0.1", int(sys.argv[1])))
    threading.Thread(target=serve, args=(endpoint, zone), daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    os._exit(0)


if __name__ == "__main__":
    main()
