"""Attacks on what tenants are granted: who reaches what, by the synthesized policies."""

from __future__ import annotations

import pytest

from tests.support.synth import FLAGS
from tests.support.tenant_attacks import (
    ITEMS,
    KEY,
    OBJECTS,
    OPENS,
    STAYS_SHUT,
    TABLE,
    TAGS,
    WORKS,
    Cases,
)
from tests.support.tenants import TABLES, World


@pytest.fixture(scope="module", params=TABLES.values(), ids=TABLES)
def world(request) -> World:
    """A deployed world, with each kind of table."""
    return World(table=request.param)


def each(cases: Cases) -> pytest.MarkDecorator:
    """Return what makes a test of each case."""
    return pytest.mark.parametrize("case", cases.values(), ids=cases)


class TestSession:
    """Only a named broker gets a session, for one tenant that it names."""

    @each(OPENS)
    def test_opens(self, world, case):
        """The broker's own requests work."""
        assert case(world)

    @each(STAYS_SHUT)
    def test_stays_shut(self, world, case):
        """Nobody else gets one, and none for no tenant or with more tags."""
        assert not case(world)


class TestTenant:
    """A tenant reaches what is its own."""

    @each(WORKS)
    def test_works(self, world, case):
        """Its own items and objects, in every way that the grant names."""
        assert case(world)


class TestAttacks:
    """A tenant reaches nothing else."""

    @each(ITEMS)
    def test_no_items_of_others(self, world, case):
        """Not one by one, in batches, in transactions, nor by look-alike ids."""
        assert not case(world)

    @each(TAGS)
    def test_nothing_without_a_proper_tag(self, world, case):
        """Even with a session that the trust of the role lets nobody open."""
        assert not case(world)

    @each(TABLE)
    def test_no_other_way_into_a_table(self, world, case):
        """No scan, no PartiQL, no other index or table, nothing of administration."""
        assert not case(world)

    @each(OBJECTS)
    def test_no_objects_of_others(self, world, case):
        """No other folder or bucket, and no list of more than the own folder."""
        assert not case(world)

    @each(KEY)
    def test_no_other_use_of_the_key(self, world, case):
        """The customer's key is used by way of the two services only."""
        assert not case(world)
