"""Processes that share a long piece of work: sheets of all municipalities, pages of the static site."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor


def executor(jobs: int) -> Executor:
    """Return what does up to ``jobs`` things at once; one thing at a time is done in this process.

    Processes are started anew, not forked: Typst works with threads, and a fork of a process with threads may hang. They
    leave interruptions to their parent, and end with it.
    """
    if jobs <= 1:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
