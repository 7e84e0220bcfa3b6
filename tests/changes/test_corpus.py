"""Templates that people wrote: each change that is made to them is found."""

from __future__ import annotations

import copy
import os

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.changes import Change, Effect, compare
from secure_constructs.changes.schemas import schema_of
from secure_constructs.checks.parsing import NoTemplateError, parse

_VARIABLE = "SECURE_CONSTRUCTS_CORPUS"
_CORPUS = Path(os.environ.get(_VARIABLE, ""))
_SERIOUS = (Effect.REPLACED, Effect.DATA)
pytestmark = pytest.mark.skipif(
    not os.environ.get(_VARIABLE),
    reason=f"{_VARIABLE} does not name the folder of the corpus, which is elsewhere",
)


@pytest.fixture(scope="module")
def corpus() -> dict[str, dict[str, Any]]:
    """The templates by the names of their files."""
    files = sorted([*_CORPUS.glob("*.json"), *_CORPUS.glob("*.yaml")])
    return {file.name: body for file in files for body in _read(file)}


def _read(file: Path) -> Iterator[dict[str, Any]]:
    try:
        yield dict(parse(file))
    except NoTemplateError:
        return


def _resources(corpus: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Yield each resource: its file, a copy of the template to change, and its id."""
    for file, body in corpus.items():
        for name in body["Resources"]:
            yield file, copy.deepcopy(body), name


def _at(changes: list[Change], name: str) -> list[Change]:
    return [each for each in changes if each.logical_id == name]


def test_is_read(corpus):
    """There is a corpus, and most of it is templates."""
    assert 30 < len(corpus)
    assert 250 < sum(len(body["Resources"]) for body in corpus.values())


def test_nothing_is_found_where_nothing_changes(corpus):
    """Each template beside a copy of itself has no changes."""
    assert [] == [
        file for file, body in corpus.items() if compare(body, copy.deepcopy(body))
    ]


def test_each_resource_that_is_removed_is_found(corpus):
    """Nothing but that is found, and what it was."""
    missed = []
    for file, new, name in _resources(corpus):
        del new["Resources"][name]
        changes = compare(corpus[file], new)
        if [name] != [each.logical_id for each in changes if _is_resource(each)]:
            missed.append((file, name, changes))

    assert [] == missed


def _is_resource(change: Change) -> bool:
    return change.type != "Section"


def test_each_resource_that_is_added_is_found(corpus):
    """The other way round it is added, and nothing is dangerous."""
    missed = []
    for file, old, name in _resources(corpus):
        del old["Resources"][name]
        (change,) = _at(compare(old, corpus[file]), name)
        if change.judged and change.effect != Effect.ADDED:
            missed.append((file, name, change))

    assert [] == missed


def test_each_property_that_cannot_change_is_found(corpus):
    """Another value for any of them replaces the resource, and is found there."""
    missed, tried = [], 0
    for file, template, name in _resources(corpus):
        body = template["Resources"][name]
        type_ = body.get("Type") if isinstance(body, dict) else None
        schema = schema_of(str(type_), "us-east-1")
        for path in schema.create_only if schema else ():
            new = copy.deepcopy(template)
            if _replace(new["Resources"][name], path):
                tried += 1
                found = _at(compare(corpus[file], new), name)
                if not any(
                    each.effect is Effect.REPLACED
                    and path[: len(each.path)] == each.path
                    for each in found
                ):
                    missed.append((file, name, path, found))

    assert [] == missed
    assert 400 < tried


def _replace(body: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    """Give *body* another value at *path*, where there are objects on the way."""
    value: Any = body
    for step in path[:-1]:
        value = value.setdefault(step, {})
        if not isinstance(value, dict) or "Fn::If" in value:
            return False
    value[path[-1]] = "something else"
    return "*" not in path


def test_each_value_that_changes_is_found(corpus):
    """No value of any property can change without a word."""
    missed, tried = [], 0
    for file, template, name in _resources(corpus):
        body = template["Resources"][name]
        for key in body.get("Properties", {}) if isinstance(body, dict) else ():
            new = copy.deepcopy(template)
            new["Resources"][name]["Properties"][key] = {"Fn::ImportValue": "other"}
            tried += 1
            if not _at(compare(corpus[file], new), name):
                missed.append((file, name, key))

    assert [] == missed
    assert 700 < tried


def test_whatever_is_lost_is_serious(corpus):
    """Removing everything says of each resource that it goes."""
    for body in corpus.values():
        changes = compare(body, {**body, "Resources": {}})

        assert set(body["Resources"]) <= {each.logical_id for each in changes}
        assert all(
            each.effect in (*_SERIOUS, Effect.HARMLESS)
            for each in changes
            if each.logical_id in body["Resources"]
        )
