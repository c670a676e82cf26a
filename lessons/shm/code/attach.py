"""Attaches to a SharedMemory from an unrelated process, and looks whether it is there afterwards."""

import subprocess
import sys
from multiprocessing import shared_memory

# ANCHOR: attach
memory = shared_memory.SharedMemory(create=True, size=4096)
other = f"""
from multiprocessing import shared_memory
memory = shared_memory.SharedMemory({memory.name!r})
memory.close()
"""
# Its standard error ends when its resource tracker has ended, too.
said = subprocess.run([sys.executable, "-c", other], stderr=subprocess.PIPE, text=True)
print(said.stderr.splitlines()[0] if said.stderr else "nothing was said")
try:
    shared_memory.SharedMemory(memory.name).close()
    print("it is still there")
    memory.unlink()
except FileNotFoundError as error:
    print(error)
# ANCHOR_END: attach
memory.close()
