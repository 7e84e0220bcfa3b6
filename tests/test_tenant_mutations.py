"""
Breaks the policies of tenants one by one: the attacks notice, or a second layer holds.

Without this, an attack might be refused for another reason than the one it is there
for, and nobody would see that a condition is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.tenant_attacks import (
    ITEMS,
    KEY,
    LONGER_KEYS,
    LONGER_KEYS_OF_OTHERS,
    OBJECTS,
    OPENS,
    STAYS_SHUT,
    TABLE,
    TAGS,
    WORKS,
    Cases,
)
from tests.support.tenant_mutations import Mutation, mutated, mutations_of, statements
from tests.support.tenants import ASKED, TAG, World

# What has to be allowed and what not, by the statement that says so.
CASES: dict[str, tuple[Cases, tuple[Cases, ...]]] = {
    "trust": (OPENS, (STAYS_SHUT,)),
    "table": (WORKS, (ITEMS, TABLE, TAGS)),
    "index": (WORKS, (TABLE, TAGS)),
    "objects": (WORKS, (OBJECTS, TAGS)),
    "list": (WORKS, (OBJECTS, TAGS)),
    "key of the table": (WORKS, (KEY, TAGS)),
    "key of the bucket": (WORKS, (KEY, TAGS)),
}
DEFAULT = "a default for the variable"


def layers(key: str) -> list[str]:
    """Return the changes of which each alone lets nobody in who has no tag."""
    return [f"Null {key}: left out", f"StringLike {key}: if it exists"]


# Each of these is held by the others of its line: a session without a tag is refused
# by Null, by StringLike, and since a variable without a value matches nothing.
HELD_BY_ANOTHER = {
    "trust": [*layers(ASKED), DEFAULT],
    "table": [*layers(TAG), DEFAULT],
    "index": [*layers(TAG), DEFAULT],
    "objects": [*layers(TAG), DEFAULT],
    "list": [*layers(TAG), DEFAULT],
    "key of the table": layers(TAG),
    "key of the bucket": layers(TAG),
}


@pytest.fixture(scope="module")
def world() -> World:
    """A deployed world that has every statement."""
    return World()


@pytest.fixture(scope="module")
def compound() -> World:
    """A deployed world in which keys go on after the tenant."""
    return World(compound_keys=True)


def notices(world: World, works: Cases, refused: Sequence[Cases]) -> bool:
    """Whether one of the cases comes out otherwise than it has to."""
    try:
        return any(case(world) for cases in refused for case in cases.values()) or (
            not all(case(world) for case in works.values())
        )
    except (AssertionError, TypeError):
        # No session opens any more, or a list is compared as one value.
        return True


def broken(world: World, name: str, *changes: Mutation) -> World:
    """Return *world* with *changes* of a statement."""
    return world.with_template(mutated(world.template, name, *changes))


def found_in(world: World, name: str) -> list[Mutation]:
    """Return the changes of a statement."""
    return list(mutations_of(name, statements(world.template)[name]))


def test_knows_every_statement(world):
    """No statement of the role is left out."""
    assert CASES.keys() == statements(world.template).keys()


@pytest.mark.parametrize("name", CASES)
class TestMutations:
    def test_is_noticed_by_no_case_as_it_is(self, world, name):
        """What the grants write lets every case come out as it has to."""
        assert not notices(world, *CASES[name])

    def test_each_is_noticed_or_held_by_another_layer(self, world, name):
        """What goes unnoticed alone is what a second layer is known to hold."""
        unnoticed = [
            each.name
            for each in found_in(world, name)
            if not notices(broken(world, name, each), *CASES[name])
        ]

        assert sorted(HELD_BY_ANOTHER[name]) == sorted(unnoticed)

    def test_layers_hold_each_other_and_nothing_else_does(self, world, name):
        """Without any layer of the line, an attack gets through."""
        layers = [
            each for each in found_in(world, name) if each.name in HELD_BY_ANOTHER[name]
        ]

        assert notices(broken(world, name, *layers), *CASES[name])


@pytest.mark.parametrize("name", ["table", "index"])
def test_each_of_longer_keys_is_noticed(compound, name):
    """The keys that go on after the tenant are held as exactly as the others."""
    works = {**WORKS, **LONGER_KEYS}
    refused = (LONGER_KEYS_OF_OTHERS, *CASES[name][1])
    unnoticed = [
        each.name
        for each in found_in(compound, name)
        if not notices(broken(compound, name, each), works, refused)
    ]

    assert sorted(HELD_BY_ANOTHER[name]) == sorted(unnoticed)
