"""Tests for `secure_constructs.checks.lines`: on which line a resource begins."""

from __future__ import annotations

import json

import pytest

from secure_constructs.checks.lines import line_of

YAML = """\
# Resources: a comment
Parameters:
  Queue: {Type: String}
"Resources":
  # Queue: another comment
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      Queue: 1
  'Queue':
    Type: AWS::SQS::Queue
    Metadata:
      Topic: 1
Outputs:
  Bucket: {Value: 1}
"""
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"Resources": {"Queue": 1}}}
TEMPLATE = {"Resources": {"Topic": TOPIC, "Queue": {}}, "Outputs": {"Bucket": 1}}


@pytest.mark.parametrize(
    ("name", "line"), [("Topic", 6), ("Queue", 10), ("Bucket", 1), ("Nowhere", 1)]
)
def test_of_yaml(tmp_path, name, line):
    """It is where the name is written below `Resources`, and nowhere else."""
    file = tmp_path / "template.yaml"
    file.write_text(YAML)

    assert line == line_of(file, name)


@pytest.mark.parametrize("indent", [1, 2, 4])
@pytest.mark.parametrize(("name", "line"), [("Topic", 3), ("Queue", 11), ("Bucket", 1)])
def test_of_json(tmp_path, indent, name, line):
    """Nor does the indentation of JSON matter."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE, indent=indent))

    assert line == line_of(file, name)


def test_of_one_line(tmp_path):
    """What is all on one line begins on the first."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE))

    assert 1 == line_of(file, "Queue")
