"""Run a module of ours as a process of its own, within limits: it may fail or be stopped, whatever file it was given.

A file of 5 kB can ask for gigabytes, so what reads it must be allowed to die. The process does not see the main module of its
parent, so it starts the same way under pytest, Streamlit and the command line: ``python -I apart.py MEMORY SECONDS MODULE ARGUMENT``.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import IO

_NO_OTHER_HOST = {"OGR_SKIP": "OGR_VRT,WFS,OAPIF,HTTP", "GML_DOWNLOAD_SCHEMA": "NO"}
"""For GDAL: no file may make it ask another host."""


def run_apart(
    module: str, argument: str, *, memory_bytes: int, cpu_s: int, given: IO[bytes] | None, answer: IO[bytes]
) -> bool:
    """Return whether the module, run as a program, came to its end; ``given`` and ``answer`` are its input and output."""
    # -I: neither the environment nor the folder it starts in decides what it imports.
    command = [sys.executable, "-I", __file__, str(memory_bytes), str(cpu_s), module, argument]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; of a file no more than its path is in the command
            command,
            stdin=given or subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=cpu_s + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return not done.returncode


def main() -> None:
    """Set the limits, then be the program."""
    import resource  # not there on Windows

    memory_bytes, cpu_s, module, argument = sys.argv[1:]
    for kind, most in ((resource.RLIMIT_AS, int(memory_bytes)), (resource.RLIMIT_CPU, int(cpu_s))):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(kind, (most, most))
    os.environ |= _NO_OTHER_HOST
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    sys.argv = [module, argument]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
