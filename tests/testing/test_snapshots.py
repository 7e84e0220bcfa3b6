"""Tests for `template_snapshot`: what is stored, what fails, and what that says."""

from __future__ import annotations

import json

import pytest

from secure_constructs.checks.parsing import parse
from tests.support.projects import APP, INVOICES, STACK, write, write_app

TESTS = """
    def test_orders(cdk_app, template_snapshot):
        assert cdk_app().template("Orders") == template_snapshot
"""
FILE = "test_orders.json"
# A stack with all that changes by itself.
LIVELY = """
    import aws_cdk as cdk
    from aws_cdk import aws_ecr_assets as ecr_assets, aws_lambda as lambda_

    class OrdersStack(cdk.Stack):
        def __init__(self, scope, id):
            super().__init__(scope, id)
            self.function(self).current_version
            self.function(cdk.NestedStack(self, "Nested"))
            image = ecr_assets.DockerImageAsset(self, "Image", directory="handler")
            cdk.CfnOutput(self, "Uri", value=image.image_uri)

        def function(self, scope):
            return lambda_.Function(
                scope, "Handler",
                code=lambda_.Code.from_asset("handler"), handler="main.handler",
                runtime=lambda_.Runtime.PYTHON_3_13,
            )
"""


@pytest.fixture
def stored(user):
    """A user whose template is stored."""
    write_app(user.folder)
    user.write(TESTS)
    user.run("--snapshot-update").assert_outcomes(passed=1)
    return user


class TestStored:
    def test_passes_once_stored(self, stored):
        """What has not changed passes."""
        stored.run().assert_outcomes(passed=1)

    def test_fails_before(self, user):
        """A snapshot is written only on request."""
        write_app(user.folder)
        user.write(TESTS)

        result = user.run()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*Snapshot 'test_orders' does not exist!*"])
        assert {} == user.snapshots

    def test_is_one_readable_file(self, stored):
        """A template is one file of JSON."""
        text = stored.snapshots[FILE]

        assert f'    "{INVOICES}": {{\n      "Type": "AWS::S3::Bucket",\n' in text

    def test_is_a_template(self, stored):
        """What reads templates reads snapshots."""
        file = stored.folder / "__snapshots__" / "test_orders" / FILE

        assert [INVOICES] == list(parse(file)["Resources"])

    def test_its_form_does_not_matter(self, stored):
        """A formatter of JSON may write it in its own way."""
        file = stored.folder / "__snapshots__" / "test_orders" / FILE
        file.write_text(json.dumps(json.loads(file.read_text()), indent=4))

        stored.run().assert_outcomes(passed=1)

    def test_several_have_names(self, user):
        """One test may store several templates, stages included, by name."""
        source = APP.replace(
            "app.synth()",
            'OrdersStack(cdk.Stage(app, "Dev"), "Orders")\n    app.synth()',
        )
        write_app(user.folder, source)
        user.write("""
            def test_orders(cdk_app, template_snapshot):
                for name, template in cdk_app().templates.items():
                    assert template == template_snapshot(name=name)
        """)
        user.run("--snapshot-update", "-Werror").assert_outcomes(passed=1)

        names = ["test_orders[Dev.Orders].json", "test_orders[Orders].json"]
        assert names == list(user.snapshots)
        user.run().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        "compared",
        ["stack", "Template.from_stack(stack)", "Template.from_stack(stack).to_json()"],
    )
    def test_takes_what_has_a_template(self, stored, compared):
        """A stack, a Template and a dictionary are the same."""
        stored.write(f"""
            from aws_cdk.assertions import Template
            from orders_stack import OrdersStack

            def test_orders(new_cdk_app, template_snapshot):
                stack = OrdersStack(new_cdk_app(), "Orders")
                assert {compared} == template_snapshot
        """)

        stored.run("-o", "pythonpath=.").assert_outcomes(passed=1)

    @pytest.mark.parametrize("value", ["3", "{}", "cdk_app()"])
    def test_fails_on_what_has_none(self, stored, value):
        """Something else is an error, and is not stored."""
        before = stored.snapshots
        stored.write(f"""
            def test_orders(cdk_app, template_snapshot):
                assert {value} == template_snapshot
        """)

        stored.run("--snapshot-update").assert_outcomes(failed=1)
        assert before == stored.snapshots

    def test_stores_an_empty_stack(self, user):
        """A stack without resources is one as well."""
        write_app(user.folder, APP.replace("OrdersStack(app", "cdk.Stack(app"))
        user.write(TESTS)
        user.run("--snapshot-update").assert_outcomes(passed=1)

        assert {FILE: '{"Resources": {}}\n'} == user.snapshots
        user.run().assert_outcomes(passed=1)


