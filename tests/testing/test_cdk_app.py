"""Tests for `cdk_app`: the app of a project, loaded as the CLI loads it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys

from pathlib import Path

import aws_cdk as cdk
import pytest

from secure_constructs.testing import node
from tests.support.projects import APP, INVOICES, load, projects_in, write_app
from tests.support.synth import ROOT

CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
# An app that writes into its template how it was started.
ASKING = """
    import os
    import sys

    import aws_cdk as cdk

    app = cdk.App()
    stack = cdk.Stack(app, "Orders")
    answers = {ANSWERS}
    for name, value in answers.items():
        cdk.CfnOutput(stack, name, value=str(value))
    app.synth()
"""
NESTED = """
    import aws_cdk as cdk
    from aws_cdk import aws_lambda as lambda_, aws_s3 as s3

    class Search(cdk.NestedStack):
        def __init__(self, scope, id):
            super().__init__(scope, id)
            s3.Bucket(self, "Index")

    class Orders(cdk.Stack):
        def __init__(self, scope, id, **options):
            super().__init__(scope, id, **options)
            self.search = Search(self, "Search")
            Search(self.search, "Deep")
            lambda_.Function(
                self, "Handler",
                code=lambda_.Code.from_asset("handler"), handler="main.handler",
                runtime=lambda_.Runtime.PYTHON_3_13,
            )

    app = cdk.App()
    Orders(app, "Orders", stack_name="orders-of-all")
    Orders(cdk.Stage(app, "Dev"), "Orders")
    app.synth()
