"""Watches how much memory of its own a process holds."""

import threading


class Peak:
    """Samples a process's anonymous memory in a `with` block; `megabytes` is the most seen.

    RssAnon counts what the process holds of its own: neither the pages of files, which the system
    may drop at will, nor what it shares. A sample is taken each 5 ms, which costs both sides alike.
    """

    PERIOD_SECONDS = 0.005

    def __init__(self, process):
        self.path = f"/proc/{process}/status"
        self.megabytes = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.sample()

    def watch(self):
        while not self.done.wait(self.PERIOD_SECONDS):
            self.sample()

    def sample(self):
        try:
            with open(self.path) as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        self.megabytes = max(self.megabytes, int(line.split()[1]) * 1024 / 1e6)
        except OSError:
            pass
