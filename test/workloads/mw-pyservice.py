"""mw-pyservice: a service in Python. It holds --hold MIB and gives all of it back when it is asked: by SIGUSR2, or by
POST to 127.0.0.1:MEMWARDEN_NOTIFY_PORT/memwarden/release. Ends with its parent, or by SIGTERM."""

import argparse
import ctypes
import http.server
import json
import os
import queue
import signal
import threading
import time

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
MIB = 1024 * 1024
# Larger than the largest block that malloc keeps for itself: the kernel gets it back when it is freed.
BLOCK_BYTES = 40 * MIB

parser = argparse.ArgumentParser()
parser.add_argument("--hold", type=int, default=64, metavar="MIB")
parser.add_argument("--journal")
arguments = parser.parse_args()

libc = ctypes.CDLL(None)
libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
# What the kernel shows as the name of the process (comm), and policies match.
libc.prctl(PR_SET_NAME, b"mw-pyservice")

requests: "queue.SimpleQueue[str]" = queue.SimpleQueue()
journal = None
if arguments.journal is not None:
    journal = os.open(arguments.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)


def note(how, held_bytes):
    """One line, on the disk before anything is done about it."""
    if journal is None:
        return
    entry = {"atMs": int(time.time() * 1000), "pid": os.getpid(), "how": how, "heldBytes": held_bytes}
    os.write(journal, (json.dumps(entry) + "\n").encode())
    os.fsync(journal)


class Requests(http.server.BaseHTTPRequestHandler):
    path_asked = os.environ.get("MEMWARDEN_NOTIFY_PATH", "/memwarden/release")

    def do_POST(self):
        is_asked = self.path == self.path_asked
        if is_asked:
            requests.put(f"POST {self.path}")
        self.send_response(200 if is_asked else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


port = os.environ.get("MEMWARDEN_NOTIFY_PORT")
if port is not None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Requests)
    threading.Thread(target=server.serve_forever, daemon=True).start()
signal.signal(signal.SIGUSR2, lambda *_: requests.put("SIGUSR2"))
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

left = arguments.hold * MIB
held = []
while left > 0:
    held.append(bytearray(b"m") * min(BLOCK_BYTES, left))
    left -= BLOCK_BYTES

ready = {"event": "ready", "workload": "pyservice", "pid": os.getpid(), "bytes": arguments.hold * MIB, "children": 0}
print(json.dumps(ready), flush=True)
while True:
    how = requests.get()
    note(how, sum(len(block) for block in held))
    held.clear()
