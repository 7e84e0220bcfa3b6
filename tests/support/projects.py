"""Projects of users: folders with an app, in which the tests run pytest."""

from __future__ import annotations

import json
import sys
import textwrap

from pathlib import Path
from types import ModuleType

import pytest
import syrupy

from secure_constructs.testing.app import CdkApp
from secure_constructs.testing.loader import Projects

# One stack with one bucket, in a file of its own.
STACK = """
    import aws_cdk as cdk
    from aws_cdk import aws_s3 as s3

    class OrdersStack(cdk.Stack):
        def __init__(self, scope, id):
            super().__init__(scope, id)
            self.invoices = s3.Bucket(self, "Invoices", versioned=True)
"""
APP = """
    import aws_cdk as cdk
    from orders_stack import OrdersStack

    app = cdk.App()
    OrdersStack(app, "Orders")
    app.synth()
"""
INVOICES = "InvoicesF0222E8D"
_PLUGIN = "secure_constructs.testing.plugin"
# How a process knows that it runs tests in parallel.
OF_XDIST = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
# What a run inside a run loads stays loaded: a second copy of CDK's modules would
# have classes of its own, which jsii takes for the first ones.
_LASTING = (
    "attr",
    "aws_cdk",
    "cdk_nag",
    "cfnlint",
    "constructs",
    "jsii",
    "publication",
)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write *files* below *folder*, without the indentation of the tests."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(content).lstrip())


def write_app(
    folder: Path,
    source: str = APP,
    *,
    files: dict[str, str] | None = None,
    app: object = "python3 app.py",
    **settings: object,
) -> Path:
    """Write a project with the program *source*, *files* and *settings* of cdk.json."""
    configuration = json.dumps({"app": app, **settings})
    own = {"cdk.json": configuration, "app.py": source, "orders_stack.py": STACK}
    write(folder, {**own, **(files or {})})
    return folder


def projects_in(root: Path, folder: str = "") -> Projects:
    """Return the projects that tests in *root* could ask for."""
    numbers = iter(range(100))
    return Projects(root, folder, lambda: root / ".made" / str(next(numbers)))


def load(root: Path) -> CdkApp:
    """Return the app of the project in *root*."""
    return projects_in(root).load()


class UserTests:
    """
    Tests of a user, in a folder of their own.

    Attributes:
        folder: The folder.
    """

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.folder = pytester.path

    def write(self, source: str, **files: str) -> None:
        """Write *source* as the tests, and *files* by their names without `.py`."""
        others = {f"{name}.py": content for name, content in files.items()}
        write(self.folder, {"test_orders.py": source, **others})

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest on them, in this process."""
        loaded: dict[str, ModuleType] = {}

        class Keeper:
            """Remembers what was loaded, which pytester is going to forget."""

            def pytest_unconfigure(self) -> None:
                loaded.update(sys.modules)

        # syrupy remembers one session, which has to stay that of the real run. That
        # one may be run in parallel, and this one is not.
        session = syrupy._syrupy  # noqa: SLF001
        try:
            with pytest.MonkeyPatch.context() as patch:
                for name in OF_XDIST:
                    patch.delenv(name, raising=False)
                return self._pytester.runpytest_inprocess(
                    *("-p", _PLUGIN, "-p", "no:cacheprovider"),
                    *arguments,
                    plugins=[Keeper()],
                )
        finally:
            syrupy._syrupy = session  # noqa: SLF001
            # What was installed stays: a second copy of CDK's modules would have
            # classes of its own, which jsii takes for the first ones.
            for name, module in loaded.items():
                if str(self.folder) not in str(getattr(module, "__file__", None)):
                    sys.modules.setdefault(name, module)

    @property
    def snapshots(self) -> dict[str, str]:
        """What is in the files of the snapshots, by their names."""
        folder = self.folder / "__snapshots__" / "test_orders"
        return {file.name: file.read_text() for file in sorted(folder.glob("*"))}