"""
HANDLER = {"handler/main.py": "def handler(event, context): ..."}


def answers(app) -> dict[str, str]:
    """Return what an asking app wrote."""
    outputs = app.template("Orders")["Outputs"]
    return {name: output["Value"] for name, output in outputs.items()}


def asking(expression: str) -> str:
    """Return the app that answers *expression*, a dictionary."""
    return ASKING.replace("{ANSWERS}", expression)


@pytest.fixture(autouse=True)
def _forget():
    """Forget what a test has imported of its app."""
    yield
    sys.modules.pop("orders_stack", None)


class TestLikeTheCli:
    """The app is started as `cdk synth` starts it."""

    def test_has_the_context_of_cdk_json(self, tmp_path):
        """The app sees the context, and CDK the feature flags."""
        app = asking("{'Tier': app.node.try_get_context('tier')}")
        write_app(tmp_path, app, context={"tier": "production"})

        assert {"Tier": "production"} == answers(load(tmp_path))

    def test_has_more_context_on_request(self, tmp_path):
        """context= is what -c is on the command line: it wins."""
        app = asking("{'Tier': app.node.try_get_context('tier')}")
        write_app(tmp_path, app, context={"tier": "production"})
        loaded = projects_in(tmp_path).load(context={"tier": "development"})

        assert {"Tier": "development"} == answers(loaded)

    def test_context_wins_over_defaults_of_the_app(self, tmp_path):
        """What the app's code says are defaults, as with the CLI."""
        source = APP.replace("cdk.App()", "cdk.App(context={'a': 1, 'b': 1})")
        loaded = load(write_app(tmp_path, source, context={"b": 2}))

        given = loaded.app.node
        assert (1, 2) == (given.try_get_context("a"), given.try_get_context("b"))

    def test_the_app_has_the_last_word(self, tmp_path):
        """What the app sets after the CLI stays."""
        source = APP.replace("cdk.App()", "cdk.App(post_cli_context={'a': 3})")
        loaded = load(write_app(tmp_path, source, context={"a": 2}))

        assert 3 == loaded.app.node.try_get_context("a")

    def test_has_arguments(self, tmp_path):
        """The arguments of the command are those of the program."""
        app = asking("{'Arguments': sys.argv[1:]}")
        write_app(tmp_path, app, app="python app.py --stage dev")

        assert "['--stage', 'dev']" == answers(load(tmp_path))["Arguments"]

    def test_runs_a_module(self, tmp_path):
        """A module is found from the folder, and is the main program."""
        files = {"shop/app.py": asking("{'Name': __name__, 'Package': __package__}")}
        write_app(tmp_path, app="python -m shop.app", files=files)

        assert {"Name": "__main__", "Package": "shop"} == answers(load(tmp_path))

    def test_runs_a_file_in_a_folder(self, tmp_path):
        """Modules are found beside the file, and files from the folder of cdk.json."""
        files = {
            "bin/app.py": "import names\n" + asking("{'Name': names.NAME}").strip(),
            "bin/names.py": "from pathlib import Path\nNAME = Path('name').read_text()",
            "name": "shop",
        }
        files["bin/app.py"] = "import names\n" + "\n".join(
            line[4:] for line in asking("{'Name': names.NAME}").splitlines()
        )
        write_app(tmp_path, app="python bin/app.py", files=files)

        assert {"Name": "shop"} == answers(load(tmp_path))

    def test_finds_assets_from_the_folder(self, tmp_path):
        """A relative path is one from the folder of cdk.json, for CDK as well."""
        loaded = load(write_app(tmp_path, NESTED, files=HANDLER))

        assert [] != list(loaded.directory.glob("asset.*/main.py"))

    def test_has_an_environment_on_request(self, tmp_path):
        """environment= is what the CLI or a pipeline would add."""
        app = asking("{'Region': os.environ['CDK_DEFAULT_REGION']}")
        write_app(tmp_path, app)
        given = {"CDK_DEFAULT_REGION": "eu-west-1"}

        assert {"Region": "eu-west-1"} == answers(
            projects_in(tmp_path).load(environment=given)
        )

    def test_may_end_itself(self, tmp_path):
        """A program that ends with success has succeeded."""
        loaded = load(write_app(tmp_path, f"{APP}\n    raise SystemExit(0)\n"))

        assert ["Orders"] == list(loaded.templates)

    def test_writes_nothing_into_the_project(self, tmp_path):
        """Not even an app that names its own directory does."""
        source = APP.replace("cdk.App()", "cdk.App(outdir='cdk.out')")
        before = set(write_app(tmp_path, source).rglob("*.json"))
        load(tmp_path)

        found = {file for file in tmp_path.rglob("*.json") if ".made" not in file.parts}
        assert before == found

    def test_an_own_class_of_app_is_one(self, tmp_path):
        """A subclass of App, made with options of its own, is the app."""
        source = """
            import aws_cdk as cdk

            class Shop(cdk.App):
                def __init__(self, name):
                    super().__init__(analytics_reporting=False)
                    cdk.Stack(self, name)

            Shop("Orders").synth()
        """
        loaded = load(write_app(tmp_path, source, context={"a": 1}))

        assert ("Shop", 1) == (
            type(loaded.app).__name__,
            loaded.app.node.try_get_context("a"),
        )

    @pytest.mark.skipif(not CLI.exists(), reason="node_modules has no CDK CLI")
    def test_templates_are_those_of_the_cli(self, tmp_path):
        """Byte for byte: assets, nested stacks, stages and metadata included."""
        write_app(tmp_path, NESTED, files=HANDLER, context={"@aws-cdk/core:x": True})
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }
        node = os.environ.get("JSII_NODE", "node")
        command = [node, str(CLI), "synth", "--quiet", "--no-notices"]
        # The tests name the CLI, and no user has a say in what is run.
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)  # noqa: S603

        assert written(tmp_path / "cdk.out") == written(load(tmp_path).directory)


def written(directory: Path) -> dict[str, bytes]:
    """Return the templates in *directory*, by their files."""
    found = {
        str(file.relative_to(directory)): file.read_bytes()
        for file in directory.rglob("*.template.json")
    }
    assert found
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """An app with a stage and nested stacks."""
    folder = tmp_path_factory.mktemp("nested")
    return load(write_app(folder, NESTED, files=HANDLER))


