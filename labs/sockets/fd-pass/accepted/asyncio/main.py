"""asyncio, with add_reader and add_writer, as streams have no place for descriptors."""
import asyncio
import os
import signal
import socket
import stat
import sys

root = os.path.realpath(sys.argv[2])


class Broker(asyncio.Event):
    async def serve(self, client):
        loop = asyncio.get_running_loop()
        held = bytearray()
        with client:
            client.setblocking(False)
            while got := await loop.sock_recv(client, 3000):
                held += got
                while (end := held.find(b"\n")) >= 0:
                    request = bytes(held[:end])
                    del held[:end + 1]
                    await self.answer(client, request)
                if len(held) > 10_000:
                    return  # no word of farewell

    async def answer(self, client, request):
        loop = asyncio.get_running_loop()
        fd = find(request)
        if fd is None:
            await loop.sock_sendall(client, b"error " + b"x" * 300 + b"\n")
            return
        try:
            while True:
                try:
                    socket.send_fds(client, [b"ok\n"], [fd], socket.MSG_DONTWAIT)
                    return
                except BlockingIOError:
                    ready = loop.create_future()
                    loop.add_writer(client, ready.set_result, None)
                    try:
                        await ready
                    finally:
                        loop.remove_writer(client)
        finally:
            os.close(fd)


def find(request):
    if not request.startswith(b"open ") or b"\0" in request:
        return None
    name = os.fsdecode(request[5:])
    path = os.path.normpath(os.path.join(root, name))
    if not path.startswith(root + "/") or os.path.realpath(path) != path:
        return None
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None


async def accept(broker, listener):
    loop = asyncio.get_running_loop()
    tasks = set()
    while True:
        client, _ = await loop.sock_accept(listener)
        task = asyncio.create_task(broker.serve(client))
        tasks.add(task)
        task.add_done_callback(lambda task: (tasks.discard(task), task.cancelled() or task.exception()))


async def main(path):
    if os.path.lexists(path):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            sys.exit("not a socket")
        try:
            await asyncio.open_unix_connection(path)
            sys.exit("alive")
        except ConnectionRefusedError:
            os.remove(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    os.fchmod(listener.fileno(), 0o600)
    listener.bind(path)
    listener.listen(300)
    broker = Broker()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, broker.set)
    accepting = asyncio.create_task(accept(broker, listener))
    await broker.wait()
    accepting.cancel()


asyncio.run(main(sys.argv[1]))
