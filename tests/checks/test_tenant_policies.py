"""Tests for `secure_constructs.checks.tenant_policies`: what is one tenant's own."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template
from secure_constructs.checks.policy import Statement, policy_of
from secure_constructs.checks.tenant_policies import (
    Tenancy,
    in_buckets,
    in_tables,
    is_for_tenants,
)
from tests.support.unknowable import unknowable

TENANT = "${aws:PrincipalTag/TenantId}"
TABLE = {"Fn::GetAtt": ["Orders", "Arn"]}
ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table"
BUCKET = "arn:aws:s3:::orders"
KEYS = "dynamodb:LeadingKeys"
EQUALS = "ForAllValues:StringEquals"
LIKE = "ForAllValues:StringLike"
KEYED = (
    *("BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem"),
    *("GetItem", "PutItem", "Query", "UpdateItem"),
)
OTHERS = "it is allowed items under partition keys that are not the tenant's"
NO_KEY = "it is allowed what names no partition key: Null does not refuse that"
ANY_RESOURCE = "it is allowed every resource but some"
LISTS = "it may list objects of other tenants"


def statement(**parts: Any) -> Statement:
    """Return the statement of those *parts*."""
    (found,) = policy_of({"Effect": "Allow", **parts}).statements
    return found


def tenancy(*tags: str, led: Any = None) -> Tenancy:
    """Return what tells tenants apart in a template with one table."""
    record = {} if led is None else {"Construct": "TenantTable", "TenantIndexes": led}
    metadata = {"SecureConstructs": record}
    orders = {"Type": "AWS::DynamoDB::GlobalTable", "Metadata": metadata}
    return Tenancy(Template({"Resources": {"Orders": orders}}), frozenset(tags))


def by_keys(*values: Any, operator: str = EQUALS) -> dict[str, Any]:
    """Return the condition that there are keys, all of them of *values*."""
    return {operator: {KEYS: list(values)}, "Null": {KEYS: "false"}}


OWN = by_keys(f"TENANT#{TENANT}")


def items(tenants: Tenancy | None = None, **changes: Any) -> list[str]:
    """Return what a statement reaches in tables past a tenant's own items."""
    parts = {"Action": "dynamodb:GetItem", "Resource": TABLE, "Condition": OWN}
    found = in_tables(statement(**{**parts, **changes}), tenants or tenancy())
    return list(found)


def objects(tenants: Tenancy | None = None, **changes: Any) -> list[str]:
    """Return what a statement reaches in buckets past a tenant's own objects."""
    own = f"{BUCKET}/tenants/{TENANT}/*"
    parts = {"Action": "s3:GetObject", "Resource": own}
    return list(in_buckets(statement(**{**parts, **changes}), tenants or tenancy()))


class TestActions:
    def test_with_a_key_in_each_request(self):
        """These are all that a tenant needs; transactions are made of them."""
        assert [] == items(Action=[f"dynamodb:{each}" for each in KEYED])

    @pytest.mark.parametrize(
        "action",
        [
            "dynamodb:scan",
            "dynamodb:partiqlselect",
            "dynamodb:getrecords",
            "dynamodb:exporttabletopointintime",
            "dynamodb:createbackup",
            "dynamodb:deletetable",
            "dynamodb:batchgetite?",
            "dynamodb:*item",
            "dynamodb:*",
            "dynamo*:getitem",
            "*",
        ],
    )
    def test_without_a_key(self, action):
        """What no condition on keys can limit."""
        problem = f"it is allowed {action}, which needs no partition key"

        assert [problem] == items(Action=["dynamodb:GetItem", action])

    @pytest.mark.parametrize("but", ["dynamodb:Scan", "s3:*"])
    def test_all_but_some(self, but):
        """What is left out of a list of exceptions is allowed."""
        problem = "it is allowed every action but some, which needs no partition key"

        assert [problem] == items(Action=None, NotAction=but)

    @pytest.mark.parametrize(
        "actions",
        [
            {"Action": "s3:GetObject"},
            {"Action": "dax:GetItem"},
            {"NotAction": "dynamodb:*"},
            {"NotAction": ["iam:*", "*"]},
        ],
        ids=str,
    )
    def test_of_another_service(self, actions):
        """Other services have no partition keys."""
        parts = {"Action": None, "Resource": "*", "Condition": {}, **actions}

        assert [] == items(**parts)


