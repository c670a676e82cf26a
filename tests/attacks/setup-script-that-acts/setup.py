"""A setup script is a program: where it is asked to build, it reads, writes and calls."""
import os
import socket

for path in ("@HOME@/.netrc", "@CLASS@/ada/main.py"):
    try:
        print(open(path).read())
    except OSError as error:
        print(path[-12:], error.strerror)
for place in ("/tmp", "/dev/shm", "/usr/lib/python3", "@HOME@", "@CLASS@/ada", "@RUN@"):
    try:
        open(os.path.join(place, "@MARK@"), "w").close()
        print("wrote", place)
    except OSError as error:
        print(place[-12:], error.strerror)
try:
    socket.create_connection(("127.0.0.1", @PORT@)).sendall(b"told")
except OSError as error:
    print("tcp", error.strerror)
if os.fork() == 0:
    os.setsid()
    os.execv("/bin/sh", ["@MARK@", "-c", "sleep 1000"])
raise SystemExit(3)
