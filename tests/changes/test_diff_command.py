"""The command that compares templates, folders and apps."""

from __future__ import annotations

import json

from pathlib import Path

import pytest
import yaml

from click.testing import CliRunner, Result

from secure_constructs.__main__ import main
from tests.support.changes import resource, template

TABLE = "AWS::DynamoDB::Table"
PLAIN = template(Orders=resource(TABLE, TableName="a"))
RENAMED = template(Orders=resource(TABLE, TableName="b"))
SLOWER = template(Orders=resource(TABLE, TableName="a", BillingMode="PROVISIONED"))
UNKNOWN = [
    template(Basket=resource("Acme::Shop::Basket", Name=each)) for each in ("a", "b")
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs the command in a folder of its own, which it returns too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["diff", *arguments])

    return run


def write(path: str, body: object) -> str:
    """Write *body* as JSON, and return its path."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    return path


def app(folder: str, **stacks: object) -> str:
    """Write what `cdk synth` leaves of an app with *stacks*."""
    artifacts = {}
    for name, body in stacks.items():
        write(f"{folder}/{name}.template.json", body)
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.template.json"},
            "displayName": f"Shop/{name}",
        }
    write(f"{folder}/manifest.json", {"version": "1", "artifacts": artifacts})
    return folder


class TestExitCode:
    @pytest.mark.parametrize(
        ("new", "options", "code"),
        [
            (PLAIN, [], 0),
            (SLOWER, [], 0),
            (SLOWER, ["--fail-on", "behaviour"], 1),
            (PLAIN, ["--fail-on", "behaviour"], 0),
            (RENAMED, [], 1),
            (RENAMED, ["--fail-on", "behaviour"], 1),
            (RENAMED, ["--fail-on", "never"], 0),
            (RENAMED, ["--allow", "Orders=copied by hand"], 0),
            (RENAMED, ["--allow", "Orders.TableName=copied=by hand"], 0),
            (SLOWER, ["--fail-on", "behaviour", "--allow", "Orders=is cheap"], 0),
        ],
    )
    def test_tells_how_it_went(self, run, new, options, code):
        """0 is fine, 1 is not."""
        result = run(write("old.json", PLAIN), write("new.json", new), *options)

        assert code == result.exit_code

    def test_of_what_cannot_be_judged(self, run):
        """An unknown type is neither fine nor dangerous."""
        result = run(*(write(f"{each}.json", UNKNOWN[each]) for each in (0, 1)))

        assert 2 == result.exit_code
        assert "Not judged: Basket.Properties" not in result.stderr
        assert "(Acme::Shop::Basket): unknown type, any change may" in result.stderr

    def test_of_what_never_fails(self, run):
        """What cannot be judged is only said."""
        files = (write(f"{each}.json", UNKNOWN[each]) for each in (0, 1))

        result = run(*files, "--fail-on", "never")

        assert 0 == result.exit_code
        assert "Not judged: Basket" in result.stderr

    def test_of_what_somebody_judged(self, run):
        """Somebody who knows the type can say so."""
        files = (write(f"{each}.json", UNKNOWN[each]) for each in (0, 1))

        assert 0 == run(*files, "--allow", "Basket=renamed in place").exit_code


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "body", "words"),
        [
            ("gone.json", None, "gone.json is no file that is there"),
            ("broken.json", '{"Resources": ', "broken.json is no complete JSON"),
            ("other.json", {"a": 1}, "other.json is no template: it has no Resources"),
            ("broken.yaml", "a: [", "broken.yaml is neither JSON nor YAML"),
        ],
    )
    @pytest.mark.parametrize("is_old", [True, False])
    def test_names_the_file(self, run, path, body, words, is_old):
        """Either side is read as the check reads it."""
        if body is not None:
            write(path, body)
        good = write("good.json", PLAIN)

        result = run(*((path, good) if is_old else (good, path)))

        assert 2 == result.exit_code
        assert f"Error: {words}" in result.stderr
        assert not result.stdout

    def test_an_empty_folder(self, run, tmp_path):
        """A folder without templates is an error, and no removal of everything."""
        (tmp_path / "empty").mkdir()

        result = run(write("good.json", PLAIN), "empty")

        assert (2, "Error: empty holds no template\n") == (
            result.exit_code,
            result.stderr,
        )

    def test_each_broken_file(self, run):
        """All of them are named at once."""
        for each in ("a", "b"):
            write(f"folder/{each}.json", '{"Resources": "AWS::"')

        result = run("folder", write("good.json", PLAIN))

        assert 2 == result.stderr.count("is no complete JSON")

    def test_two_stacks_of_one_name(self, run):
        """Nobody knows which one is meant."""
        write("folder/a.json", PLAIN)
        write("folder/a.yaml", json.dumps(PLAIN))

        result = run("folder", "folder")

        assert 2 == result.exit_code
        assert "folder has two stacks that are called a; compare" in result.stderr

    @pytest.mark.parametrize(
        ("allowed", "words"),
        [
            ("Orders", "allow='Orders' has no reason; say why it is fine"),
            ("Orders=", "allow='Orders' has no reason; say why it is fine"),
            ("Other=why", "allow='Other' matches no change that fails; remove"),
        ],
    )
    def test_an_allowance(self, run, allowed, words):
        """It needs a reason, and something to allow."""
        files = write("old.json", PLAIN), write("new.json", RENAMED)

        result = run(*files, "--allow", allowed)

        assert 2 == result.exit_code
        assert words in result.stderr

    def test_no_allowance_for_what_does_not_fail(self, run):
        """It would wait for the next change, and accept that."""
        files = write("old.json", PLAIN), write("new.json", SLOWER)

        result = run(*files, "--allow", "Orders=why")

        assert 2 == result.exit_code
        assert "allow='Orders' matches no change that fails" in result.stderr

    def test_no_allowance_where_nothing_changes(self, run):
        """Once the change is deployed, its allowance has to go."""
        files = write("old.json", PLAIN), write("new.json", PLAIN)

        assert 2 == run(*files, "--allow", "Orders=why").exit_code

    def test_without_the_schemas(self, run, monkeypatch):
        """The error names the extra."""
        monkeypatch.setattr(
            "secure_constructs.changes.diff_command.compare_stacks", _without_schemas
        )

        result = run(write("old.json", PLAIN), write("new.json", RENAMED))

        assert (2, "Error: an extra\n") == (result.exit_code, result.stderr)


def _without_schemas(*_: object) -> None:
    raise ImportError("an extra")


def names(result: Result) -> dict[str, tuple[str, int]]:
    """Return the stacks that a result in JSON has: their fates and changes."""
    found = json.loads(result.stdout)["stacks"]
    return {each["name"]: (each["fate"], len(each["changes"])) for each in found}


class TestStacks:
    def test_two_files(self, run):
        """Two files are compared, whatever they are called."""
        result = run(
            write("main/old.json", PLAIN), write("new.yml", PLAIN), "--format", "json"
        )

        assert {"new": ("stays", 0)} == names(result)

    def test_yaml_beside_json(self, run):
        """The spelling of the file makes no difference."""
        old = write("old.json", PLAIN)
        new = write("new.yaml", yaml.safe_dump(PLAIN))

        assert "No changes." in run(old, new).stdout

    @pytest.mark.parametrize(
        "ending",
        [".yml", ".template", ".template.json", ".template.yaml", ".template.yml"],
    )
    def test_endings(self, run, ending):
        """A file is called by its path without the ending."""
        write("old/orders.json", PLAIN)
        write("old/other.json", PLAIN)
        write(f"new/orders{ending}", PLAIN)
        write(f"new/other{ending}", PLAIN)

        result = run("old", "new", "--format", "json")

        assert {"orders": ("stays", 0), "other": ("stays", 0)} == names(result)

    def test_folders(self, run):
        """Files are compared with those of the same path."""
        write("old/prod/orders.template.json", PLAIN)
        write("old/gone.json", PLAIN)
        write("new/prod/orders.yaml", json.dumps(RENAMED))
        write("new/added.json", SLOWER)

        result = run("old", "new", "--format", "json")

        assert {
            "gone": ("gone", 1),
            "prod/orders": ("stays", 1),
            "added": ("new", 1),
        } == names(result)
        assert 1 == result.exit_code

    def test_apps(self, run):
        """Stacks are compared by the names that `cdk list` shows."""
        old = app("old", Orders=PLAIN, Gone=PLAIN)
        new = app("new", Orders=RENAMED)

        result = run(old, new, "--format", "json")

        assert {"Shop/Orders": ("stays", 1), "Shop/Gone": ("gone", 1)} == names(result)

    def test_an_app_with_a_folder(self, run):
        """A folder of templates is named as the app is."""
        write("old/Shop/Orders.json", PLAIN)
        write("old/Shop/Other.json", PLAIN)

        result = run("old", app("new", Orders=PLAIN, Other=PLAIN), "--format", "json")

        assert {"Shop/Orders": ("stays", 0), "Shop/Other": ("stays", 0)} == names(
            result
        )

    def test_nested_stacks(self, run):
        """The template of a nested stack is compared with that of the same stack."""
        for folder, body in (("old", PLAIN), ("new", RENAMED)):
            name = "OrdersNested0F1E2D3C.nested.template.json"
            write(f"{folder}/{name}", body)
            files = {"files": {"a": {"source": {"path": name}}}}
            write(f"{folder}/Orders.assets.json", files)
            app(folder, Orders=PLAIN)

        result = run("old", "new", "--format", "json")

        assert {
            "Shop/Orders": ("stays", 0),
            "Shop/Orders/OrdersNested0F1E2D3C": ("stays", 1),
        } == names(result)


def deployed(folder: str, name: str = "Orders", **told: object) -> str:
    """Write an app with one stack that has a table, and what *told* says of it."""
    found = app(folder, **{name: PLAIN})
    file = Path(folder, "manifest.json")
    manifest = json.loads(file.read_text())
    artifact = manifest["artifacts"][name]
    artifact["environment"] = told.pop("environment", artifact["environment"])
    artifact["properties"].update(told)
    file.write_text(json.dumps(manifest))
    return found


HERE = {"environment": "aws://111111111111/eu-west-1", "stackName": "orders"}


class TestMoves:
    @pytest.mark.parametrize(
        ("told", "where", "words"),
        [
            (
                {"environment": "aws://111111111111/eu-central-1"},
                "Environment",
                "eu-west-1 orders to aws://111111111111/eu-central-1 orders: this is",
            ),
            (
                {"environment": "aws://unknown-account/unknown-region"},
                "Environment",
                "the stack may move from",
            ),
            ({"stackName": "orders-2"}, "StackName", "with its items, and the new"),
        ],
    )
    def test_leave_behind_what_is_there(self, run, told, where, words):
        """Another region, account or name is another stack, which is empty."""
        old, new = deployed("old", **HERE), deployed("new", **{**HERE, **told})

        result = run(old, new, "--format", "json")
        table, stack = json.loads(result.stdout)["stacks"][0]["changes"]

        assert 1 == result.exit_code
        assert ("Orders", True) == (table["logicalId"], table["dangerous"])
        assert words in table["why"]
        assert (where, False) == (stack["property"], stack["dangerous"])

    def test_with_nothing_in_it(self, run):
        """A stack that holds nothing loses nothing, and is made anew."""
        apps = []
        for folder, name in (("old", "a"), ("new", "b")):
            apps.append(deployed(folder, **{**HERE, "stackName": name}))
            role = template(Role=resource("AWS::IAM::Role"), Odd={"Type": 1})
            write(f"{folder}/Orders.template.json", role)

        result = run(*apps)

        assert 0 == result.exit_code
        assert "replaced or removed: 1, dangerous: 0" in result.stdout

    @pytest.mark.parametrize(("was", "will", "code"), [(1, 0, 1), (0, 1, 0), (1, 1, 0)])
    def test_protection_that_is_taken_off(self, run, was, will, code):
        """Termination protection goes silently otherwise."""
        old, new = (
            deployed(folder, **HERE, terminationProtection=bool(each))
            for folder, each in (("old", was), ("new", will))
        )

        result = run(old, new)

        assert code == result.exit_code
        assert bool(code) == ("Stack.TerminationProtection" in result.stdout)

    def test_protection_of_what_holds_nothing(self, run):
        """Nothing is lost with it."""
        for folder, each in (("old", True), ("new", False)):
            deployed(folder, terminationProtection=each)
            write(f"{folder}/Orders.template.json", template())

        assert 0 == run("old", "new").exit_code

    def test_another_construct_id(self, run):
        """It makes another stack, and the old one is gone from the app."""
        result = run(deployed("old"), deployed("new", "Sales"), "--format", "json")

        assert {"Shop/Orders": ("gone", 1), "Shop/Sales": ("new", 1)} == names(result)
        assert 1 == result.exit_code

    def test_another_construct_id_in_a_stack_of_the_same_name(self, run):
        """What is deployed under the name stays the same stack."""
        old, new = deployed("old", **HERE), deployed("new", "Sales", **HERE)

        result = run(old, new, "--format", "json")

        assert {"Shop/Sales": ("stays", 0)} == names(result)

    @pytest.mark.parametrize("many", ["old", "new"])
    def test_of_several_under_one_name(self, run, many):
        """Where two could be it, neither is taken for it."""
        (one,) = {"old", "new"} - {many}
        deployed(one)
        app(many, Sales=PLAIN, Shop=PLAIN)
        for folder in ("old", "new"):
            file = Path(folder, "manifest.json")
            manifest = json.loads(file.read_text())
            for each in manifest["artifacts"].values():
                each["properties"]["stackName"] = "s"
            file.write_text(json.dumps(manifest))

        result = run("old", "new", "--format", "json")

        assert {"Shop/Orders", "Shop/Sales", "Shop/Shop"} == names(result).keys()

    def test_a_name_that_is_taken_over(self, run):
        """A construct that stays is compared with itself, whatever it is called."""
        app("old", Orders=PLAIN, Sales=PLAIN)
        deployed("new", "Sales", stackName="Orders")

        result = run("old", "new", "--format", "json")

        assert {"Shop/Orders": ("gone", 1), "Shop/Sales": ("stays", 2)} == names(result)

    @pytest.mark.parametrize("is_old", [True, False])
    def test_a_file_beside_an_app(self, run, is_old):
        """What is deployed has no name in the app, and no place."""
        both = write("live.json", PLAIN), deployed("new", **HERE)

        result = run(*(both if is_old else reversed(both)))

        assert (0, "No changes.\n") == (result.exit_code, result.stdout)


class TestAllow:
    @pytest.fixture
    def both(self):
        """Two stacks with the same change, the name of one in that of the other."""
        for folder, body in (("old", PLAIN), ("new", RENAMED)):
            write(f"{folder}/shop.json", body)
            write(f"{folder}/shop/eu.json", body)
        return "old", "new"

    def test_in_one_of_several_stacks(self, run, both):
        """An id that several stacks have says which one is meant."""
        result = run(*both, "--allow", "Orders=why")

        assert 2 == result.exit_code
        assert "allow='Orders' is in shop and shop/eu; write shop/" in result.stderr

    @pytest.mark.parametrize("left", ["shop", "shop/eu"])
    def test_of_one_stack(self, run, both, left):
        """The other one still fails."""
        (other,) = {"shop", "shop/eu"} - {left}

        result = run(*both, "--allow", f"{other}/Orders=why", "--format", "json")

        assert 1 == result.exit_code
        assert {left: ("stays", 1), other: ("stays", 0)} == names(result)

    def test_of_both(self, run, both):
        """Each is accepted by itself."""
        allow = [f"--allow={each}/Orders=why" for each in ("shop", "shop/eu")]

        assert 0 == run(*both, *allow).exit_code


PATH = {"Metadata": {"aws:cdk:path": "S/O/Resource"}}
MANY = (
    template(
        Orders=resource(TABLE, TableName="a") | PATH,
        Code=resource("AWS::Lambda::Function", Handler="`a`", Description="a"),
    ),
    template(
        Orders=resource(TABLE, TableName="b") | PATH,
        Code=resource("AWS::Lambda::Function", Handler="b", Description="b"),
        New=resource("AWS::SQS::Queue"),
    ),
)
SUM = (
    "replaced or removed: 1, behaviour changes: 1, added: 1, harmless: 1, dangerous: 1"
)


class TestFormats:
    @pytest.fixture
    def printed(self, run):
        """Return what is printed in a format."""
        files = [write(f"{each}.json", MANY[each]) for each in (0, 1)]
        return lambda format_: run(*files, "--format", format_).stdout

    def test_table(self, printed):
        """People see what changes, and how much of it is harmless."""
        text = printed("table")

        assert "At, in 1" in text
        assert "replaced or removed (!)" in text
        assert "Orders.TableName" in text
        assert '"a" -> "b"' in text
        assert "S/O" in text
        assert "S/O/Resource" not in text
        assert "Way out: keep the value that it has" in text
        assert "it only describes" not in text
        assert SUM in text

    def test_table_of_what_is_harmless(self, run):
        """A stack in which nothing counts is not shown."""
        new = template(Orders=resource(TABLE, TableName="a", Tags=[]))

        result = run(write("old.json", PLAIN), write("new.json", new))

        assert "harmless: 1, dangerous: 0\n" == result.stdout

    def test_markdown(self, printed):
        """A comment has the dangers on top, and folds what is harmless."""
        text = printed("markdown")

        assert text.startswith(
            "### 1\n\n**replaced or removed: 1**\n\n- :warning: `Orders"
        )
        assert (
            '- `Code.Handler` (`AWS::Lambda::Function`): ``"`a`" -> "b"``<br>' in text
        )
        assert "<details><summary>harmless: 1</summary>\n\n- `Code.Descr" in text
        assert "- `New` (`AWS::SQS::Queue`)<br>it is new." in text
        assert text.endswith(f"</details>\n\n{SUM}\n")

    def test_markdown_of_nothing(self, run):
        """A comment says that nothing changes."""
        files = write("old.json", PLAIN), write("new.json", PLAIN)

        assert "No changes.\n" == run(*files, "--format", "markdown").stdout

    def test_markdown_says_what_becomes_of_a_stack(self, run):
        """A stack that is gone is called so."""
        write("old/a.json", PLAIN)
        write("old/b.json", PLAIN)
        write("new/a.json", PLAIN)

        text = run("old", "new", "--format", "markdown").stdout

        assert text.startswith("### b (gone)\n")

    def test_json(self, printed):
        """Scripts get each change with all that is known of it."""
        (stack,) = json.loads(printed("json"))["stacks"]

        assert {
            "effect": "replaced or removed",
            "dangerous": True,
            "judged": True,
            "logicalId": "Orders",
            "type": TABLE,
            "constructPath": "S/O/Resource",
            "property": "TableName",
            "path": ["Properties", "TableName"],
            "old": "a",
            "new": "b",
        }.items() <= stack["changes"][0].items()
        assert stack["changes"][0]["why"].startswith("the resource is replaced")
        assert stack["changes"][0]["wayOut"].startswith("keep the value")