class TestTables:
    @pytest.mark.parametrize(
        "resource",
        [
            TABLE,
            f"{ARN}/orders",
            [TABLE, f"{ARN}/orders/index/GSI1"],
            {"Fn::Sub": "${Orders.Arn}/index/GSI1"},
        ],
        ids=str,
    )
    def test_are_named(self, resource):
        """The table and its indexes, one by one."""
        assert [] == items(Resource=resource)

    @pytest.mark.parametrize(
        "resource", ["*", f"{ARN}/*", f"{ARN}/orders/index/*", f"{ARN}/order?"]
    )
    def test_are_not_patterns(self, resource):
        """An index that is made later may be led by anything."""
        problem = f"it is allowed {resource}, whatever leads the keys there"

        assert [problem] == items(Resource=[TABLE, resource])

    def test_are_not_all_but_some(self):
        """What is left out of a list of exceptions is allowed."""
        assert [ANY_RESOURCE] == items(Resource=None, NotResource=f"{ARN}/users")

    def test_indexes_may_have_names_of_the_deployment(self):
        """The record writes a reference as the policy does."""
        name = {"Ref": "Name"}
        resource = {"Fn::Join": ["", [TABLE, "/index/", name]]}

        assert [] == items(tenancy(led=[name]), Resource=resource)

    @pytest.mark.parametrize("led", [["GSI1"], None], ids=str)
    def test_indexes_may_be_led_by_the_tenant(self, led):
        """On record as such, or not on record."""
        resource = {"Fn::Join": ["", [TABLE, "/index/GSI1"]]}

        assert [] == items(tenancy(led=led), Resource=resource)

    @pytest.mark.parametrize("led", [["GSI2"], []], ids=str)
    def test_indexes_must_not_be_led_by_others(self, led):
        """On an index the leading key is that of the index."""
        resource = {"Fn::Join": ["", [TABLE, "/index/GSI1"]]}
        problem = "${Orders.Arn}/index/GSI1, which the tenant does not lead"

        assert [f"it is allowed {problem}"] == items(
            tenancy(led=led), Resource=resource
        )

    def test_nothing_is_known_of_indexes_of_other_stacks(self):
        """Where the table is in another template, its record is, too."""
        resource = {"Fn::Sub": "${Elsewhere.Arn}/index/GSI1"}

        assert [] == items(tenancy(led=[]), Resource=resource)

    @pytest.mark.parametrize(
        "name", [f"orders-{TENANT}", f"{TENANT}-orders", f"{TENANT}/index/*"]
    )
    def test_may_be_the_tenants_own(self, name):
        """A table for each tenant needs no keys to tell them apart."""
        assert [] == items(Action="dynamodb:*", Resource=f"{ARN}/{name}", Condition={})

    @pytest.mark.parametrize("name", [f"{TENANT}*", f"{TENANT}-*", f"*-{TENANT}"])
    def test_of_a_tenant_must_not_be_patterns(self, name):
        """The tables of `a-b` begin as those of `a`."""
        problem = f"it is allowed {ARN}/{name}, whatever leads the keys there"

        assert [problem] == items(Resource=f"{ARN}/{name}")

    def test_of_a_tenant_must_be_all(self):
        """One table of all tenants among them is one too many."""
        both = [f"{ARN}/orders-{TENANT}", f"{ARN}/orders"]

        assert [OTHERS, NO_KEY] == items(Resource=both, Condition={})


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            f"TENANT#{TENANT}",
            TENANT,
            f"{TENANT}#ORDERS",
            {"Fn::Sub": "TENANT#${!aws:PrincipalTag/TenantId}"},
            "TENANT#${AWS:principaltag/TENANTID}",
            {
                "Fn::Join": [
                    "",
                    ["${aws:PrincipalTag/TenantId}-", {"Ref": "AWS::Region"}],
                ]
            },
            f"TENANT#{TENANT}*",
        ],
        ids=str,
    )
    def test_are_the_tenants_own(self, key):
        """Equal to a text with the tag in it; an asterisk is one like others there."""
        assert [] == items(Condition=by_keys(key))

    @pytest.mark.parametrize(
        "keys",
        [
            (f"TENANT#{TENANT}",),
            (f"TENANT#{TENANT}#*",),
            (f"TENANT#{TENANT}", f"TENANT#{TENANT}#*"),
            (f"{TENANT}/*",),
            (f"{TENANT}-orders#*",),
        ],
        ids=str,
    )
    def test_may_go_on_behind_a_delimiter(self, keys):
        """No id has it, so none goes on like that."""
        assert [] == items(Condition=by_keys(*keys, operator=LIKE))

    @pytest.mark.parametrize(
        "key",
        [
            "*",
            "TENANT#*",
            f"TENANT#{TENANT}*",
            f"TENANT#{TENANT}?",
            f"TENANT#{TENANT}-*",
            f"TENANT#{TENANT}${{aws:username}}*",
            f"TENANT#{TENANT}${{AWS::Region}}*",
            f"*#{TENANT}",
            "TENANT#1",
        ],
    )
    def test_must_not_be_those_of_others(self, key):
        """`TENANT#1*` is tenant 10's as well."""
        own = f"TENANT#{TENANT}"

        assert [OTHERS] == items(Condition=by_keys(own, key, operator=LIKE))

    @pytest.mark.parametrize(
        "key",
        [
            "TENANT#1",
            "${aws:username}",
            "${aws:PrincipalTag/TenantId, 'shared'}",
            {"Ref": "AWS::AccountId"},
            {"Fn::GetAtt": ["Orders", "TableId"]},
        ],
        ids=str,
    )
    def test_have_the_tag(self, key):
        """Another text is no tenant's, and a default is everybody's without one."""
        assert [OTHERS] == items(Condition=by_keys(key))

    @pytest.mark.parametrize(
        "operator",
        [
            "ForAnyValue:StringEquals",
            "ForAnyValue:StringLike",
            "ForAllValues:StringNotEquals",
            "ForAllValues:StringEqualsIgnoreCase",
            "StringEquals",
            "StringLike",
        ],
    )
    def test_have_to_be_all(self, operator):
        """One foreign key in a batch is one too many."""
        own = f"TENANT#{TENANT}"

        assert [OTHERS] == items(Condition=by_keys(own, operator=operator))

    def test_need_one_right_condition(self):
        """All conditions have to hold, so another one cannot widen it."""
        wide = {LIKE: {KEYS: "*"}}

        assert [] == items(Condition={**OWN, **wide})

    @pytest.mark.parametrize(
        "null", [{}, {KEYS: "true"}, {KEYS: True}, {"aws:PrincipalTag/T": "false"}]
    )
    def test_have_to_be_there(self, null):
        """`ForAllValues` is true where there is no key at all."""
        assert [NO_KEY] == items(Condition={**OWN, "Null": null})

    @pytest.mark.parametrize("value", [False, "FALSE", ["false"]])
    def test_may_be_asked_for_in_any_spelling(self, value):
        """Templates write truth in several ways."""
        assert [] == items(Condition={**OWN, "Null": {KEYS.upper(): value}})

    def test_need_conditions_at_all(self):
        """A plain grant reaches everything."""
        assert [OTHERS, NO_KEY] == items(Condition=None)

    def test_have_the_tag_that_says_who(self):
        """Where the trust says which tag that is, another one is nobody's word."""
        own = by_keys("TENANT#${aws:PrincipalTag/Unit}")

        assert [] == items(tenancy("unit", "tenantid"), Condition=own)
        assert [OTHERS] == items(tenancy("tenantid"), Condition=own)


