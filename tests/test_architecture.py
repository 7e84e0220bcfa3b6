"""The import rules of the package, checked on its source."""

from __future__ import annotations

import ast

from pathlib import Path

import secure_constructs

ROOT = Path(secure_constructs.__file__).parent
CONSTRUCTS = {
    "bucket",
    "event_bus",
    "event_route",
    "event_schedule",
    "function",
    "github_oidc",
    "table",
    "tenancy",
}
SHARED = {"acknowledge", "access_patterns", "baseline", "key", "tags", "tier", "waiver"}


def imports() -> dict[str, set[str]]:
    """Return what each module imports when it is loaded, by dotted names."""
    found = {}
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[module] = set(_imported(ast.parse(path.read_text()).body))
    return found


def _imported(body):
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.removeprefix("secure_constructs.")
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_constructs_do_not_import_each_other():
    """They meet in the user's code, through CDK's interfaces."""
    assert [] == [
        (module, name)
        for module, names in imports().items()
        for name in names & CONSTRUCTS
    ]


def test_the_shared_pieces_import_no_construct():
    """What constructs share knows none of them."""
    found = imports()

    assert [] == [name for name in SHARED for used in found[name] & CONSTRUCTS]


def test_rules_do_not_need_cdk():
    """Templates are checked and compared where neither CDK nor Node is installed."""
    plugins = {"checks.checklist", "checks.guard", "checks.violations"}

    assert [] == [
        (module, name)
        for module, names in imports().items()
        if module.startswith(("changes", "checks.")) and module not in plugins
        for name in names
        if name.startswith(("aws_cdk", "constructs", "jsii"))
    ]


def test_schemas_are_read_in_one_place_and_late():
    """Nobody waits for cfn-lint who compares nothing."""
    assert [] == [
        module
        for module, names in imports().items()
        if module.startswith("changes")
        for name in names
        if name.startswith(("cfnlint", "pytest")) and module != "testing.plugin"
    ]


def test_only_the_command_line_needs_its_extra():
    """A user of the constructs installs CDK and nothing else."""
    extras = {"cdk_nag", "cfnlint", "click", "grandalf", "jinja2", "jsonschema"}
    extras |= {"pytest", "rich", "syrupy", "yaml"}
    found = imports()
    needed = reached = CONSTRUCTS | SHARED | {"checks.checklist"}
    while reached:
        files = {file for name in reached for file in (name, f"{name}.__init__")}
        names = {name for file in files for name in found.get(file, ())}
        reached = names - needed
        needed = needed | names

    assert set() == {name.split(".")[0] for name in needed} & extras


def test_only_tests_need_the_testing_kit():
    """Nothing that is deployed or checked with loads pytest or its plugin."""
    assert [] == [
        (module, name)
        for module, names in imports().items()
        if not module.startswith("testing.")
        for name in names
        if name.startswith(
            ("testing", "secure_constructs.testing", "pytest", "_pytest")
        )
    ]


def test_the_testing_kit_knows_no_construct():
    """It tests any app, by its templates."""
    assert [] == [
        (module, name)
        for module, names in imports().items()
        if module.startswith("testing.")
        for name in names & (CONSTRUCTS | SHARED)
    ]


def test_files_stay_small():
    """
    A file that does not fit on a few screens holds more than one thing.

    `function.py` holds one: 45 options, each with its words in the docstring.
    """
    longest = {"function.py": 420}

    assert [] == [
        path.name
        for path in ROOT.rglob("*.py")
        if len(path.read_text().splitlines()) > longest.get(path.name, 290)
    ]
