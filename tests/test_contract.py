"""The contract that every construct keeps, whatever it makes."""

from __future__ import annotations

import json

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cfnlint.api
import pytest

from secure_constructs import AppKey, acknowledge_defaults
from secure_constructs.changes import compare, needs_attention, written
from secure_constructs.checks import RULES, Template
from tests.specimens import SPECIMENS
from tests.specimens.specimen import Build, Specimen
from tests.support.everywhere import everywhere
from tests.support.nag import ORDINARY, STRICT, STRICT_NAMES, add_packs
from tests.support.synth import (
    FLAGS,
    NO_FLAGS,
    RECOMMENDED,
    Assembly,
    add_cdk_validation,
    new_app,
    resources,
    synthesize,
)

pytestmark = pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
_REGIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def with_key(specimen: Specimen) -> Build:
    """Return how to make *specimen* with every option, and the key for it."""
    return lambda scope, name: specimen.everything(scope, name, AppKey(scope, "Key"))


@pytest.fixture(params=["defaults", "everything"])
def build(request: pytest.FixtureRequest, specimen: Specimen) -> Build:
    """How to make the construct, without and with its options."""
    return specimen.defaults if request.param == "defaults" else with_key(specimen)


def one_stack(
    build: Callable[[cdk.Stack, str], object],
    flags: Any = NO_FLAGS,
    **options: Any,
) -> tuple[cdk.App, cdk.Stack]:
    """Return an app with one stack that holds what *build* makes."""
    app = new_app(flags, **options)
    stack = cdk.Stack(app, "Stack")
    build(stack, "Data")
    return app, stack


def synthesized(build: Build, flags: Any = NO_FLAGS) -> dict[str, Any]:
    """Return the template of a stack that holds what *build* makes."""
    app, _ = one_stack(build, flags)
    return synthesize(app).templates["Stack.template.json"]


class TestAdoption:
    """The construct takes the place of a plain L2 on a live stack."""

    @_FLAGS
    def test_has_the_logical_id_of_the_plain_l2(self, specimen, flags):
        """The main resource keeps its logical id, and thus its data."""
        plain = resources(synthesized(specimen.plain, flags), specimen.type)

        assert plain.keys() <= synthesized(specimen.defaults, flags)["Resources"].keys()

    @_FLAGS
    def test_replaces_and_deletes_nothing(self, specimen, flags, subtests):
        """No typical live configuration loses what the pages do not say."""
        for name, adoption in specimen.adoptions.items():
            with subtests.test(name):
                live = synthesized(adoption.plain, flags)

                changes = compare(live, synthesized(adoption.ours, flags))
                accepted = {
                    place: reason
                    for place, reason in adoption.accepted.items()
                    if place.partition(".")[0] in live["Resources"]
                }

                assert "No changes." == written(needs_attention(changes, accepted))


class TestFindings:
    """Nobody's rules find anything that was not decided."""

    def test_ordinary_packs_find_nothing(self, specimen, build):
        """AwsSolutions and Serverless are content without any acknowledgement."""
        app, _ = one_stack(build)
        add_packs(app, *ORDINARY)

        assert set() == synthesize(app).findings

    def test_strict_packs_find_only_what_is_acknowledged(self, specimen, build):
        """HIPAA, NIST and PCI find what acknowledge_defaults argues, and no more."""
        app, _ = one_stack(build)
        acknowledge_defaults(app, packs=STRICT_NAMES)
        add_packs(app, *STRICT)

        assert set() == synthesize(app).findings

    def test_cdk_finds_nothing(self, specimen, build):
        """CDK's own validation has nothing to say, not even a warning."""
        app, _ = one_stack(build, RECOMMENDED)
        add_cdk_validation(app)

        assert set() == synthesize(app).findings

    @_FLAGS
    def test_cfn_lint_finds_nothing(self, specimen, build, flags):
        """
        The template is valid by the resource schemas, without a warning of ours.

        A plain function depends on its role twice, which cfn-lint finds obsolete.
        """
        of_cdk = lint(synthesized(specimen.plain, flags))

        assert set() == lint(synthesized(build, flags)) - of_cdk


class TestEverywhere:
    """The promises hold wherever a construct can stand."""

    def test_in_stages_and_nested_stacks(self, specimen):
        """No promise is broken in any stack, and no stacks depend on each other."""
        app = everywhere(specimen.everything)

        assembly = synthesize(app)

        assert set() == assembly.findings
        assert set() == broken(assembly)

    @_FLAGS
    def test_with_and_without_flags(self, specimen, flags):
        """The app's feature flags change no promise."""
        assembly = synthesize(everywhere(specimen.everything, flags=flags))

        assert set() == broken(assembly)

    @pytest.mark.parametrize(("partition", "region"), _REGIONS.items(), ids=_REGIONS)
    def test_in_every_partition(self, specimen, partition, region):
        """No ARN names a partition that the stack is not in."""
        env = cdk.Environment(account="111122223333", region=region)
        assembly = synthesize(everywhere(specimen.everything, env=env))
        text = json.dumps(assembly.templates)

        others = [other for other in _REGIONS if other != partition]
        assert [] == [other for other in others if f"arn:{other}:" in text]
        assert set() == broken(assembly)

    def test_the_same_input_gives_the_same_template(self, specimen):
        """Two synthesized copies of one app are equal, byte for byte."""
        first, second = (
            {path.name: path.read_bytes() for path in template_files(assembly)}
            for assembly in (
                synthesize(everywhere(specimen.everything)) for _ in range(2)
            )
        )

        assert first == second


class TestSnapshot:
    """A changed template is seen by a reviewer."""

    def test_template(self, specimen, build, template_snapshot):
        """The defaults with all that comes with them; with options what they change."""
        template = synthesized(build)
        if build is not specimen.defaults:
            defaults = synthesized(specimen.defaults)["Resources"]
            changed = {
                name: body
                for name, body in template["Resources"].items()
                if "Data" in name and body != defaults.get(name)
            }
            template = {"Resources": changed}

        assert template == template_snapshot


def lint(template: dict[str, Any]) -> set[tuple[str, str]]:
    """Return what cfn-lint finds in *template*."""
    found = cfnlint.api.lint(json.dumps(template), regions=["eu-west-1"])
    return {(each.rule.id, each.message) for each in found}


def broken(assembly: Assembly) -> set[tuple[str, str]]:
    """Return the promises that the templates of *assembly* break, by resource."""
    found = set()
    for stack in assembly.stacks.values():
        for path in stack.templates:
            template = Template(json.loads(path.read_text()), account=stack.account)
            found |= {
                (rule.id, name)
                for name, resource in template.resources.items()
                for rule in RULES
                if rule.breaches(resource)
            }
    return found


def template_files(assembly: Assembly) -> list[Path]:
    """Return the files of all templates of *assembly*."""
    return [path for stack in assembly.stacks.values() for path in stack.templates]