class TestStable:
    """Nothing but a decision of the app changes a snapshot."""

    @pytest.fixture
    def lively(self, user):
        """A user with assets and a version, whose templates are stored."""
        files = {
            "orders_stack.py": LIVELY,
            "handler/main.py": "",
            "handler/Dockerfile": "",
        }
        write_app(user.folder, files=files)
        user.write("""
            def test_orders(cdk_app, template_snapshot):
                for name, template in cdk_app().templates.items():
                    assert template == template_snapshot(name=name)
        """)
        user.run("--snapshot-update").assert_outcomes(passed=1)
        return user

    def test_twice(self, lively):
        """The second run passes."""
        lively.run().assert_outcomes(passed=1)

    def test_with_other_assets(self, lively):
        """Another content of the function and of the image changes no snapshot."""
        before = lively.snapshots
        write(lively.folder, {"handler/main.py": "def handler(event, context): ..."})

        lively.run().assert_outcomes(passed=1)
        assert before == lively.snapshots

    def test_in_another_folder(self, lively, tmp_path_factory):
        """A checkout at another path has the same templates."""
        moved = tmp_path_factory.mktemp("elsewhere") / "checkout"
        lively.folder.rename(moved)
        lively.folder.mkdir()

        lively.run(str(moved), "--rootdir", str(moved)).assert_outcomes(passed=1)


class TestChanged:
    @pytest.fixture
    def changed(self, stored):
        """A user whose bucket is no longer versioned."""
        stack = STACK.replace("versioned=True", 'bucket_name="invoices"')
        write(stored.folder, {"orders_stack.py": stack})
        return stored

    def test_fails(self, changed):
        """A change fails, and changes nothing that is stored."""
        before = changed.snapshots
        changed.run().assert_outcomes(failed=1)

        assert before == changed.snapshots

    def test_says_what_it_does(self, changed):
        """The resource, the property and what becomes of the resource come first."""
        changed.run("-vv").stdout.re_match_lines_random(
            [
                r"E +Replaced or removed:",
                rf"E +{INVOICES} \(AWS::S3::Bucket, Orders/Invoices/Resource\)",
                r"E +BucketName: \(nothing\) -> \"invoices\"",
                r"E +VersioningConfiguration.*",
            ]
        )

    def test_shows_the_lines(self, changed):
        """The lines that differ follow."""
        changed.run("-vv").stdout.re_match_lines_random(
            [r"E +- .*\"VersioningConfiguration\".*", r"E +\+ .*\"BucketName\".*"]
        )

    def test_is_accepted_on_request(self, changed):
        """With --snapshot-update it is what is stored."""
        changed.run("--snapshot-update").assert_outcomes(passed=1)

        assert '"BucketName": "invoices"' in changed.snapshots[FILE]

    def test_an_unknown_type_is_no_obstacle(self, stored):
        """A resource that no schema knows is compared as well."""
        for name in ("one", "two"):
            stack = f"""
                import aws_cdk as cdk

                class OrdersStack(cdk.Stack):
                    def __init__(self, scope, id):
                        super().__init__(scope, id)
                        named = {{"Name": "{name}"}}
                        type_ = "Ours::Own::Thing"
                        cdk.CfnResource(self, "Thing", type=type_, properties=named)
            """
            write(stored.folder, {"orders_stack.py": stack})
            result = stored.run("-vv")
            stored.run("--snapshot-update").assert_outcomes(passed=1)

        result.stdout.fnmatch_lines(
            ["*Thing (Ours::Own::Thing*", '*{"Name": "one"} -> {"Name": "two"}']
        )


class TestUnused:
    def test_fails(self, stored):
        """A snapshot that no test compares with any more fails the run."""
        stored.write("def test_orders(template_snapshot): ...")

        result = stored.run()
        assert 1 == result.ret
        result.stdout.fnmatch_lines(["1 snapshot unused.*"])

    def test_is_removed_on_request(self, stored):
        """With --snapshot-update it goes."""
        stored.write("def test_orders(template_snapshot): ...")
        stored.run("--snapshot-update")

        assert {} == stored.snapshots

    def test_a_selection_of_tests_is_no_reason(self, stored):
        """A test that was not asked for keeps its snapshot."""
        stored.write(f"{TESTS}\n    def test_other(template_snapshot): ...")

        assert 0 == stored.run("-k", "other").ret


class TestBroken:
    @pytest.mark.parametrize(
        "content",
        [b"{", b"\xff", b"<<<<<<< HEAD", b"[]", b"{}", b""],
        ids=["half", "binary", "conflict", "list", "other", "empty"],
    )
    def test_fails_on_what_is_no_template(self, stored, content):
        """The error names the file and the way out, and the file stays."""
        file = stored.folder / "__snapshots__" / "test_orders" / FILE
        file.write_bytes(content)

        result = stored.run()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [f"E * ValueError: {file} is no snapshot of a template*"]
        )
        assert content == file.read_bytes()

    def test_is_not_overwritten(self, stored):
        """Not even on request: what is in a broken file may be somebody's work."""
        file = stored.folder / "__snapshots__" / "test_orders" / FILE
        file.write_text("<<<<<<< HEAD")

        stored.run("--snapshot-update").assert_outcomes(failed=1)
        assert "<<<<<<< HEAD" == file.read_text()

    def test_fails_where_nothing_can_be_written(self, user):
        """The test fails, and the error names the folder."""
        write_app(user.folder)
        user.write(TESTS)
        (user.folder / "__snapshots__").write_text("in the way")

        result = user.run("--snapshot-update")
        assert 0 != result.ret
        result.stdout.fnmatch_lines(["*Error: *__snapshots__*"])
