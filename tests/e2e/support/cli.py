"""The CDK CLI, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

from tests.e2e.support.endpoint import Endpoint
from tests.support.synth import ROOT

_CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


def bootstrap(endpoint: Endpoint, directory: Path) -> None:
    """Prepare the account for CDK, from a *directory* that no app is in."""
    _run(
        endpoint, directory, "bootstrap", f"aws://{endpoint.account}/{endpoint.region}"
    )


def deploy(endpoint: Endpoint, output: Path, *arguments: str) -> None:
    """Deploy all stacks of the app of cdk.json, or of what *arguments* say."""
    quietly = ("--require-approval", "never", "--output", str(output))
    _run(endpoint, ROOT, "deploy", "--all", *quietly, *arguments)


def _run(endpoint: Endpoint, directory: Path, *arguments: str) -> None:
    """
    Run the CLI against *endpoint*.

    Raises:
        RuntimeError: It failed, with all that it has printed.
    """
    # Settings of AWS that are meant for it alone come from the endpoint.
    foreign = ("CDK_", "AWS_") if endpoint.credentials else ("CDK_",)
    ours = {n: v for n, v in os.environ.items() if not n.startswith(foreign)}
    done = subprocess.run(  # noqa: S603 - our own program
        [os.environ["JSII_NODE"], _CLI, *arguments, "--ci", "--no-notices"],
        cwd=directory,
        env={
            **ours,
            **endpoint.environment,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            # cdk.json starts `python`, which has to be the one that runs this.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), ours["PATH"]]),
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT))),
        },
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=1800,
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
