"""The example as templates: as it is now, and as it was in the release before."""

from __future__ import annotations

import copy
import io
import json
import runpy
import zipfile

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cfnlint.api

from cfnlint.config import ManualArgs

from tests.e2e.support.endpoint import Endpoint
from tests.support.synth import RECOMMENDED, ROOT, new_app

FIXTURES = Path(__file__).parents[1] / "fixtures"
# Frozen templates have its name in their names of other stacks.
STAGE = "Upgrade"
Template = Mapping[str, Any]


@dataclass(frozen=True)
class Release:
    """
    The templates of the example by what it calls its stacks, and their assets.

    Attributes:
        stage: The stage that all is in; it begins the names of the stacks.
        templates: The templates, in the order in which they are deployed.
        assets: The directories of code, by the key under which it is looked for.
    """

    stage: str
    templates: Mapping[str, Template]
    assets: Mapping[str, Path]

    def named(self, prefix: str) -> Release:
        """Return the same for stacks whose names begin with *prefix*."""
        text = json.dumps(self.templates)
        renamed = json.loads(text.replace(f"{self.stage}-", f"{prefix}{self.stage}-"))
        return Release(f"{prefix}{self.stage}", renamed, self.assets)

    @property
    def stacks(self) -> dict[str, str]:
        """The names of the stacks, by what the example calls them."""
        return {stack: f"{self.stage}-{stack}" for stack in self.templates}


def current(stage: str, tier: str) -> Release:
    """Return the example as it is now, below *stage*."""
    app = new_app(RECOMMENDED, tier=tier)
    define = runpy.run_path(str(ROOT / "examples" / "app.py"))["orders"]
    define(cdk.Stage(app, stage))
    assembly = app.synth().get_nested_assembly(f"assembly-{stage}")
    templates = {
        stack.stack_name.removeprefix(f"{stage}-"): stack.template
        for stack in assembly.stacks
    }
    # An account has one provider for GitHub, and that stack makes it.
    del templates["OrdersPipeline"]
    return Release(stage, templates, _assets(Path(assembly.directory)))


def before(now: Release) -> Release:
    """
    Return the example as it was in the release before, for the stage of *now*.

    Of that release there are the templates, and no code: the functions of *now* are
    deployed in the place of theirs.
    """
    templates = {
        name: json.loads((FIXTURES / "0.1.0" / f"{name}.template.json").read_text())
        for name in now.templates
    }
    code = {
        language: now.assets[key]
        for template in now.templates.values()
        for key, language in _code(template).items()
    }
    assets = {
        key: code[language]
        for template in templates.values()
        for key, language in _code(template).items()
    }
    return Release(now.stage, templates, assets)


def schema_errors(template: Template) -> list[str]:
    """Return what CloudFormation would refuse, and an emulator takes."""
    found = cfnlint.api.lint(
        json.dumps(template), config=ManualArgs(regions=["eu-west-1"])
    )
    return [str(each) for each in found if each.rule.id.startswith("E")]


def publish(release: Release, endpoint: Endpoint) -> None:
    """Put the code of *release* where its templates look for it."""
    bucket = f"cdk-hnb659fds-assets-{endpoint.account}-{endpoint.region}"
    s3 = endpoint.client("s3")
    for key, path in release.assets.items():
        s3.put_object(Bucket=bucket, Key=key, Body=_zipped(path))


def changed(release: Release) -> Release:
    """
    Return *release* with what the next one of the example could bring.

    It has another index of the table, files of uploads that move to a cheaper class,
    and a function with more memory.
    """
    templates = copy.deepcopy(dict(release.templates))
    bodies = templates["Orders"]["Resources"]
    (table,) = _of_type(bodies, "AWS::DynamoDB::GlobalTable")
    _add_index(table["Properties"])
    uploads = next(body for name, body in bodies.items() if name.startswith("Uploads"))
    uploads["Properties"]["LifecycleConfiguration"]["Rules"][0]["Transitions"] = [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 30}
    ]
    for function in _of_type(bodies, "AWS::Lambda::Function"):
        function["Properties"]["MemorySize"] = 512
    return Release(release.stage, templates, release.assets)


def _add_index(table: dict[str, Any]) -> None:
    for name in ("GSI2PK", "GSI2SK"):
        definition = {"AttributeName": name, "AttributeType": "S"}
        table["AttributeDefinitions"].append(definition)
    keys = [("GSI2PK", "HASH"), ("GSI2SK", "RANGE")]
    table["GlobalSecondaryIndexes"].append(
        {
            "IndexName": "GSI2",
            "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in keys],
            "Projection": {"ProjectionType": "ALL"},
        }
    )


def _of_type(bodies: Mapping[str, Any], type_: str) -> list[dict[str, Any]]:
    return [body for body in bodies.values() if body["Type"] == type_]


def _code(template: Template) -> dict[str, str]:
    """Return the keys of the code that *template* looks for, and their languages."""
    functions = _of_type(template["Resources"], "AWS::Lambda::Function")
    properties = [each["Properties"] for each in functions]
    return {each["Code"]["S3Key"]: each["Runtime"][:4] for each in properties}


def _assets(directory: Path) -> dict[str, Path]:
    """Return the directories of code that the stacks in *directory* have."""
    files = [
        asset
        for path in directory.glob("*.assets.json")
        for asset in json.loads(path.read_text())["files"].values()
    ]
    return {
        destination["objectKey"]: (directory / asset["source"]["path"]).resolve()
        for asset in files
        if asset["source"]["packaging"] == "zip"
        for destination in asset["destinations"].values()
    }


def _zipped(directory: Path) -> bytes:
    """Return the files of *directory* as one."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(directory.rglob("*.*")):
            archive.write(path, path.relative_to(directory))
    return content.getvalue()