class TestObjects:
    @pytest.mark.parametrize(
        "resource",
        [
            f"{BUCKET}/tenants/{TENANT}/*",
            f"{BUCKET}/tenants/{TENANT}/in/*",
            f"{BUCKET}/tenants/{TENANT}-in/*",
            f"{BUCKET}/tenants/{TENANT}",
            f"{BUCKET}-{TENANT}/*",
            {"Fn::Join": ["", [TABLE, f"/tenants/{TENANT}/*"]]},
            {"Fn::Sub": "${Data.Arn}/${!aws:PrincipalTag/TenantId}/*"},
        ],
        ids=str,
    )
    def test_are_the_tenants_own(self, resource):
        """A slash is behind the tenant, before any wildcard."""
        assert [] == objects(Resource=resource)

    @pytest.mark.parametrize(
        "resource",
        [
            "*",
            f"{BUCKET}/*",
            f"{BUCKET}/tenants/*",
            f"{BUCKET}/tenants/{TENANT}*",
            f"{BUCKET}/tenants/{TENANT}-*",
            f"{BUCKET}/tenants/{TENANT}?/*",
            f"{BUCKET}/*/{TENANT}/*",
            f"{BUCKET}/logo.png",
        ],
    )
    def test_must_not_be_those_of_others(self, resource):
        """`tenants/a*` is what belongs to `ab` as well."""
        own = f"{BUCKET}/tenants/{TENANT}/*"
        problem = f"it is allowed s3:getobject on {resource}"

        assert [problem] == objects(Resource=[own, resource])

    def test_actions_are_all_named(self):
        """One finding for a resource, with what is allowed there."""
        problem = f"it is allowed s3:*, s3:putobject on {BUCKET}/*"

        assert [problem] == objects(
            Action=["s3:*", "s3:PutObject", "sqs:*"], Resource=f"{BUCKET}/*"
        )

    def test_are_not_all_but_some(self):
        """Exceptions are not names."""
        assert [ANY_RESOURCE] == objects(Resource=None, NotResource=BUCKET)
        assert [f"it is allowed every action but some on {BUCKET}"] == objects(
            Action=None, NotAction="s3:PutObject", Resource=BUCKET
        )

    def test_of_other_services_do_not_matter(self):
        """What is said of tables is another rule's."""
        assert [] == objects(Action="dynamodb:Scan", Resource="*")
        assert [] == objects(Action=None, NotAction="s3:*", Resource="*")

    def test_where_the_bucket_is_says_nothing_of_them(self):
        """Clients ask for the region before anything else."""
        assert [] == objects(Action="s3:GetBucketLocation", Resource=BUCKET)

    def test_have_the_tag_that_says_who(self):
        """Another tag is nobody's word."""
        other = f"{BUCKET}/tenants/${{aws:PrincipalTag/Unit}}/*"

        assert [f"it is allowed s3:getobject on {other}"] == objects(
            tenancy("tenantid"), Resource=other
        )


