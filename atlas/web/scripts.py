"""Scripts of our own for the browser: modules, joined into one file for each page.

A machine that runs the application has Python alone, so this does the little of a bundler that our modules need.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import cache
from importlib import resources

_IMPORT = re.compile(r'^import (?:\{([^}]*)\}|(\w+)) from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?function|class|const) (\w+)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)


def asset(name: str) -> bytes:
    """Return a script or style sheet of our own, by its path below ``assets``."""
    return resources.files("atlas.web").joinpath("assets", *name.split("/")).read_bytes()


@cache
def script(entry: str) -> bytes:
    """Return a module with all it imports, as one script that needs no other, whether it is loaded as a module or not."""
    return join(entry, lambda name: asset(name).decode()).encode()


def join(entry: str, read: Callable[[str], str]) -> str:
    """Return a module with all it imports as one script.

    Each module becomes a function that is called once and returns what it exports, in the order in which the browser
    would run them. Names inside stay its own.

    ``read`` gives the source of a module by its path.

    Raises
    ------
    ValueError
        If modules import one another in a circle, or import or export in a form other than
        ``import { a, b as c } from "./x.js";``, ``import d from "./x.js";``, ``export const``, ``export function``,
        ``export class`` and ``export default function d`` at the beginning of a line.
    """
    joined: dict[str, str] = {}

    def add(name: str, importing: tuple[str, ...]) -> None:
        if name in importing:
            raise ValueError(f"modules import one another in a circle: {' → '.join((*importing, name))}")
        if name in joined:
            return
        source = read(name)
        for _, _, target in _IMPORT.findall(source):
            add(_resolved(name, target), (*importing, name))
        joined[name] = _as_function(name, source)

    add(entry, ())
    return '(() => {\n"use strict";\n' + "\n".join(joined.values()) + "})();\n"


def _as_function(name: str, source: str) -> str:
    """Return a module as a constant that holds what it exports."""
    exported = [f"{'default: ' if default else ''}{each}" for default, _, each in _EXPORT.findall(source)]
    body = _EXPORT.sub(lambda found: f"{found[2]} {found[3]}", source)
    body = _IMPORT.sub(lambda found: _as_constant(found, name), body)
    if wrong := _LEFT_OVER.search(body):
        raise ValueError(f"{name}: the joiner does not know this form: {wrong[0].strip()}")
    return f"const {_constant(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _as_constant(found: re.Match[str], name: str) -> str:
    names, default, target = found.groups()
    taken = re.sub(r"(\w+) as (\w+)", r"\1: \2", names.strip()) if names else f"default: {default}"
    return f"const {{ {taken} }} = {_constant(_resolved(name, target))};\n"


def _resolved(name: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _constant(name: str) -> str:
    """Return what a module is called in the joined script: ``parts/shared.js`` is ``$parts$shared``."""
    return "$" + name.removesuffix(".js").replace("/", "$")