class TestStacks:
    """The stacks have the names that `cdk list` shows."""

    def test_has_all_templates(self, loaded):
        """Those of stages and of nested stacks too."""
        names = ["Orders", "Orders/Search", "Orders/Search/Deep"]

        assert names + [f"Dev/{name}" for name in names] == list(loaded.templates)

    @pytest.mark.parametrize("refused", ["pathMetadata", "assetMetadata"])
    def test_has_all_without_metadata(self, tmp_path, loaded, refused):
        """cdk.json can keep out of the templates what says where the others are."""
        write_app(tmp_path, NESTED, files=HANDLER, **{refused: False})
        templates = load(tmp_path).templates
        buckets = [
            {name for name in template["Resources"] if name.startswith("Index")}
            for template in (
                templates["Orders/Search"],
                templates["Orders/Search/Deep"],
            )
        ]

        assert list(loaded.templates) == list(templates)
        assert [1, 1] == list(map(len, buckets))
        assert templates["Orders/Search/Deep"] != templates["Orders/Search"]

    def test_equal_ones_are_two(self, tmp_path):
        """Two nested stacks with one content have two names, the oddest included."""
        source = """
            import aws_cdk as cdk

            app = cdk.App()
            stack = cdk.Stack(app, "New-Orders")
            group = cdk.NestedStack(stack, "Default")
            for scope, name in [(stack, "A.b"), (stack, "A-b"), (group, "Resource")]:
                cdk.CfnResource(cdk.NestedStack(scope, name), "C", type="Our::Own::C")
            app.synth()
        """
        loaded = load(write_app(tmp_path, source))

        names = ["A-b", "A.b", "Default", "Default/Resource"]
        assert ["New-Orders", *(f"New-Orders/{name}" for name in names)] == list(
            loaded.templates
        )

    def test_fails_on_a_file_that_is_gone(self, tmp_path):
        """A nested stack whose template cannot be found does not just vanish."""
        loaded = load(write_app(tmp_path, NESTED, files=HANDLER))
        for file in loaded.directory.glob("*Deep*.nested.template.json"):
            file.unlink()

        with pytest.raises(ValueError, match="no template of the nested stack 'Orders"):
            _ = loaded.templates

    @pytest.mark.parametrize("name", ["Orders", "Dev/Orders/Search/Deep"])
    def test_has_each_template(self, loaded, name):
        """A template is had by the name of its stack."""
        assert loaded.templates[name] == loaded.template(name)

    def test_nested_templates_are_their_own(self, loaded):
        """The template of a nested stack has its resources, and not those around it."""
        types = {
            resource["Type"]
            for resource in loaded.template("Orders/Search/Deep")["Resources"].values()
        }

        assert "AWS::S3::Bucket" in types
        assert "AWS::Lambda::Function" not in types

    @pytest.mark.parametrize("name", ["Orders", "Dev/Orders"])
    def test_has_each_stack(self, loaded, name):
        """A stack is the very object that the app's code made, by its path."""
        stack = loaded.stack(name)

        assert ("Orders", name) == (type(stack).__name__, stack.node.path)

    def test_has_nested_stacks(self, loaded):
        """They are objects of the app as well."""
        assert loaded.stack("Orders").search is loaded.stack("Orders/Search")

    def test_a_template_is_a_copy(self, loaded):
        """A test may change what it gets without disturbing the next one."""
        loaded.template("Orders").clear()

        assert loaded.template("Orders")

    @pytest.mark.parametrize("ask", ["stack", "template"])
    def test_fails_on_others(self, loaded, ask):
        """The error names what is close."""
        with pytest.raises(KeyError, match="no stack 'Order'; there are Orders"):
            getattr(loaded, ask)("Order")

    def test_lists_all_where_nothing_is_close(self, loaded):
        """The error names all stacks if no name is like the one asked for."""
        with pytest.raises(KeyError, match="'zzz'; there are Orders, Orders/Search, "):
            loaded.template("zzz")


