"""Tests for `assert_safe_update`: what a new template does to a live stack."""

from __future__ import annotations

import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_s3 as s3,
    aws_s3_assets as s3_assets,
    aws_s3_deployment as deployment,
)
from aws_cdk.assertions import Template

from secure_constructs.testing import assert_safe_update
from tests.support.projects import INVOICES, STACK, write, write_app

KEY = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)


def table(name: str, **options: Any) -> cdk.Stack:
    """Return a stack with a table called *name* by its construct."""
    stack = cdk.Stack(cdk.App(), "Orders")
    dynamodb.Table(stack, name, partition_key=KEY, **options)
    return stack


class TestSafe:
    def test_no_change_is_safe(self):
        """A stack can take its own place."""
        assert_safe_update(table("Data"), table("Data"))

    def test_what_is_added_is_safe(self):
        """Something new takes no place."""
        new = table("Data")
        s3.Bucket(new, "Files")

        assert_safe_update(table("Data"), new)

    def test_other_spellings_are_safe(self, stack):
        """A snapshot says the same as the template, in other words."""
        s3.Bucket(stack, "Data", enforce_ssl=True)
        template = Template.from_stack(stack).to_json()
        joined = json.dumps(template).count("Fn::Join")

        assert joined
        assert_safe_update(template, stack)

    def test_other_assets_are_safe(self, tmp_path):
        """New content of a website and of functions is what deployments are for."""
        stacks = []
        for content in ("one", "two"):
            folder = tmp_path / content
            folder.mkdir()
            (folder / "index.html").write_text(content)
            stack = cdk.Stack(cdk.App(), "Shop")
            deployment.BucketDeployment(
                stack,
                "Website",
                sources=[deployment.Source.asset(str(folder))],
                destination_bucket=s3.Bucket(stack, "Bucket"),
            )
            code = s3_assets.Asset(stack, "Code", path=str(folder))
            place = {"Bucket": code.s3_bucket_name, "Key": code.s3_object_key}
            cdk.CfnResource(stack, "Own", type="Ours::Own::Thing", properties=place)
            stacks.append(stack)

        assert_safe_update(*stacks)


class TestUnsafe:
    def test_fails_on_a_renamed_construct(self):
        """Another id is another table; the message names both, and the way out."""
        with pytest.raises(AssertionError, match="the update may cost data") as error:
            assert_safe_update(table("Data"), table("Orders"))

        assert "Data666C94C7" in str(error.value)
        assert "Way out: " in str(error.value)

    def test_fails_on_a_replacement(self):
        """A property that cannot change makes a new table."""
        with pytest.raises(AssertionError, match='TableName: .* -> "orders"'):
            assert_safe_update(table("Data"), table("Data", table_name="orders"))

    def test_says_nothing_of_the_rest(self):
        """What is safe is not in the message."""
        new = table("Data", table_name="orders")
        s3.Bucket(new, "Files")

        with pytest.raises(AssertionError) as error:
            assert_safe_update(table("Data"), new)
        assert "Files" not in str(error.value)

    def test_uses_the_schemas_of_a_region(self):
        """The region is that of the schemas."""
        with pytest.raises(ValueError, match="nowhere-1"):
            assert_safe_update(
                table("Data"), table("Data", table_name="x"), region="nowhere-1"
            )


class TestAllow:
    def test_accepts_what_is_meant(self):
        """A change with a reason passes."""
        reason = {"Data666C94C7.TableName": "moved by hand on 3 May"}

        assert_safe_update(
            table("Data"), table("Data", table_name="orders"), allow=reason
        )

    def test_accepts_nothing_else(self):
        """Another change is not meant by that."""
        new = table("Data", table_name="orders")
        reason = {"Data666C94C7.TableName": "moved by hand on 3 May"}
        old = table("Data")
        s3.Bucket(old, "Files")

        with pytest.raises(AssertionError, match="Files"):
            assert_safe_update(old, new, allow=reason)

    @pytest.mark.parametrize("allow", [{"Data666C94C7": " "}, {"Gone": "why not"}])
    def test_fails_on_what_allows_nothing(self, allow):
        """An allowance without a reason, or without a change, is an error."""
        with pytest.raises(ValueError, match=f"allow='{next(iter(allow))}'"):
            assert_safe_update(
                table("Data"), table("Data", table_name="x"), allow=allow
            )


