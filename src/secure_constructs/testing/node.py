"""Where the Node process works, which CDK runs in."""

from __future__ import annotations

import functools
import io
import json
import tarfile
import tempfile

from pathlib import Path
from typing import Any

import jsii

_PACKAGE = "secure-constructs-testing"
_VERSION = "1.0.0"
_CLASS = f"{_PACKAGE}.Process"
_CODE = """\
exports.Process = class {
  static enter(directory) {
    const left = process.cwd();
    process.chdir(directory);
    return left;
  }
};
"""


def enter(directory: Path) -> Path:
    """
    Let Node work in *directory*, and return where it worked before.

    CDK resolves relative paths, such as those of assets, in Node. Node keeps the
    directory it was started in, wherever Python goes, and is started once.
    """
    return Path(jsii.sinvoke(_process(), "enter", [str(directory)]))


@functools.cache
def _process() -> Any:  # noqa: ANN401 - jsii is untyped
    """Load the class that can change the directory, and return its name for jsii."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "package.tgz")
        file.write_bytes(_tarball())
        jsii.load(_PACKAGE, _VERSION, str(file))
    return jsii.JSIIMeta("Process", (), {}, jsii_type=_CLASS)


def _tarball() -> bytes:
    """Return the package as jsii loads packages of JavaScript."""
    files = {
        "package.json": json.dumps(
            {"name": _PACKAGE, "version": _VERSION, "main": "index.js", "jsii": {}}
        ),
        ".jsii": json.dumps(_description()),
        "index.js": _CODE,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content.encode()))
    return packed.getvalue()


def _description() -> dict[str, Any]:
    """Describe the package's one class, in the schema of jsii."""
    text = {"primitive": "string"}
    method = {
        "name": "enter",
        "static": True,
        "parameters": [{"name": "directory", "type": text}],
        "returns": {"type": text},
    }
    return {
        "schema": "jsii/0.10.0",
        "name": _PACKAGE,
        "version": _VERSION,
        "jsiiVersion": _VERSION,
        "fingerprint": "*",
        "description": "Changes the directory of the process",
        "license": "Apache-2.0",
        "author": {"name": "secure-constructs", "roles": ["author"]},
        "homepage": "https://pypi.org/project/secure-constructs",
        "repository": {
            "type": "git",
            "url": "https://pypi.org/project/secure-constructs",
        },
        "targets": {"js": {"npm": _PACKAGE}},
        "types": {
            _CLASS: {
                "assembly": _PACKAGE,
                "fqn": _CLASS,
                "kind": "class",
                "name": "Process",
                "methods": [method],
            }
        },
    }
