"""Serves one peer: `serve.py PEER GROUP FILES THREADS`, then `task<tab>formulation` a line.

The peer first does what is not measured, the reading of its tables; then it writes its version and
what it can be asked, and for each line the seconds that the work took and its answer. All that is
written is one JSON object a line.
"""

import importlib
import json
import os
import sys
import time


def main():
    peer_name, group, files, threads = sys.argv[1:]
    for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT"):
        os.environ[variable] = threads
    # What a peer's libraries print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    peer = importlib.import_module(peer_name + "_peer").Peer(json.loads(files), int(threads))
    tasks = peer.tasks(group)
    known = {task: list(formulations) for task, formulations in tasks.items()}
    print(json.dumps({"version": peer.version, "tasks": known}), file=answers)
    for line in sys.stdin:
        task, formulation = line.rstrip("\n").split("\t")
        work = tasks[task][formulation]
        start, busy = time.perf_counter(), time.process_time()
        result = work()
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        answer = peer.answer(task, formulation, result)
        print(json.dumps({"seconds": seconds, "cpu": busy, "answer": answer}), file=answers)
        # A table that was loaded is not to be freed within the next one's time.
        del result, answer


if __name__ == "__main__":
    main()
