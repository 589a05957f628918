"""What is changed in a source, one thing at a time: what a test should notice."""

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec

_Node = TypeVar("_Node", bound=ast.AST)

Edit = Callable[[], object]
"""Makes one change in a tree."""

_Found = tuple[int, str, Edit]
"""The line of a change, what it does, and what makes it."""

_OTHER: Final[dict[type[ast.AST], ast.AST]] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.And: ast.Or(),
    ast.Or: ast.And(),
}
_DELETED: Final = (ast.Raise, ast.AugAssign, ast.Delete, ast.Continue, ast.Break)
_SILENT: Final = (ast.Raise, ast.Import, ast.ImportFrom, ast.JoinedStr)
_ANNOTATIONS: Final = frozenset({"annotation", "returns"})


class Change(msgspec.Struct, frozen=True):
    """One change: the ``number``-th of its source, on a line, and what it does."""

    number: int
    line: int
    what: str


def changes(source: str) -> list[Change]:
    """Return all changes of a source."""
    return [Change(number, line, what) for number, (line, what, _) in enumerate(_edits(ast.parse(source)))]


def changed(source: str, number: int) -> str:
    """Return a source after one change; its comments and its layout are lost."""
    tree = ast.parse(source)
    _, _, edit = list(_edits(tree))[number]
    edit()
    return ast.unparse(tree)


def _edits(tree: ast.Module) -> Iterator[_Found]:
    for node in _nodes(tree):
        yield from _of_arguments(node)
        yield from _of_decisions(node)
        yield from _of_statements(node)
        if isinstance(node, ast.Constant):
            yield from _of_constant(node)


def _of_arguments(node: ast.AST) -> Iterator[_Found]:
    match node:
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if keyword.arg:
                    yield keyword.lineno, f"drop {keyword.arg}=", _remove(keywords, keyword)
        case ast.Dict(keys=keys, values=values):
            for index, key in enumerate(keys):
                if key is not None:
                    yield key.lineno, f"drop {ast.unparse(key)}: of a dict", _remove_at(index, keys, values)
        case ast.List(elts=elements, ctx=ast.Load()) | ast.Set(elts=elements) if len(elements) > 1:
            for element in elements:
                yield element.lineno, f"drop {ast.unparse(element)}", _remove(elements, element)


def _of_decisions(node: ast.AST) -> Iterator[_Found]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _OTHER:
            yield node.lineno, "move the bound", _set(node, "ops", [_OTHER[type(operator)]])
        case ast.BoolOp(op=operator):
            other = _OTHER[type(operator)]
            what = f"{type(operator).__name__} becomes {type(other).__name__}"
            yield node.lineno, what, _set(node, "op", other)
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test.lineno, "negate", _set(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[test]):
            yield test.lineno, "negate", _set(node, "ifs", [ast.UnaryOp(ast.Not(), test)])
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield node.lineno, "return None", _set(node, "value", ast.Constant(None))


def _of_constant(node: ast.Constant) -> Iterator[_Found]:
    match node.value:
        case bool():
            yield node.lineno, f"{node.value} becomes {not node.value}", _set(node, "value", not node.value)
        case int() | float():
            yield node.lineno, f"{node.value} becomes {node.value + 1}", _set(node, "value", node.value + 1)
        case str() if node.value:
            yield node.lineno, f"another word than {node.value!r}", _set(node, "value", f"{node.value}x")


def _of_statements(node: ast.AST) -> Iterator[_Found]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):  # the body of a lambda is no block
            continue
        for index, statement in enumerate(block):
            if isinstance(statement, _DELETED) or _is_call(statement):
                what = f"delete {ast.unparse(statement).splitlines()[0][:60]}"
                yield statement.lineno, what, _set_item(block, index)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes whose change could be noticed: no documentation, annotation or words of an error."""
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in _ANNOTATIONS and not _is_silent(child):
                yield from _nodes(child)


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name("TYPE_CHECKING")):
            return True
        case _:
            return isinstance(node, _SILENT)


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _set(node: ast.AST, name: str, value: object) -> Edit:
    return lambda: setattr(node, name, value)


def _set_item(block: list[ast.stmt], index: int) -> Edit:
    return lambda: block.__setitem__(index, ast.Pass())


def _remove(items: list[_Node], item: _Node) -> Edit:
    return lambda: items.remove(item)


def _remove_at(index: int, *lists: list[Any]) -> Edit:
    return lambda: [each.pop(index) for each in lists]
