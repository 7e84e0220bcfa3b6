"""Tests for `secure_constructs.checks.parsing`: templates as text, and what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks import parsing
from secure_constructs.checks.parsing import NoTemplateError, UnreadableError, parse

BUCKET = "{Type: 'AWS::S3::Bucket'}"


@pytest.fixture
def written(tmp_path):
    """What writes a file and returns its path."""

    def write(content: str | bytes, name: str = "template.yaml") -> Path:
        file = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode()
        file.write_bytes(data)
        return Path(file)

    return write


def value_of(yaml: str, written: Any) -> Any:
    """Return what *yaml* is read as, as a property."""
    template = parse(
        written(f"Resources: {{A: {{Type: T, Properties: {{P: {yaml}}}}}}}")
    )
    return template["Resources"]["A"]["Properties"]["P"]


class TestShortForms:
    @pytest.mark.parametrize(
        ("short", "long"),
        [
            ("!Ref Name", {"Ref": "Name"}),
            ("!Condition Name", {"Condition": "Name"}),
            ("!GetAtt A.Arn", {"Fn::GetAtt": ["A", "Arn"]}),
            ("!GetAtt A.Outputs.Name", {"Fn::GetAtt": ["A", "Outputs.Name"]}),
            ("!GetAtt [A, Arn]", {"Fn::GetAtt": ["A", "Arn"]}),
            ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
            ("!Sub ['${X}', {X: !Ref A}]", {"Fn::Sub": ["${X}", {"X": {"Ref": "A"}}]}),
            ("!Join ['-', [a, !Ref B]]", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
            ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
            ("!Split [',', a]", {"Fn::Split": [",", "a"]}),
            ("!If [C, 1, !Ref B]", {"Fn::If": ["C", 1, {"Ref": "B"}]}),
            ("!Equals [a, b]", {"Fn::Equals": ["a", "b"]}),
            ("!FindInMap [a, b, c]", {"Fn::FindInMap": ["a", "b", "c"]}),
            ("!ImportValue a", {"Fn::ImportValue": "a"}),
            ("!Base64 a", {"Fn::Base64": "a"}),
            ("!Cidr [a, 1, 2]", {"Fn::Cidr": ["a", 1, 2]}),
            ("!Transform {Name: A}", {"Fn::Transform": {"Name": "A"}}),
            ("!Unheard Of", {"Fn::Unheard": "Of"}),
        ],
    )
    def test_mean_the_long_forms(self, written, short, long):
        """Each short form is read as the function that it stands for."""
        assert long == value_of(short, written)


class TestValues:
    @pytest.mark.parametrize(
        ("yaml", "value"),
        [
            ("2012-10-17", "2012-10-17"),
            ("=", "="),
            ("yes", True),
            ("'true'", "true"),
            ("3", 3),
            ("~", None),
            ("{111122223333: a}", {"111122223333": "a"}),
            ("{yes: a}", {"yes": "a"}),
        ],
    )
    def test_are_those_of_cloudformation(self, written, yaml, value):
        """Dates and keys stay text, the rest is that of YAML 1.1."""
        assert value == value_of(yaml, written)

    def test_of_aliases_are_shared(self, written):
        """An alias stands for what its anchor holds, also in what is merged."""
        text = f"X: &x {BUCKET}\nResources: {{A: *x, B: {{<<: *x, DependsOn: A}}}}"

        expected = {"Type": "AWS::S3::Bucket", "DependsOn": "A"}
        assert expected == parse(written(text))["Resources"]["B"]

    @pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.template"])
    def test_of_json_need_no_suffix(self, written, name):
        """JSON is known by itself, with a byte order mark or without."""
        text = '\ufeff{"Resources": {"A": {"Type": "\\ud83e\\udea3"}}}'

        expected = {"Resources": {"A": {"Type": "\U0001faa3"}}}
        assert expected == parse(written(text, name))

    def test_of_yaml_that_begins_as_json_does(self, written):
        """A file that says it is YAML may be written with braces."""
        text = "{Resources: {A: {Type: T}}}"

        assert {"Resources": {"A": {"Type": "T"}}} == parse(written(text))


_BOMB = "A0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"A{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
BAD = {
    "nothing": ("", "is no template: it has no Resources"),
    "a word": ("hello", "is no template: it has no Resources"),
    "a list": ("[]", "is no template: it has no Resources"),
    "an object": ("{}", "is no template: it has no Resources"),
    "a list of resources": ("Resources: [a]", "is no template: it has no Resources"),
    "no resources": ("Resources: {}", "is no template: it has no Resources"),
    "two documents": ("a: 1\n---\nb: 2", "neither JSON nor YAML"),
    "a tab": ("a:\n\tb: 1", "neither JSON nor YAML"),
    "a bomb": (f"{_BOMB}Resources: {{A: *a11}}", "its aliases make too much of it"),
    "a circle": ("Resources: &r {A: {Properties: *r}}", "is nested too deeply"),
    "a circle of lists": ("Resources: {A: &a [*a]}", "is nested too deeply"),
    "brackets": ("Resources: " + "[" * 20000, "is nested too deeply"),
    "indents": (
        "\n".join(" " * depth + "a:" for depth in range(300)),
        "is nested too deeply",
    ),
    "code": ("Resources: !!python/object/apply:os.getcwd []", "neither JSON nor YAML"),
    "a key twice": (f"Resources: {{A: {BUCKET}, A: {BUCKET}}}", "'A' comes twice"),
    "a list as a key": (f"? [a]\n: b\nResources: {{A: {BUCKET}}}", "nor YAML"),
    "no number": ("Resources: {A: !!int x}", "is not to be read"),
    "no truth": ("Resources: {A: !!bool x}", "is not to be read"),
    "no time": ("Resources: {A: !!timestamp x}", "is not to be read"),
    "another encoding": (b"Resources: {A: \xe9}", "is no text in UTF-8"),
    "no text": (b"\0\1\2", "neither JSON nor YAML"),
}
BAD_JSON = {
    "cut": ('{"Resources": {"A": {"Type": "T"', "is no complete JSON"),
    "a cut list": ("[1", "is no complete JSON"),
    "a key twice": ('{"A": {"B": 1, "B": 2}}', "'B' comes twice"),
    "a deep one": ('{"Resources":' + "[" * 100000, "is nested too deeply"),
    "a long number": ('{"Resources": ' + "1" * 5000 + "}", "is not to be read"),
}


class TestErrors:
    """Each names the file, and says what is wrong with it."""

    def said(self, file: Path) -> str:
        """Return the message about *file*, without its name."""
        with pytest.raises(UnreadableError) as raised:
            parse(file)
        message = str(raised.value)

        assert message.startswith(f"{file} ")
        return message

    @pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
    def test_for_yaml(self, written, content, problem):
        """Whatever the text does, it is an error and nothing worse."""
        assert problem in self.said(written(content))

    @pytest.mark.parametrize(("content", "problem"), BAD_JSON.values(), ids=BAD_JSON)
    def test_for_json(self, written, content, problem):
        """What begins as JSON is told of as JSON."""
        assert problem in self.said(written(content, "a.json"))

    def test_for_too_large_a_file(self, written, monkeypatch):
        """Nobody can deploy it anyway."""
        monkeypatch.setattr(parsing, "LARGEST", 2**20)
        large = written("# " + "x" * 2**20)

        assert "is larger than 1 MB" in self.said(large)

    def test_for_a_file_that_is_not_there(self, tmp_path):
        """A misspelt name is an error."""
        assert "is no file that is there" in self.said(tmp_path / "nowhere.yaml")

    def test_for_what_is_no_file(self):
        """A device has no end."""
        assert "is no file that is there" in self.said(Path("/dev/zero"))

    def test_for_a_file_that_may_not_be_read(self, written, monkeypatch):
        """What the system says is passed on."""

        def refuse(*_, **__):
            raise PermissionError(13, "Permission denied")

        file = written("")
        monkeypatch.setattr(Path, "read_text", refuse)

        assert "cannot be read: Permission denied" in self.said(file)

    @pytest.mark.parametrize(
        ("content", "kind"),
        [("{}", NoTemplateError), ("AWSTemplateFormatVersion: x", UnreadableError)],
    )
    def test_tell_broken_templates_from_other_files(self, written, content, kind):
        """What says that it is a template is one that is broken."""
        with pytest.raises(UnreadableError) as raised:
            parse(written(content))

        assert kind is type(raised.value)


def test_reads_large_files_in_time(written):
    """A megabyte of YAML is read, however long its lines and lists are."""
    one = "Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${A}-b'}"
    text = "Resources:\n" + "".join(f"  A{i}: {{{one}}}\n" for i in range(15_000))
    file = written(text)

    assert file.stat().st_size > 2**20
    assert 15_000 == len(parse(file)["Resources"])
