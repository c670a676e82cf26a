"""What a reader of a FIFO is told before, between and after its writers."""

import os
import select
import tempfile

NAMES = {select.POLLIN: "POLLIN", select.POLLHUP: "POLLHUP"}


def said(when):
    events = [flags for _, flags in poll.poll(0)]
    names = [name for flag, name in NAMES.items() for flags in events if flags & flag]
    try:
        data = repr(os.read(fifo, 100))
    except BlockingIOError as error:
        data = error.strerror
    print(f"{when:28} {' '.join(names) or '-':16} {data}")


path = os.path.join(tempfile.mkdtemp(), "fifo")
os.mkfifo(path)
fifo = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
poll = select.poll()
poll.register(fifo, select.POLLIN)
said("no writer yet")
# ANCHOR: writers
first = os.open(path, os.O_WRONLY)
said("a writer has opened it")
os.write(first, b"one\n")
said("and written")
second = os.open(path, os.O_WRONLY)
os.close(first)
said("another came, the first went")
os.write(second, b"two")
os.close(second)
said("the other wrote, and went")
said("nobody is left")
third = os.open(path, os.O_WRONLY)
said("a third has opened it")
# ANCHOR_END: writers
os.unlink(path)
os.rmdir(os.path.dirname(path))
