"""Tests for the modules of an app: which are loaded anew, wherever they are."""

from __future__ import annotations

import importlib
import sys
import textwrap

from types import ModuleType

import pytest

from tests.support.projects import projects_in, write, write_app

# An app with an output that a module decides when it is loaded.
APP = """
    import aws_cdk as cdk
    from {package} import stage

    app = cdk.App()
    cdk.CfnOutput(cdk.Stack(app, "Shop"), "Stage", value=stage.STAGE)
    app.synth()
"""
STAGE = """
    import os

    STAGE = os.environ.get("STAGE", "none")
"""
PACKAGE = {"shopx/__init__.py": "", "shopx/stage.py": STAGE}


@pytest.fixture(autouse=True)
def _forget():
    """Forget what stays of the package after a test."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "shopx"]:
        del sys.modules[name]


def stages(folder, *, app: str = "python3 app.py") -> list[str]:
    """Return the stage in the template, for an app loaded as two stages."""
    write_app(folder, APP.format(package="shopx"), app=app)
    projects = projects_in(folder)
    loaded = [projects.load(environment={"STAGE": each}) for each in ("dev", "prod")]
    return [each.template("Shop")["Outputs"]["Stage"]["Value"] for each in loaded]


class TestAnew:
    """A module that reads the environment reads it for each app."""

    def test_beside_the_folder(self, tmp_path, monkeypatch):
        """Neither installed nor below the folder of cdk.json, as an editable one."""
        write(tmp_path / "library", PACKAGE)
        monkeypatch.syspath_prepend(str(tmp_path / "library"))

        assert ["dev", "prod"] == stages(tmp_path / "shop")
        assert "shopx.stage" not in sys.modules

    def test_in_the_repository(self, tmp_path, monkeypatch):
        """Not even what the tests have loaded of the repository is what it gets."""
        write(tmp_path, {**PACKAGE, ".git/HEAD": ""})
        monkeypatch.syspath_prepend(str(tmp_path))
        loaded = importlib.import_module("shopx.stage")

        assert ["dev", "prod"] == stages(tmp_path / "shop")
        assert loaded is sys.modules["shopx.stage"]

    @pytest.mark.parametrize("before", [True, False])
    def test_of_an_installed_program(self, tmp_path, monkeypatch, before):
        """The package that is run is loaded anew wherever it is."""
        installed = tmp_path / "site-packages"
        write(installed, {**PACKAGE, "shopx/app.py": APP.format(package="shopx")})
        monkeypatch.syspath_prepend(str(installed))
        if before:
            importlib.import_module("shopx.stage")

        assert ["dev", "prod"] == stages(tmp_path / "shop", app="python3 -m shopx.app")
        assert before == ("shopx.stage" in sys.modules)


class TestOnce:
    """What is loaded once is the first for all apps."""

    @pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
    def test_of_another_package(self, tmp_path, monkeypatch, folder):
        """Another package that was installed, wherever that is."""
        write(tmp_path / folder, PACKAGE)
        write(tmp_path, {".git/HEAD": ""})
        monkeypatch.syspath_prepend(str(tmp_path / folder))

        assert ["dev", "dev"] == stages(tmp_path / "shop")

    def test_of_jsii(self, tmp_path, monkeypatch):
        """A library from jsii, since Node knows the classes that were there first."""
        write(tmp_path, {**PACKAGE, "shopx/_jsii.py": "", ".git/HEAD": ""})
        write(tmp_path, {"shopx/__init__.py": "from shopx import _jsii"})
        monkeypatch.syspath_prepend(str(tmp_path))

        assert ["dev", "dev"] == stages(tmp_path / "shop")

    def test_before_it_and_elsewhere(self, tmp_path, monkeypatch):
        """What the tests have loaded from outside of the repository."""
        write(tmp_path / "library", PACKAGE)
        write(tmp_path / "shop", {".git/HEAD": ""})
        monkeypatch.syspath_prepend(str(tmp_path / "library"))
        importlib.import_module("shopx.stage")

        assert ["none", "none"] == stages(tmp_path / "shop")

    def test_of_python(self, tmp_path, monkeypatch):
        """What comes with Python."""
        monkeypatch.delitem(sys.modules, "colorsys", raising=False)
        stage = f"import colorsys\n{textwrap.dedent(STAGE)}"
        write(tmp_path / "shop", {**PACKAGE, "shopx/stage.py": stage})

        assert ["dev", "prod"] == stages(tmp_path / "shop")
        assert "colorsys" in sys.modules

    @pytest.mark.parametrize("name", ["jsii.probe", "secure_constructs.probe"])
    def test_of_what_loads_it(self, tmp_path, monkeypatch, name):
        """This library and jsii, even where they are not installed."""
        module = ModuleType(name)
        module.__file__ = str(tmp_path / "shop" / "probe.py")
        monkeypatch.setitem(sys.modules, name, module)
        stage = f"import sys\nSTAGE = str({name!r} in sys.modules)\n"
        write(tmp_path / "shop", {**PACKAGE, "shopx/stage.py": stage})

        assert ["True", "True"] == stages(tmp_path / "shop")
