"""Hashes blocks in several threads, and says how many cores that took.

Usage: pool.py held|released [THREADS [MEGABYTES]]
"""

import sys
import threading
import time

import fnv

hash_of = getattr(fnv, sys.argv[1])
threads = int(sys.argv[2]) if sys.argv[2:] else 16
block = bytes(int(sys.argv[3]) << 20 if sys.argv[3:] else 100 << 20)

workers = [threading.Thread(target=hash_of, args=(block,)) for _ in range(threads)]
wall, used = time.perf_counter(), time.process_time()
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
wall, used = time.perf_counter() - wall, time.process_time() - used
print(f"{threads} threads: {wall:.2f} s, {used:.2f} s of processors, {used / wall:.1f} cores")