class TestOnce:
    """Loading takes time, so an app is loaded once for all tests that agree."""

    def test_is_loaded_once(self, tmp_path):
        """The same context gives the same app."""
        projects = projects_in(write_app(tmp_path))

        assert projects.load() is projects.load(context={})

    def test_is_loaded_anew_with_other_context(self, tmp_path):
        """Another context gives another app."""
        projects = projects_in(write_app(tmp_path))

        assert projects.load() is not projects.load(context={"a": 1})

    def test_is_loaded_anew_in_another_environment(self, tmp_path, monkeypatch):
        """A test that changes the environment gets what the app makes of that."""
        projects = projects_in(write_app(tmp_path))
        before = projects.load()
        monkeypatch.setenv("STAGE", "dev")

        assert before is not projects.load()

    def test_the_names_of_tests_do_not_matter(self, tmp_path, monkeypatch):
        """What pytest itself puts into the environment is no other environment."""
        projects = projects_in(write_app(tmp_path))
        before = projects.load()
        monkeypatch.setenv("PYTEST_CURRENT_TEST", "another")

        assert before is projects.load()


class TestFolder:
    def test_comes_from_the_settings(self, tmp_path):
        """The folder of the settings is relative to the rootdir."""
        write_app(tmp_path / "infra")

        assert ["Orders"] == list(projects_in(tmp_path, "infra").load().templates)

    def test_can_be_named(self, tmp_path):
        """A folder that a test names comes before that of the settings."""
        write_app(tmp_path / "infra")
        write_app(tmp_path / "shop", APP.replace('"Orders"', '"Shop"'))

        loaded = projects_in(tmp_path, "infra").load(folder="shop")
        assert ["Shop"] == list(loaded.templates)

    def test_two_projects_do_not_mix(self, tmp_path):
        """Modules of one name are each project's own, in whatever order."""
        projects = projects_in(tmp_path)
        for name in ("Red", "Blue"):
            files = {
                "colour.py": f"NAME = '{name}'",
                "parts/names.py": f"NAME = '{name}'",
            }
            source = asking("{'Names': [colour.NAME, names.NAME]}").replace(
                "import sys",
                "import sys\n    import colour\n    from parts import names",
            )
            write_app(tmp_path / name, source, files=files)

        assert ["['Red', 'Red']", "['Blue', 'Blue']", "['Red', 'Red']"] == [
            answers(projects.load(folder=name, context={"at": number}))["Names"]
            for number, name in enumerate(["Red", "Blue", "Red"])
        ]