class TestFiles:
    @pytest.mark.parametrize("kind", [str, lambda path: path], ids=["text", "path"])
    def test_takes_a_file(self, tmp_path, kind):
        """A template in a file is one, such as what is deployed."""
        file = tmp_path / "orders.json"
        file.write_text(json.dumps(Template.from_stack(table("Data")).to_json()))

        assert_safe_update(kind(file), table("Data"))
        with pytest.raises(AssertionError, match="Data666C94C7"):
            assert_safe_update(kind(file), table("Orders"))

    def test_takes_yaml(self, tmp_path):
        """So is one in YAML."""
        file = tmp_path / "orders.yaml"
        file.write_text("Resources:\n  Data:\n    Type: AWS::DynamoDB::Table\n")

        with pytest.raises(AssertionError, match="Data"):
            assert_safe_update(file, table("Orders"))

    def test_fails_on_other_files(self, tmp_path):
        """The error names the file."""
        with pytest.raises(ValueError, match="orders.json is no file that is there"):
            assert_safe_update(tmp_path / "orders.json", table("Data"))


class TestSnapshot:
    """The old template may be the one that this test has stored."""

    TESTS = """
        from secure_constructs.testing import assert_safe_update

        def test_orders(cdk_app, template_snapshot):
            template = cdk_app().template("Orders")
            assert_safe_update(template_snapshot, template)
            assert template == template_snapshot
    """

    @pytest.fixture
    def stored(self, user):
        """A user whose template is stored."""
        write_app(user.folder)
        user.write("""
            def test_orders(cdk_app, template_snapshot):
                assert cdk_app().template("Orders") == template_snapshot
        """)
        user.run("--snapshot-update")
        user.write(self.TESTS)
        return user

    def test_passes_unchanged(self, stored):
        """What is stored can take its own place."""
        stored.run().assert_outcomes(passed=1)

    def test_an_unsafe_change_is_not_stored(self, stored):
        """Not even on request: the test fails before it comes to that."""
        before = stored.snapshots
        write(stored.folder, {"orders_stack.py": STACK.replace("Invoices", "Bills")})

        result = stored.run("--snapshot-update")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines([f"E *{INVOICES} (AWS::S3::Bucket*"])
        assert before == stored.snapshots

    def test_can_be_started(self, user):
        """The first --snapshot-update stores what there is nothing to compare with."""
        write_app(user.folder)
        user.write(self.TESTS)

        user.run("--snapshot-update").assert_outcomes(passed=1)
        assert ["test_orders.json"] == list(user.snapshots)
        user.run().assert_outcomes(passed=1)

    def test_new_ones_can_be_started(self, user):
        """So does the option that stores nothing but what is new."""
        write_app(user.folder)
        user.write(self.TESTS)

        user.run("--snapshot-update-new-only").assert_outcomes(passed=1)
        assert ["test_orders.json"] == list(user.snapshots)

    def test_fails_where_nothing_is_stored(self, user):
        """Without a snapshot there is nothing to compare with."""
        write_app(user.folder)
        user.write(self.TESTS)

        result = user.run()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["E *test_orders.json is not there yet*"])

    @pytest.mark.parametrize("option", ["--snapshot-update", "-v"])
    @pytest.mark.parametrize("name", ["", "(name='Orders')"])
    def test_comes_before_the_comparison(self, stored, name, option):
        """Afterwards the file may be what the test has just stored: never safe."""
        stored.write(f"""
            from secure_constructs.testing import assert_safe_update

            def test_orders(cdk_app, template_snapshot):
                template = cdk_app().template("Orders")
                assert template == template_snapshot{name}
                assert_safe_update(template_snapshot{name}, template)
        """)
        if name:
            file = stored.folder / "__snapshots__" / "test_orders" / "test_orders.json"
            file.rename(file.with_name("test_orders[Orders].json"))

        result = stored.run(option)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            ["E *.json was compared before it came to the update; call assert_safe_*"]
        )

    @pytest.mark.parametrize("names", [("", ""), ("(name='a')", "(name='b')")])
    def test_may_be_asked_of_several(self, user, names):
        """Each is asked for, and then compared; without names once all are stored."""
        write_app(user.folder)
        compare = "".join(
            f"""
                assert template == template_snapshot{name}"""
            for name in names
        )
        user.write(f"""
            from secure_constructs.testing import assert_safe_update

            def test_orders(cdk_app, template_snapshot):
                template = cdk_app().template("Orders"){compare}
        """)
        user.run("--snapshot-update").assert_outcomes(passed=1)
        both = "".join(
            f"""
                assert_safe_update(template_snapshot{name}, template)
                assert template == template_snapshot{name}"""
            for name in names
        )
        user.write(f"""
            from secure_constructs.testing import assert_safe_update

            def test_orders(cdk_app, template_snapshot):
                template = cdk_app().template("Orders"){both}
        """)

        user.run().assert_outcomes(passed=1)
        write(user.folder, {"orders_stack.py": STACK.replace("Invoices", "Bills")})
        user.run("--snapshot-update").assert_outcomes(failed=1)
