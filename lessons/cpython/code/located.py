"""Says where a module would come from, without importing it.

Usage: located.py MODULE...
"""

import importlib.util
import sys


# ANCHOR: located
for name in sys.argv[1:]:
    found = importlib.util.find_spec(name)
    if found is None:
        print(name, "is nowhere")
    else:
        print(name, found.origin, found.cached)
# ANCHOR_END: located