class TestErrors:
    """Whatever the CLI could not go on with is an error that says what to do."""

    def test_shows_what_the_app_raised(self, tmp_path):
        """The app's own exception is in the message, and is the cause."""
        source = "raise LookupError('no such tier')"

        with pytest.raises(RuntimeError, match="raised LookupError: no such") as error:
            load(write_app(tmp_path, source))
        assert isinstance(error.value.__cause__, LookupError)

    def test_names_the_command_and_the_folder(self, tmp_path):
        """Which app it is stands in front."""
        with pytest.raises(RuntimeError) as error:
            load(write_app(tmp_path, "raise LookupError"))

        start = f"the app 'python3 app.py' in {tmp_path} raised"
        assert start == str(error.value)[: len(start)]

    def test_shows_what_cdk_raised(self, tmp_path):
        """An error of CDK reads as CDK wrote it."""
        source = APP.replace("app.synth()", 'OrdersStack(app, "Orders")')

        with pytest.raises(
            RuntimeError, match="already a Construct with name 'Orders'"
        ):
            load(write_app(tmp_path, source))

    @pytest.mark.parametrize("code", ["1", "'no tier'"])
    def test_fails_on_exit(self, tmp_path, code):
        """A program that ends with an error has failed."""
        with pytest.raises(RuntimeError, match=f"ended with {code}$"):
            load(write_app(tmp_path, f"raise SystemExit({code})"))

    def test_fails_without_a_program(self, tmp_path):
        """The error names the file that is not there."""
        with pytest.raises(RuntimeError, match="FileNotFoundError: .*main.py"):
            load(write_app(tmp_path, app="python main.py"))

    def test_fails_without_an_app(self, tmp_path):
        """A program that makes no App has nothing to deploy."""
        with pytest.raises(ValueError, match="makes no App; make one, and call its"):
            load(write_app(tmp_path, "print('hello')"))

    def test_fails_on_two_apps(self, tmp_path):
        """The CLI deploys one of two apps, and not the one that one thinks of."""
        source = APP.replace("app.synth()", "app.synth()\n    cdk.App().synth()")

        with pytest.raises(ValueError, match="makes 2 Apps; the CLI deploys one"):
            load(write_app(tmp_path, source))

    def test_fails_without_synth(self, tmp_path):
        """An app in Python that is not synthesized leaves nothing to the CLI."""
        with pytest.raises(ValueError, match=r"does not call synth\(\) of its App"):
            load(write_app(tmp_path, APP.replace("app.synth()", "")))

    def test_fails_on_lookups(self, tmp_path):
        """What only AWS could answer is named, with what to do."""
        source = """
            import aws_cdk as cdk
            from aws_cdk import aws_ec2 as ec2

            app = cdk.App()
            env = cdk.Environment(account="111122223333", region="eu-west-1")
            stack = cdk.Stack(app, "Orders", env=env)
            ec2.Vpc.from_lookup(stack, "Vpc", is_default=True)
            app.synth()
        """

        with pytest.raises(ValueError, match="vpc-provider:account=111122223333") as e:
            load(write_app(tmp_path, source))
        assert "commit its cdk.context.json, or pass the values" in str(e.value)

    def test_lookups_can_be_answered(self, tmp_path):
        """What cdk.context.json or context= answers is not asked for."""
        zones = "availability-zones:account=111122223333:region=eu-west-1"
        source = asking("{'Zones': cdk.Fn.select(1, stack.availability_zones)}")
        env = "env=cdk.Environment(account='111122223333', region='eu-west-1')"
        source = source.replace('"Orders"', f'"Orders", {env}')
        write_app(tmp_path, source)
        loaded = projects_in(tmp_path).load(context={zones: ["x", "y"]})

        assert {"Zones": "y"} == answers(loaded)

    def test_fails_on_findings_of_the_app(self, tmp_path):
        """What makes `cdk synth` fail does so here, with all that it says."""
        source = APP.replace(
            "app.synth()",
            "cdk.Validations.of(app).add_plugins(Checklist(rules=['S3-02']))\n"
            "    app.synth()",
        ).replace(
            "import aws_cdk",
            "from secure_constructs import Checklist\n    import aws_cdk",
        )

        with pytest.raises(
            ValueError, match="not pass its own validation:\n\nS3-02 at"
        ):
            load(write_app(tmp_path, source))


