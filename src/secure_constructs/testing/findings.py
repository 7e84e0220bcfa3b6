"""assert_no_findings: nothing is open by cdk-nag, CDK or the Checklist."""

from __future__ import annotations

import functools
import importlib

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

import aws_cdk as cdk

from constructs import Construct

from secure_constructs.checks.checklist import Checklist
from secure_constructs.testing.app import CdkApp
from secure_constructs.testing.report import Reported, report_of, reported_in, written

Pack = Literal[
    "AwsSolutions",
    "HIPAA.Security",
    "NIST.800.53.R4",
    "NIST.800.53.R5",
    "PCI.DSS.321",
    "Serverless",
]
_CDK = "CloudFormation Validate"
_CHECKLIST = "SecureConstructs"
# The plugins that were added to an app, by where it is synthesized to and by name.
_ADDED: dict[str, dict[str, Any]] = defaultdict(dict)
# How plugins are made for an app, by their names.
Plugins: TypeAlias = dict[str, Callable[[cdk.App], Any]]


def assert_no_findings(
    scope: Construct | CdkApp,
    *,
    packs: Iterable[Pack] = ("AwsSolutions",),
    checklist: Checklist | bool = True,
    cdk_validation: bool = True,
) -> None:
    """
    Assert that nothing is open in *scope* which nobody acknowledged.

    The whole app is synthesized, with its aspects, stages and nested stacks; what is
    found outside of *scope* is left out. What `cdk_app` returns is loaded once more.

    Args:
        scope: A construct, a stack, an app, or what `cdk_app` returns.
        packs: The packs of cdk-nag, by the names in front of their rules.
        checklist: Whether to check the rules of this library; pass a `Checklist` to
            select some of them.
        cdk_validation: Whether to check the rules of CDK. They cost two seconds once
            in each process.

    Raises:
        AssertionError: Something is open, errors or warnings.
        TypeError: *scope* is neither.
        ValueError: There is no such pack, or the app was checked by other rules.
    """
    __tracebackhide__ = True
    plugins = _packs(packs)
    if checklist is not False:
        rules = _every_rule() if checklist is True else checklist
        plugins[_CHECKLIST] = lambda _: rules
    if cdk_validation:
        plugins[_CDK] = lambda _: cdk_rules()
    where = "the app"
    if isinstance(scope, CdkApp):
        directory = scope.again(functools.partial(_add, plugins)).directory
        found = reported_in(directory)
    else:
        found = _found(scope, plugins)
        where = scope.node.path or where
    if found:
        said = f"open findings in {where} ({len(found)})"
        raise AssertionError(f"{said}:\n\n{written(found)}")


def _found(scope: Construct, plugins: Plugins) -> list[Reported]:
    """Return what *plugins* find in *scope*, and what those of the app itself find."""
    if not isinstance(scope, Construct):
        raise TypeError(f"{scope!r} is no construct; pass the stack, or its app")
    # Python can make no tree with another root.
    app = cast("cdk.App", scope.node.root)
    _add(plugins, app)
    _synthesize(app)
    others = _ADDED[app.outdir].keys() - plugins
    inside = f"{scope.node.path}/".lstrip("/")
    return [
        each
        for each in reported_in(Path(app.outdir))
        if each.plugin not in others and f"{each.place}/".startswith(inside)
    ]


def _add(plugins: Plugins, app: cdk.App) -> None:
    """Add *plugins* to *app*, those that were not added before."""
    added = _ADDED[app.outdir]
    for name, make in plugins.items():
        if name not in added:
            added[name] = make(app)
            cdk.Validations.of(app).add_plugins(added[name])
        elif name == _CHECKLIST and make(app) is not added[name]:
            raise ValueError(
                "checklist= differs from the one that this app was checked with "
                "before; make the app anew for each"
            )


def _synthesize(app: cdk.App) -> None:
    """Synthesize *app*, also if that was done before the plugins were added."""
    report = report_of(Path(app.outdir))
    report.unlink(missing_ok=True)
    for force in (False, True):
        try:
            app.synth(force=force)
        except RuntimeError:
            # Findings that are errors; the report has them, and the warnings too.
            if not report.exists():
                raise
        if report.exists():
            return


def _packs(names: Iterable[str]) -> Plugins:
    """Return the packs called *names*."""
    chosen, known = list(names), get_args(Pack)
    unknown = [each for each in chosen if each not in known]
    if unknown:
        names = ", ".join(known)
        raise ValueError(f"packs={unknown!r} are none of cdk-nag; use some of {names}")
    return {name: functools.partial(_pack, name) for name in chosen}


def _pack(name: str, app: cdk.App) -> Any:  # noqa: ANN401 - cdk-nag is no dependency
    """Return the pack called *name*, for *app*."""
    try:
        nag = importlib.import_module("cdk_nag")
    except ImportError as error:
        raise ImportError(
            f"packs={name!r} needs cdk-nag; pip install 'secure-constructs[testing]', "
            "or pass packs=[]"
        ) from error
    return getattr(nag, f"{name.replace('.', '')}Checks")(app)


@functools.cache
def _every_rule() -> Checklist:
    return Checklist()


@functools.cache
def cdk_rules() -> cdk.CloudFormationValidatePlugin:
    """Return CDK's plugin: each one has an engine, and a dozen exhaust the memory."""
    return cdk.CloudFormationValidatePlugin()
