"""Tests for `assert_logical_ids`: resources that keep the ids they are known by."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from secure_constructs.testing import assert_logical_ids
from tests.support.projects import load, write_app
from tests.support.synth import new_app

BUCKET = "AWS::S3::Bucket"
DATA = {"Data666C94C7": BUCKET}


@pytest.fixture
def stack():
    """A stack with two buckets, whose paths are known."""
    stack = cdk.Stack(new_app({"aws:cdk:enable-path-metadata": True}), "Stack")
    for name in ("Data", "Other"):
        s3.Bucket(stack, name)
    return stack


def test_passes_where_all_are_there(stack):
    """Only the ids that are named are looked at."""
    assert_logical_ids(stack, DATA)


def test_takes_templates(stack):
    """A template is as good as the stack."""
    template = Template.from_stack(stack)

    assert_logical_ids(template, DATA)
    assert_logical_ids(template.to_json(), DATA)


class TestMissing:
    @pytest.fixture
    def message(self, stack):
        """What is said when one of two buckets has moved."""
        ids = {"Moved1234ABCD": BUCKET, **DATA}
        with pytest.raises(AssertionError) as error:
            assert_logical_ids(stack, ids)
        return str(error.value)

    def test_names_what_is_gone(self, message):
        """The id and the type of what is missing come first."""
        assert message.startswith(f"Moved1234ABCD ({BUCKET}) is gone. ")

    def test_names_what_took_its_place(self, message):
        """It is one of the same type that no pin expects, with its construct."""
        assert " is Other34654A52 at Stack/Other/Resource. " in message
        assert "at Stack/Data" not in message

    def test_says_what_that_means(self, message):
        """A new resource is made, and the old one goes."""
        assert "it would make a new, empty one and delete or abandon" in message

    def test_says_what_to_do(self, message):
        """The id can be kept."""
        assert "override_logical_id('Moved1234ABCD')" in message

    def test_nothing_may_have_taken_its_place(self, stack):
        """Nothing is named where no other has the type."""
        with pytest.raises(AssertionError) as error:
            assert_logical_ids(stack, {"Table": "AWS::DynamoDB::Table"})

        start = "Table (AWS::DynamoDB::Table) is gone. CloudFormation knows"
        assert str(error.value).startswith(start)

    def test_says_it_without_paths(self):
        """A template without metadata names the id alone."""
        template = {"Resources": {"New": {"Type": BUCKET}, "Newer": {"Type": BUCKET}}}

        with pytest.raises(AssertionError, match="there is New or Newer. Cloud"):
            assert_logical_ids(template, {"Old": BUCKET})


def test_fails_on_another_type(stack):
    """A resource that becomes another one under the same id cannot be deployed."""
    type_ = "AWS::DynamoDB::Table"

    with pytest.raises(AssertionError, match=f"was a {type_} and is a {BUCKET} now"):
        assert_logical_ids(stack, {"Data666C94C7": type_})


def test_says_all_at_once(stack):
    """Each problem is a line."""
    with pytest.raises(AssertionError) as error:
        assert_logical_ids(stack, {"One": BUCKET, "Two": BUCKET})

    assert ["One", "Two"] == [line[:3] for line in str(error.value).splitlines()]


class TestSource:
    @pytest.mark.parametrize("source", [3, None, "Orders"])
    def test_fails_on_what_has_no_template(self, source):
        """Something else is an error of its own."""
        with pytest.raises(TypeError, match="is neither a template nor a stack"):
            assert_logical_ids(source, DATA)

    def test_fails_on_other_mappings(self):
        """A dictionary without resources is no template."""
        with pytest.raises(ValueError, match="the template has no Resources"):
            assert_logical_ids({"Data666C94C7": {"Type": BUCKET}}, DATA)

    def test_fails_on_a_whole_app(self, tmp_path):
        """An app has several templates, and the error says how to get one."""
        app = load(write_app(tmp_path))

        with pytest.raises(TypeError, match=r"an app has several templates, such as"):
            assert_logical_ids(app, DATA)  # type: ignore[arg-type]