class TestLists:
    def found(self, condition: Any, **changes: Any) -> list[str]:
        """Return what a list on that *condition* shows past a tenant's own."""
        parts = {"Action": "s3:ListBucket", "Resource": BUCKET, **changes}
        return objects(Condition=condition, **parts)

    @pytest.mark.parametrize("action", ["s3:ListBucket", "s3:ListBucketVersions"])
    @pytest.mark.parametrize(
        "condition",
        [
            {"StringLike": {"s3:prefix": f"tenants/{TENANT}/*"}},
            {"StringEquals": {"s3:prefix": [f"tenants/{TENANT}/"]}},
            {"StringLike": {"S3:Prefix": [f"{TENANT}/*", f"{TENANT}/in/*"]}},
        ],
        ids=str,
    )
    def test_are_of_the_tenants_own(self, action, condition):
        """The prefix that is asked for ends the tenant with a slash."""
        assert [] == self.found(condition, Action=action)

    @pytest.mark.parametrize("action", ["s3:ListBucket", "s3:ListBucketVersions"])
    @pytest.mark.parametrize(
        "condition",
        [
            {},
            {"StringLike": {"s3:prefix": f"tenants/{TENANT}*"}},
            {"StringLike": {"s3:prefix": f"tenants/{TENANT}"}},
            {"StringEquals": {"s3:prefix": f"tenants/{TENANT}"}},
            {"StringLike": {"s3:prefix": ["", f"tenants/{TENANT}/*"]}},
            {"StringLikeIfExists": {"s3:prefix": f"tenants/{TENANT}/*"}},
            {"StringNotLike": {"s3:prefix": f"tenants/{TENANT}/*"}},
            {"StringEquals": {"s3:delimiter": f"tenants/{TENANT}/*"}},
        ],
        ids=str,
    )
    def test_must_not_be_of_others(self, action, condition):
        """No prefix is the whole bucket; without a slash `a` lists what is `ab`'s."""
        assert [LISTS] == self.found(condition, Action=action)

    def test_of_unfinished_uploads_have_no_prefix(self):
        """They are an action of their own, on the bucket."""
        condition = {"StringLike": {"s3:prefix": f"{TENANT}/*"}}
        problem = f"it is allowed s3:listbucketmultipartuploads on {BUCKET}"

        assert [problem] == self.found(
            condition, Action="s3:ListBucketMultipartUploads"
        )

    def test_of_the_tenants_own_bucket(self):
        """A bucket for each tenant needs no prefix to tell them apart."""
        assert [] == self.found({}, Resource=f"{BUCKET}-{TENANT}")


