"""Attacks on what tenants are granted, by the synthesized policies."""

from __future__ import annotations

import functools

import pytest

from tests.support.synth import FLAGS
from tests.support.tenant_attacks import (
    ITEMS,
    KEY,
    LONGER_KEYS,
    LONGER_KEYS_OF_OTHERS,
    OBJECTS,
    OPENS,
    READS,
    STAYS_SHUT,
    TABLE,
    TAGS,
    WORKS,
    WRITES,
    Cases,
)
from tests.support.tenants import TABLES, World, tenant_table

# Whoever reads or writes uses the key.
SHARED = (
    "encrypt items with Decrypt",
    "encrypt items with DescribeKey",
    "read the parts of an upload back",
)
USED_FOR_BOTH = ("decrypt", "describe the key")


@pytest.fixture(scope="module", params=TABLES.values(), ids=list(TABLES))
def world(request) -> World:
    """A deployed world, with each kind of table."""
    return World(table=request.param)


@pytest.fixture(scope="module", params=["TableV2", "TenantTable"])
def compound(request) -> World:
    """A deployed world in which keys go on after the tenant."""
    if request.param == "TableV2":
        return World(compound_keys=True)
    return World(table=functools.partial(tenant_table, compound_keys=True))


@pytest.fixture(scope="module")
def reader() -> World:
    """A deployed world in which tenants may read."""
    return World(access="read")


@pytest.fixture(scope="module")
def writer() -> World:
    """A deployed world in which tenants may write."""
    return World(access="write")


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


class TestLongerKeys:
    """Keys go on after the tenant only where that was asked for."""

    @each({**WORKS, **LONGER_KEYS})
    def test_work_where_asked_for(self, compound, case):
        """A tenant has its key, and those that go on after it."""
        assert case(compound)

    @each({**ITEMS, **TABLE, **TAGS, **LONGER_KEYS_OF_OTHERS})
    def test_are_its_own_only(self, compound, case):
        """Nobody gets at those of another tenant."""
        assert not case(compound)

    @each({**LONGER_KEYS, **LONGER_KEYS_OF_OTHERS})
    def test_are_nobodys_elsewhere(self, world, case):
        """Without the option there is one key for a tenant."""
        assert not case(world)


class TestAccess:
    """Each grant gives what its name says."""

    @each(READS)
    def test_reading(self, reader, case):
        """Items and objects are read."""
        assert case(reader)

    @each({name: WRITES[name] for name in WRITES if name not in SHARED})
    def test_reading_is_no_writing(self, reader, case):
        """Nothing is changed."""
        assert not case(reader)

    @each(WRITES)
    def test_writing(self, writer, case):
        """Items and objects are written."""
        assert case(writer)

    @each({name: READS[name] for name in READS if not name.startswith(USED_FOR_BOTH)})
    def test_writing_is_no_reading(self, writer, case):
        """Nothing is read, but for the key that encrypts."""
        assert not case(writer)


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_the_same_with_all_feature_flags(flags):
    """CDK's flags change nothing of it."""
    world = World(flags=flags)

    assert [] == [name for name, case in {**OPENS, **WORKS}.items() if not case(world)]
    refused = {**STAYS_SHUT, **ITEMS, **TAGS, **TABLE, **OBJECTS, **KEY}
    assert [] == [name for name, case in refused.items() if case(world)]
