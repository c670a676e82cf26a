"""Creates a file whose content and name survive power loss.

Usage: create.py PATH
"""

import os
import sys

# ANCHOR: create
path = sys.argv[1]
log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
os.fsync(directory)
# ANCHOR_END: create