class TestIsForTenants:
    @pytest.mark.parametrize(
        "parts",
        [
            {"Condition": OWN},
            {"Condition": by_keys(f"TENANT#{TENANT}*", operator="StringLike")},
            {"Condition": {"StringLike": {"s3:prefix": [f"tenants/{TENANT}"]}}},
            {"Resource": ["*", f"{BUCKET}/{TENANT}/*"]},
            {"Resource": {"Fn::Sub": "${Data.Arn}/${!aws:PrincipalTag/TenantId}"}},
        ],
        ids=str,
    )
    def test_where_something_is_compared_with_a_tag(self, parts):
        """Keys, a prefix, or what it is about."""
        assert is_for_tenants(statement(Action="*", **parts))

    @pytest.mark.parametrize(
        "parts",
        [
            {},
            {"Resource": TABLE},
            {"Condition": by_keys("TENANT#1")},
            {"Condition": {"StringEquals": {"aws:PrincipalTag/TenantId": "a"}}},
            {"Condition": {"StringEquals": {"aws:ResourceTag/TenantId": TENANT}}},
        ],
        ids=str,
    )
    def test_not_where_it_is_not(self, parts):
        """What code that is trusted is granted."""
        assert not is_for_tenants(statement(Action="*", **parts))


@unknowable
class TestUnknown:
    """What the deployment decides may be right."""

    def test_actions_and_resources(self, unknown):
        """They may be the right ones."""
        assert [] == items(Action=unknown)
        assert [] == items(Resource=unknown)
        assert [] == items(Resource=[TABLE, unknown])
        assert [] == items(Resource=None, NotResource=unknown)
        assert [] == objects(Action=unknown)
        assert [] == objects(Resource=unknown)

    def test_conditions(self, unknown):
        """A value, an operator, or all of it."""
        assert [] == items(Condition=unknown)
        assert [] == items(Condition={"StringEquals": unknown})
        assert [] == items(Condition=by_keys(unknown))
        assert [] == items(Condition=by_keys(f"TENANT#{TENANT}", unknown))
        assert [] == items(Condition={**OWN, EQUALS: {KEYS: unknown}})
        assert [] == items(Condition={**OWN, "Null": {KEYS: unknown}})

    def test_prefixes(self, unknown):
        """A list may be of the tenant's own."""
        lists: dict[str, Any] = {"Action": "s3:ListBucket", "Resource": BUCKET}

        assert [] == objects(**lists, Condition=unknown)
        assert [] == objects(**lists, Condition={"StringLike": {"s3:prefix": unknown}})

    def test_but_not_what_is_known_to_be_wrong(self, unknown):
        """Whatever the condition is, an action may need no key."""
        problem = "it is allowed dynamodb:scan, which needs no partition key"

        assert [problem] == items(Action="dynamodb:Scan", Condition=unknown)
        assert [OTHERS] == items(Condition=by_keys("*", unknown, operator=LIKE))
        assert [OTHERS, NO_KEY] == items(Resource=unknown, Condition=None)
