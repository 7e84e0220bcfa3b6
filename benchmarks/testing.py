"""
How long a suite of 40 tests of a template takes, by hand and with the testing kit.

    python benchmarks/testing.py [ROUNDS]

A fact about one stack is asserted 40 times, in four ways: by hand with `cdk.App()` and
`aws_cdk.assertions`, as most suites do; the same without CDK's validation; with
`new_cdk_app`, for each test anew; and with `cdk_app`, which loads the app once. Each
suite is run by pytest in a process of its own, in turn, and the medians are printed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import textwrap
import time

from pathlib import Path
from tempfile import TemporaryDirectory

_STACK = """
    import aws_cdk as cdk
    from aws_cdk import aws_s3 as s3, aws_sqs as sqs

    class OrdersStack(cdk.Stack):
        def __init__(self, scope, name):
            super().__init__(scope, name)
            for number in range(10):
                s3.Bucket(self, f"Bucket{number}", versioned=True, enforce_ssl=True)
                sqs.Queue(self, f"Queue{number}", enforce_ssl=True)
"""
_APP = """
    import aws_cdk as cdk
    from orders_stack import OrdersStack

    app = cdk.App()
    OrdersStack(app, "Orders")
    app.synth()
"""
_HEAD = """
    import aws_cdk as cdk
    import pytest
    from aws_cdk.assertions import Template
    from orders_stack import OrdersStack

    each = pytest.mark.parametrize("number", range(40))
    VERSIONED = {"VersioningConfiguration": {"Status": "Enabled"}}
"""
_BY_HAND = """
    @each
    def test_versioned(number):
        template = Template.from_stack(OrdersStack(cdk.App(), "Orders"))
        template.all_resources_properties("AWS::S3::Bucket", VERSIONED)
"""
_NEW_APP = """
    @each
    def test_versioned(new_cdk_app, number):
        template = Template.from_stack(OrdersStack(new_cdk_app(), "Orders"))
        template.all_resources_properties("AWS::S3::Bucket", VERSIONED)
"""
_LOADED = """
    @each
    def test_versioned(cdk_app, number):
        resources = cdk_app().template("Orders")["Resources"].values()
        assert all(
            VERSIONED.items() <= each["Properties"].items()
            for each in resources
            if each["Type"] == "AWS::S3::Bucket"
        )
"""
_PLUGIN = "secure_constructs.testing.plugin"
_WITHOUT = {"CDK_VALIDATION": "false"}
# The tests, what is in the environment, and whether the kit is there.
_SUITES: dict[str, tuple[str, dict[str, str], bool]] = {
    "by hand": (_BY_HAND, {}, False),
    "by hand, without CDK's validation": (_BY_HAND, _WITHOUT, False),
    "new_cdk_app": (_NEW_APP, {}, True),
    "cdk_app": (_LOADED, {}, True),
}


def write(folder: Path, tests: str) -> None:
    """Write a project with *tests* into *folder*."""
    folder.mkdir()
    files = {
        "cdk.json": '{"app": "python3 app.py"}',
        "orders_stack.py": _STACK,
        "app.py": _APP,
        "test_orders.py": _HEAD + tests,
    }
    for name, content in files.items():
        (folder / name).write_text(textwrap.dedent(content))


def seconds(folder: Path, added: dict[str, str], *, with_kit: bool) -> float:
    """Run the tests in *folder*, and return how long that takes."""
    environment = {**os.environ, **added}
    if not added:
        environment.pop("CDK_VALIDATION", None)
    plugin = _PLUGIN if with_kit else f"no:{_PLUGIN}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin]
    command += ["-p", "no:cacheprovider", "-o", f"pythonpath={folder}"]
    started = time.perf_counter()
    # All that is run is written above.
    subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - started


def main(rounds: int) -> None:
    """Run each suite *rounds* times, in turn, and print the medians."""
    times: dict[str, list[float]] = {name: [] for name in _SUITES}
    with TemporaryDirectory() as root:
        for number, (tests, _, _) in enumerate(_SUITES.values()):
            write(Path(root, str(number)), tests)
        for _ in range(rounds):
            for number, (name, (_, added, kit)) in enumerate(_SUITES.items()):
                folder = Path(root, str(number))
                times[name].append(seconds(folder, added, with_kit=kit))
    for name, found in times.items():
        low, high = min(found), max(found)
        middle = statistics.median(found)
        sys.stdout.write(f"{middle:6.2f} s  ({low:.2f} to {high:.2f})  {name}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
