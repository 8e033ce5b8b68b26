"""Runs moto as it comes, to be compared with what stands behind the door: one process, loopback only, which dies with
the process that started it."""

import os
import sys
import threading

from moto.server import main


def die_with_parent():
    """The sandbox holds the other end of standard input: it ends when the sandbox does, even by kill -9."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=die_with_parent, daemon=True).start()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
