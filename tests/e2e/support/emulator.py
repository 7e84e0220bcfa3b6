"""Starts the emulator for a run of the tests, on loopback only, and ends it after."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess

from pathlib import Path

import pytest

from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.waiting import eventually
from tests.support.synth import ROOT

PYTHON = ROOT / ".venv-e2e" / "bin" / "python"
ACCOUNT = "123456789012"
_REGION = "eu-west-1"
_HOST = "127.0.0.1"
# Set where a test must not be left out: there, what is missing is an error.
_REQUIRED = "SECURE_CONSTRUCTS_E2E"
_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def require() -> None:
    """Skip a test if there can be no emulator, or fail it where nothing may be."""
    if "E2E_ENDPOINT_URL" in os.environ:
        pytest.skip("this is about the emulator")
    if not (why := missing()):
        return
    if os.environ.get(_REQUIRED) == "required":
        pytest.fail(f"{why}, and {_REQUIRED} says that it has to be there")
    pytest.skip(why)


def missing() -> str | None:
    """Return why there can be no emulator, or None if there can be one."""
    if not PYTHON.exists():
        return "there is no .venv-e2e; make e2e makes it"
    if not shutil.which("openssl"):
        return "there is no openssl, which makes the emulator's certificate"
    return None


class Emulator:
    """
    A running emulator, which enforces IAM.

    Args:
        directory: Where it keeps its files, those of functions included.
        gaps: Whether what ministack lacks is left open.
    """

    def __init__(self, directory: Path, *, gaps: bool = False) -> None:
        self.ports = _free_ports()
        self.log = directory / "emulator.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [PYTHON, "-m", "tests.e2e.emulator"],
                cwd=directory,
                env=_environment(directory, self.ports, gaps=gaps),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._root = Endpoint(
            region=_REGION,
            url=f"https://{_HOST}:{self.ports[0]}",
            plain_url=f"http://{_HOST}:{self.ports[1]}",
            certificate=str(directory / "ministack-tls" / "server.crt"),
            credentials={"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "-"},
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def administrator(self) -> Endpoint:
        """
        Return the emulator as a user who may do everything that a policy can allow.

        To the root of the account policies would not apply.
        """
        iam = self._root.client("iam")
        iam.create_user(UserName="Administrator")
        iam.put_user_policy(
            UserName="Administrator",
            PolicyName="Everything",
            PolicyDocument=json.dumps(_EVERYTHING),
        )
        key = iam.create_access_key(UserName="Administrator")["AccessKey"]
        return self._root.as_user(key)

    def stop(self) -> None:
        """End it, and the functions that it has started."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        # Functions are asked nothing: they may be in the middle of something.
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Tell it and its functions, if any of them is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _wait(self) -> None:
        """Return when it answers."""
        eventually(lambda: self._answers() or self._process.poll() is not None)
        if not self._answers():
            raise RuntimeError(f"the emulator does not start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return not probe.connect_ex((_HOST, self.ports[1]))


def _environment(
    directory: Path, ports: tuple[int, int], *, gaps: bool
) -> dict[str, str]:
    """Return all of the emulator's environment: nothing of ours gets into it."""
    return {
        "AUTH": "true",
        "BIND_HOST": _HOST,
        "E2E_GAPS": "open" if gaps else "",
        "E2E_PLAIN_PORT": str(ports[1]),
        "GATEWAY_PORT": str(ports[0]),
        "HOME": str(directory),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_HOST": _HOST,
        "MINISTACK_REGION": _REGION,
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "SFTP_ENABLED": "0",
        "TMPDIR": str(directory),
        "USE_SSL": "1",
    }


def _free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens at."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((_HOST, 0))
        other.bind((_HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]
