"""
What the emulator lacks, and what fills it: a module of `tests/e2e/emulator` for each.

Each is tried at ministack as it is and at ministack as the other tests have it. If the
former has it by now, the module can go.
"""

from __future__ import annotations

import socket

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.e2e.support import emulator, probes
from tests.e2e.support.emulator import Emulator
from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.making import call_a_function
from tests.e2e.support.stacks import DeploymentError

_MODULES = Path(__file__).parent / "emulator"
# What the modules share, and no gap.
_HELPERS = {"__init__", "__main__", "answers", "listeners", "permissions"}
# The types that are kept on record and do nothing.
_STUBS = {
    "AWS::EventSchemas::Discoverer",
    "AWS::EventSchemas::Registry",
    "AWS::EventSchemas::Schema",
}


@pytest.fixture(scope="module")
def emulators(tmp_path_factory) -> Iterator[Mapping[str, Endpoint]]:
    """Ministack as it is, and as the other tests have it."""
    emulator.require()
    running = {
        name: Emulator(tmp_path_factory.mktemp(name), gaps=name == "open")
        for name in ("open", "filled")
    }
    yield {name: each.administrator() for name, each in running.items()}
    for each in running.values():
        each.stop()


def _works(probe: Any, endpoint: Endpoint) -> bool:
    """Return whether *probe* finds what it looks for."""
    try:
        return bool(probe(endpoint))
    except (ClientError, DeploymentError):
        return False


class TestGaps:
    def test_each_module_is_tried(self):
        """No module fills a gap that nothing here looks at."""
        modules = {path.stem for path in _MODULES.glob("*.py")} - _HELPERS

        assert modules == {*probes.PROBES}

    @pytest.mark.parametrize("name", probes.PROBES)
    def test_ministack_lacks_it(self, emulators, name):
        """Once this fails, ministack has it: delete the module and its probe."""
        assert not _works(probes.PROBES[name], emulators["open"])

    @pytest.mark.parametrize("name", probes.PROBES)
    def test_the_module_has_it(self, emulators, name):
        """The same probe finds it with the gaps filled."""
        assert probes.PROBES[name](emulators["filled"])


class TestStubs:
    @pytest.mark.usefixtures("emulated")
    def test_it_is_known_what_is_only_on_record(self, production):
        """Of all types of the example, these three have no service behind them."""
        types = {
            type_
            for stack in production.names
            for type_ in production.types(stack).values()
        }

        assert _STUBS == {
            each for each in types if each.startswith("AWS::EventSchemas")
        }
        assert _STUBS == _stub_types()

    @pytest.mark.usefixtures("emulated")
    def test_a_stub_does_nothing(self, production):
        """There is no such service at all."""
        schemas = production.endpoint.client("schemas")

        with pytest.raises(ClientError):
            schemas.list_registries()


def _stub_types() -> set[str]:
    """Return the types of `stub_types`, which only the emulator can import."""
    text = (_MODULES / "stub_types.py").read_text()
    return {word for word in text.split('"') if word.startswith("AWS::")}


class TestMissing:
    @pytest.fixture(autouse=True)
    def _without_emulator(self, monkeypatch):
        """Nothing of it is installed, and no other endpoint is given."""
        monkeypatch.setattr(emulator, "missing", lambda: "there is none")
        monkeypatch.delenv("E2E_ENDPOINT_URL", raising=False)

    def test_tests_are_left_out_and_say_why(self, monkeypatch):
        """Who has no emulator sees that nothing was tested."""
        monkeypatch.delenv("SECURE_CONSTRUCTS_E2E", raising=False)

        with pytest.raises(pytest.skip.Exception, match="there is none"):
            emulator.require()

    def test_it_is_an_error_where_nothing_may_be_left_out(self, monkeypatch):
        """In CI, what is missing does not pass for what is well."""
        monkeypatch.setenv("SECURE_CONSTRUCTS_E2E", "required")

        with pytest.raises(pytest.fail.Exception, match="there is none"):
            emulator.require()


class TestEnd:
    def test_nobody_listens_after_it(self, tmp_path):
        """Neither address answers once the emulator has been stopped."""
        emulator.require()
        running = Emulator(tmp_path)
        endpoint = running.administrator()
        call_a_function(endpoint)
        running.stop()

        for port in running.ports:
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port))

    def test_no_process_is_left(self, tmp_path):
        """Functions are processes of their own, and end with it."""
        emulator.require()
        running = Emulator(tmp_path)
        call_a_function(running.administrator())
        running.stop()

        assert [] == _processes_in(tmp_path)

    def test_it_listens_on_loopback_only(self, tmp_path):
        """Nobody on the network can reach what enforces no signature of GitHub."""
        emulator.require()
        running = Emulator(tmp_path)
        addresses = _listening_at(running.ports)
        running.stop()

        assert {"0100007F"} == addresses


def _processes_in(directory: Path) -> list[str]:
    """Return the current directories of processes that are below *directory*."""
    found = map(_directory_of, Path("/proc").glob("[0-9]*"))
    return [each for each in found if each.startswith(str(directory))]


def _directory_of(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""


def _listening_at(ports: tuple[int, int]) -> set[str]:
    """Return the local addresses at which somebody listens at *ports*."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    sockets = [each[1].split(":") for each in lines[1:] if each[3] == "0A"]
    return {address for address, port in sockets if int(port, 16) in ports}
