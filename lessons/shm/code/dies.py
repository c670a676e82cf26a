"""Workers that send their result through a pipe each; one is killed before it does.

Usage: dies.py [careless]    careless: the parent keeps the workers' ends open
"""

import multiprocessing
import os
import signal
import sys


def work(k, results):
    if k == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    results.send(k * k)


def main():
    is_careless = "careless" in sys.argv
    fork = multiprocessing.get_context("fork")
    workers = []
    # ANCHOR: start
    for k in range(3):
        ours, theirs = fork.Pipe(duplex=False)
        worker = fork.Process(target=work, args=(k, theirs))
        worker.start()
        if not is_careless:
            theirs.close()
        workers.append((worker, ours, theirs))
    # ANCHOR_END: start
    # ANCHOR: collect
    status = 0
    for k, (worker, results, _) in enumerate(workers):
        try:
            print(f"worker {k}: {results.recv()}", flush=True)
        except EOFError:
            worker.join()
            print(f"worker {k}: no result, exit code {worker.exitcode}", flush=True)
            status = 1
    # ANCHOR_END: collect
    for worker, _, _ in workers:
        worker.join()
    sys.exit(status)


main()
