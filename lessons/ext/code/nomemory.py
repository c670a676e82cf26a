"""Lets one allocation after the other fail while a line is parsed.

Usage: nomemory.py parse|parse_right
"""

import gc
import sys

import _testcapi

import accesslog

parse = getattr(accesslog, sys.argv[1])
line = "GET /index.html 5120"
# ANCHOR: fail
failed, result = 0, None
while result is None:
    gc.collect()  # what is kept for later use needs no allocation
    _testcapi.set_nomemory(failed, failed + 1)
    try:
        result = parse(line)
    except MemoryError:
        failed += 1
    finally:
        _testcapi.remove_mem_hooks()
# ANCHOR_END: fail
print(failed, "times MemoryError, then", result)
