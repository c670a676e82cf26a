"""Starts Python with some options to import a module called spam, which lies in some places.

Usage: whence.py script|command [OPTION] PLACE...    PLACE: script, current, variable

"script" runs /lab/script/run.py, "command" runs -c; the current directory is /lab/current, and
PYTHONPATH is /lab/variable.
"""

import os
import sys

way, *rest = sys.argv[1:]
options = [word for word in rest if word.startswith("-")]
for name in ("script", "current", "variable"):
    os.mkdir(f"/lab/{name}")
    if name in rest:
        with open(f"/lab/{name}/spam.py", "w") as file:
            file.write("VALUE = 1\n")
IMPORT = "import spam\n"
with open("/lab/script/run.py", "w") as file:
    file.write(IMPORT)
os.chdir("/lab/current")
os.environ["PYTHONPATH"] = "/lab/variable"
what = ["/lab/script/run.py"] if way == "script" else ["-c", IMPORT]
os.execv(sys.executable, [sys.executable, *options, *what])
