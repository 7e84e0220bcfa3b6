"""The kit on apps that nobody here wrote: those that `cdk init` makes."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support.synth import ROOT

CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
pytestmark = pytest.mark.skipif(
    not CLI.exists(), reason="node_modules has no CDK CLI; `make node_modules/.stamp`"
)
# What a user would write on the first day, whatever the app is.
TESTS = """
    import pytest

    from secure_constructs.testing import (
        assert_logical_ids, assert_no_findings, assert_safe_update,
    )

    def test_templates(cdk_app, template_snapshot):
        for name, template in cdk_app().templates.items():
            assert template == template_snapshot(name=name)
            assert_safe_update(template, template)

    def test_stack(cdk_app):
        assert type(cdk_app().stack("ShopStack")).__name__ == "ShopStack"

    def test_ids(cdk_app):
        template = cdk_app().template("ShopStack")
        resources = template["Resources"].items()
        ids = {name: body["Type"] for name, body in resources}
        assert_logical_ids(template, ids)

    def test_unit(new_cdk_app, cdk_app, template_snapshot):
        from shop.shop_stack import ShopStack

        stack = ShopStack(new_cdk_app(), "ShopStack")
        assert_safe_update(cdk_app().template("ShopStack"), stack)

    def test_findings(cdk_app):
        assert_no_findings(cdk_app(), packs=[], checklist=False)
"""


@pytest.fixture(params=["app", "sample-app"])
def generated(request, user):
    """A user with an app that `cdk init` has just made."""
    folder = user.folder / "shop"
    folder.mkdir()
    node = os.environ.get("JSII_NODE", "node")
    options = ["--language", "python", "--generate-only"]
    environment = {**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true"}
    # The tests name the CLI, and no user has a say in what is run.
    subprocess.run(  # noqa: S603
        [node, str(CLI), "init", request.param, *options],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )
    user.write(TESTS)
    (user.folder / "test_orders.py").rename(folder / "test_shop.py")
    return folder


def test_all_works(user, generated):
    """Load, snapshot, pins, updates and CDK's rules: with nothing to configure."""
    options = ["--rootdir", str(generated), "-o", f"pythonpath={generated}"]
    tests = str(generated / "test_shop.py")

    user.run(tests, *options, "--snapshot-update").assert_outcomes(passed=5)
    user.run(tests, *options).assert_outcomes(passed=5)


def test_its_own_tests_make_what_is_deployed(user, generated):
    """An app of its own has the flags of cdk.json, where `cdk.App()` has none."""
    user.write("""
        import aws_cdk as cdk

        FLAG = "@aws-cdk/aws-iam:minimizePolicies"

        def test_flags(new_cdk_app):
            assert new_cdk_app().node.try_get_context(FLAG)
            assert cdk.App().node.try_get_context(FLAG) is None
    """)
    options = ["--rootdir", str(generated), str(user.folder / "test_orders.py")]

    user.run(*options).assert_outcomes(passed=1)
