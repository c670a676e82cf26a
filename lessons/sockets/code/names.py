"""Reads names out of DNS messages. Usage: names.py HEX OFFSET"""

import sys

# ANCHOR: name
def name_at(message, at):
    """The labels at an offset, and where what follows them begins."""
    labels, part, end = [], at, None
    while True:
        if at >= len(message):
            raise ValueError("the name passes the end of the message")
        length = message[at]
        if length & 0xC0 == 0xC0 and at + 1 < len(message):
            target = (length & 0x3F) << 8 | message[at + 1]
            if target >= part:
                raise ValueError("a pointer that does not lead back")
            end = end or at + 2
            at = part = target
        elif length & 0xC0:
            raise ValueError("neither a label nor a pointer")
        elif length == 0:
            return labels, end or at + 1
        elif at + 1 + length > len(message):
            raise ValueError("the label passes the end of the message")
        else:
            labels.append(message[at + 1 : at + 1 + length])
            at += 1 + length
# ANCHOR_END: name


if __name__ == "__main__":
    try:
        print(name_at(bytes.fromhex(sys.argv[1]), int(sys.argv[2])))
    except ValueError as error:
        print(error)