class TestTraces:
    """Nothing of the app stays in the process of the tests."""

    @pytest.fixture
    def folder(self, tmp_path):
        """A project whose program changes whatever it can reach."""
        source = """
            import os
            import sys

            os.environ["LEFT"] = "by the app"
            os.environ.pop("HOME", None)
            sys.path.append("left")
            os.chdir("/")
            raise LookupError
        """
        return write_app(tmp_path, source)

    def test_leaves_no_trace(self, folder, monkeypatch):
        """Not even when it fails."""
        monkeypatch.setenv("HOME", "here")
        before = state()
        with pytest.raises(RuntimeError):
            load(folder)

        assert before == state()

    def test_leaves_the_app_class(self, tmp_path):
        """Apps that tests make afterwards are no business of the loader."""
        before = cdk.App.__init__
        load(write_app(tmp_path, context={"a": 1}))

        assert before is cdk.App.__init__
        assert cdk.App().node.try_get_context("a") is None

    def test_the_tests_keep_their_modules(self, tmp_path, monkeypatch):
        """A module that the tests imported is the same before and after."""
        monkeypatch.syspath_prepend(str(write_app(tmp_path)))
        orders_stack = importlib.import_module("orders_stack")

        load(tmp_path)
        assert orders_stack is sys.modules["orders_stack"]

    @pytest.mark.parametrize("place", ["project", "elsewhere"])
    def test_the_app_has_its_own_modules(self, tmp_path, monkeypatch, place):
        """What the tests loaded by a name of the app's is not what the app gets."""
        folder = write_app(tmp_path / "project")
        write_app(tmp_path / "elsewhere")
        monkeypatch.syspath_prepend(str(tmp_path / place))
        loaded = importlib.import_module("orders_stack")
        monkeypatch.delattr(loaded, "OrdersStack")

        assert ["Orders"] == list(load(folder).templates)

    def test_forgets_the_modules_of_the_app(self, tmp_path):
        """What the app loaded is not what a test would get by that name."""
        load(write_app(tmp_path))

        assert "orders_stack" not in sys.modules

    def test_modules_are_loaded_anew(self, tmp_path):
        """A module that reads the environment reads it for each app."""
        source = asking("{'Stage': stage.STAGE}")
        files = {"stage.py": "import os\nSTAGE = os.environ['STAGE']"}
        source = source.replace("import sys", "import sys\n    import stage")
        projects = projects_in(write_app(tmp_path, source, files=files))

        assert ["dev", "prod"] == [
            answers(projects.load(environment={"STAGE": stage}))["Stage"]
            for stage in ("dev", "prod")
        ]


def state() -> dict[str, object]:
    """Return what an app could change."""
    modules = {name for name in sys.modules if name in ("orders_stack", "app")}
    return {
        "environment": {
            name: value
            for name, value in os.environ.items()
            if name != "PYTEST_CURRENT_TEST"
        },
        "arguments": list(sys.argv),
        "path": list(sys.path),
        "directory": Path.cwd(),
        "directory of Node": node.enter(Path.cwd()),
        "modules": modules,
        "main": sys.modules["__main__"],
    }


class TestNewApp:
    """An empty app for tests of one stack."""

    def test_has_the_context(self, tmp_path):
        """It has the context of cdk.json, and what the test adds."""
        write_app(tmp_path, context={"a": 1, "b": 1})
        app = projects_in(tmp_path).new_app(context={"b": 2})

        given = app.node
        assert (1, 2) == (given.try_get_context("a"), given.try_get_context("b"))

    def test_is_new_each_time(self, tmp_path):
        """Two tests may use the same ids."""
        projects = projects_in(write_app(tmp_path))

        assert projects.new_app().outdir != projects.new_app().outdir

    def test_makes_the_template_of_the_app(self, tmp_path, monkeypatch):
        """A stack in it has the template that the whole app would deploy."""
        write_app(
            tmp_path, context={"@aws-cdk/aws-s3:publicAccessBlockedByDefault": True}
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        projects = projects_in(tmp_path)
        stack = importlib.import_module("orders_stack").OrdersStack(
            projects.new_app(), "Orders"
        )
        template = json.loads(
            Path(stack.node.root.synth().directory, stack.template_file).read_text()
        )
        assert projects.load().template("Orders") == template

    def test_can_be_of_another_folder(self, tmp_path):
        """A folder that a test names is that of the context."""
        write_app(tmp_path / "shop", context={"a": 1})
        app = projects_in(tmp_path).new_app(folder="shop")

        assert 1 == app.node.try_get_context("a")


def test_a_user_gets_it_by_name(user):
    """The fixtures are there, find the project, and load its app once."""
    write_app(user.folder, context={"a": 1})
    user.write(f"""
        import pytest

        @pytest.fixture(scope="session")
        def orders(cdk_app):
            return cdk_app().template("Orders")

        def test_template(orders):
            assert {INVOICES!r} in orders["Resources"]

        def test_once(cdk_app):
            assert cdk_app() is cdk_app()

        def test_new(new_cdk_app):
            assert new_cdk_app().node.try_get_context("a") == 1
    """)

    user.run().assert_outcomes(passed=3)
