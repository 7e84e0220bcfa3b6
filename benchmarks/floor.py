"""
The floor: a hand-written case as plain JavaScript, which needs no second process.

    python -m benchmarks.floor CASE COPIES DIRECTORY

It runs the case by hand once and writes down what Python asks CDK for, call by call, as
a program of its own: `app.js`, beside CDK's packages as they lie in the wheels. A call
is a statement there, and what one call has returned is a variable in another.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import tarfile

from pathlib import Path
from typing import Any

from jsii._kernel import types
from jsii._kernel.providers import process

from benchmarks import measure

_TOKEN = re.compile(r"[$#]\{Token\[[^\]]*\]\}|-1\.8881\d*e\+289")
_HEAD = """\
'use strict';
const began = performance.now();
const cdk = require('aws-cdk-lib');
const constructs = require('constructs');
const imported = performance.now();
"""
_TAIL = """\
const built = performance.now();
{app}.synth();
const ended = performance.now();
console.log(JSON.stringify({{
  import_seconds: (imported - began) / 1e3, build_seconds: (built - imported) / 1e3,
  synth_seconds: (ended - built) / 1e3,
  node_bytes: process.resourceUsage().maxRSS * 1024,
}}));
"""
_PACKAGES = {
    "aws_cdk": "aws-cdk-lib",
    "aws_cdk.cloud_assembly_schema": "@aws-cdk/cloud-assembly-schema",
    "constructs": "constructs",
}


class Program:
    """
    A program in JavaScript that grows with each call.

    Attributes:
        lines: Its lines.
        app: The variable that holds the app.
    """

    def __init__(self) -> None:
        """Begin without a line."""
        self.lines: list[str] = []
        self.app = ""
        self._names: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._objects: dict[str, list[str]] = {}

    def add(self, request: Any, answer: Any) -> None:  # noqa: ANN401 - what jsii sends
        """Add the statement for *request*, which was answered so."""
        expression = self._expression(request)
        if expression is None:
            return
        name = f"v{len(self.lines)}"
        if expression.startswith("new (cdk.App)"):
            self.app = name
        self.lines.append(f"const {name} = {expression};")
        self._remember(name, answer)

    def implement(self, ref: str, method: str, result: Any) -> None:  # noqa: ANN401 - JSON
        """Let the object *ref*, implemented in Python, return *result*."""
        name = self._names[ref]
        self.lines.append(f"{name}.{method} = () => ({self._value(result)});")

    def _expression(self, request: Any) -> str | None:  # noqa: ANN401, PLR0911 - a kind each
        if isinstance(request, types.CreateRequest):
            if request.fqn == "Object":
                return "{}"
            return f"new ({_class(request.fqn)})({self._list(request.args)})"
        if isinstance(request, types.StaticGetRequest):
            return f"{_class(request.fqn)}.{request.property}"
        if isinstance(request, types.StaticInvokeRequest):
            args = self._list(request.args)
            return f"{_class(request.fqn)}.{request.method}({args})"
        if isinstance(request, types.GetRequest):
            return f"{self._names[request.objref.ref]}.{request.property}"
        if isinstance(request, types.SetRequest):
            to = f"{self._names[request.objref.ref]}.{request.property}"
            return f"{to} = {self._value(request.value)}"
        if isinstance(request, types.InvokeRequest):
            args = self._list(request.args)
            return f"{self._names[request.objref.ref]}.{request.method}({args})"
        return None

    def _remember(self, name: str, answer: Any) -> None:  # noqa: ANN401 - what jsii answers
        """Let later statements use what *answer* holds by its *name*."""
        value = getattr(answer, "value", getattr(answer, "result", answer))
        if isinstance(value, types.ObjRef):
            self._names.setdefault(value.ref, name)
        for index, text in enumerate(value if isinstance(value, list) else []):
            self._keep(f"{name}[{index}]", text)
        self._keep(name, value)

    def _keep(self, name: str, value: Any) -> None:  # noqa: ANN401 - JSON of jsii
        """Let later texts name a *value* that is only known later."""
        if isinstance(value, str) and _TOKEN.search(value):
            self._tokens.setdefault(value, name)

    def _list(self, values: Any) -> str:  # noqa: ANN401 - JSON
        given = list(values or ())
        while given and given[-1] is None:
            given.pop()
        return ", ".join(map(self._value, given))

    def _value(self, value: Any) -> str:  # noqa: ANN401 - JSON of jsii
        ref = getattr(value, "__jsii_ref__", value)
        if isinstance(ref, types.ObjRef):
            return self._names[ref.ref]
        if isinstance(value, list):
            return f"[{', '.join(map(self._value, value))}]"
        if isinstance(value, str):
            return self._text(value)
        if not isinstance(value, dict):
            return json.dumps(value)
        if "$jsii.enum" in value:
            fqn, _, member = value["$jsii.enum"].rpartition("/")
            return f"{_class(fqn)}.{member}"
        fields = value.get("$jsii.map", value.get("$jsii.struct", {}).get("data", {}))
        pairs = (
            f"{json.dumps(name)}: {self._value(fields[name])}"
            for name in fields
            if fields[name] is not None
        )
        return f"{{{', '.join(pairs)}}}"

    def _text(self, value: str) -> str:
        """Return *value* with the variables that hold what is known later."""
        if not _TOKEN.search(value):
            return json.dumps(value)
        if value in self._tokens:
            return self._tokens[value]
        # The longest first: one text of CDK may be a part of another.
        known = sorted(self._tokens, key=len, reverse=True)
        found = re.compile("|".join(map(re.escape, known)))
        parts = [json.dumps(part) for part in found.split(value)]
        names = [self._tokens[each] for each in found.findall(value)]
        pairs = zip(parts, [*names, '""'], strict=True)
        return " + ".join(piece for pair in pairs for piece in pair if piece != '""')


def _class(fqn: str) -> str:
    """Return the class called *fqn* by jsii, as a program names it."""
    package, _, rest = fqn.partition(".")
    return f"{'constructs' if package == 'constructs' else 'cdk'}.{rest}"


def record(case: str, copies: int, directory: str) -> Program:
    """Run the case by hand, and return it as a program."""
    program = Program()
    waiting: list[Any] = []
    asked: list[Any] = []
    send = process._NodeProcess.send  # noqa: SLF001 - the one place all calls pass

    def noted(at: Any, request: Any, response_type: Any) -> Any:  # noqa: ANN401 - jsii's
        completed = getattr(request, "complete", None)
        if completed is not None:
            # What Python returns was asked for in the midst of another call, whose
            # statement comes after that of the answer.
            call = asked.pop()
            program.implement(call.objref.ref, call.method, completed.result)
            waiting_for = waiting.pop()
        else:
            waiting_for = request
        answer = send(at, request, response_type)
        if isinstance(answer, types.Callback):
            asked.append(answer.invoke)
            waiting.append(waiting_for)
        else:
            program.add(waiting_for, answer)
        return answer

    process._NodeProcess.send = noted  # type: ignore[method-assign, assignment] # noqa: SLF001
    # Only now, because constants are made when the modules are loaded.
    cases = importlib.import_module("benchmarks.by_hand.cases")
    app = measure.new_app(directory)
    if case == "app":
        measure.build_copies(app, cases.orders, copies)
    else:
        measure.build_stacks(app, cases.CASES[case], copies)
    process._NodeProcess.send = send  # type: ignore[method-assign] # noqa: SLF001
    return program


def unpack(directory: Path) -> None:
    """Unpack CDK's packages, as the wheels have them, for Node to find."""
    for package, name in _PACKAGES.items():
        spec = importlib.util.find_spec(f"{package}._jsii")
        assert spec is not None  # noqa: S101 - CDK runs on them
        (archive,) = Path(str(spec.origin)).parent.glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(directory / "packed", filter="data")
        target = directory / "node_modules" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (directory / "packed" / "package").rename(target)


def main() -> None:
    """Write the program, and unpack what it needs."""
    case, copies, written = sys.argv[1:]
    directory = Path(written)
    modules = directory / "node_modules"
    modules.mkdir(parents=True, exist_ok=True)
    program = record(case, int(copies), str(directory / "cdk.out"))
    text = "\n".join([_HEAD, *program.lines, _TAIL.format(app=program.app)])
    (directory / "app.js").write_text(text)
    if not any(modules.iterdir()):
        unpack(directory)


if __name__ == "__main__":
    main()
