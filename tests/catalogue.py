"""Every German text the code says, found by reading the code: what the English catalogue must know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TEXT_NAMES = {"text", "wrong", "told", "sentence", "_OTHERWISE"}


def _constants(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(said)):
            yield said
        case ast.IfExp(body=body, orelse=other):
            yield from _constants(body)
            yield from _constants(other)
        case ast.Dict(values=values):
            for value in values:
                yield from _constants(value)


def _said_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="say"), args=[first, *_]):
            yield from _constants(first)
        case ast.Call(func=ast.Attribute(attr="count"), args=[one, many, *_]):
            yield from _constants(one)
            yield from _constants(many)
        case ast.Call(func=ast.Name(id="say" | "Remark"), args=[first, *_]):
            yield from _constants(first)
        case ast.Call(func=ast.Name(id="Problem"), args=[_, second, *_]):
            yield from _constants(second)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _TEXT_NAMES or name == "_SAYINGS":
            yield from _constants(value)
        case ast.Call(func=ast.Name(id="Parameter" | "choice" | "replace"), keywords=keywords):
            yield from chain.from_iterable(_constants(each.value) for each in keywords if each.arg in _TEXT_NAMES)
        case ast.Expr(value=ast.Yield(value=ast.Tuple(elts=[_, second, _]))):
            yield from _constants(second)


def messages() -> dict[str, str]:
    """Return every message and the file that says it first."""
    found: dict[str, str] = {}
    for folder in ("atlas", "ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for said in _said_by(node):
                    found.setdefault(said, str(path.relative_to(ROOT)))
    return {said: place for said, place in found.items() if any(c.isalpha() for c in said.replace("{n}", ""))}
