"""Leaves files on the machine, and changes what the next student is built and run with."""
import os

for place in (
    "/run", "/etc", "/usr/local/bin", "/usr/lib", "/submission", "/proc/sys/kernel",
    "@HOME@", "@CLASS@/ada", "@RUN@/exports", "/tmp", "/dev/shm", "/lab",
):
    try:
        open(os.path.join(place, "@MARK@"), "w").close()
        print("wrote", place)
    except OSError as error:
        print(place[-14:], error.strerror)
for file, text in (("/proc/sys/kernel/core_pattern", "|/tmp/@MARK@"), ("/etc/ld.so.preload", "/tmp/@MARK@")):
    try:
        with open(file, "w") as changed:
            changed.write(text)
        print("changed", file)
    except OSError as error:
        print(file, error.strerror)
