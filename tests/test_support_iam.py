"""Tests for `tests.support.iam`: what AWS's rules make of a policy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.iam import (
    ANONYMOUS,
    Decision,
    Request,
    account_of,
    decide,
    may_assume,
)

OWN, FOREIGN = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/app"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/one"
USER = f"arn:aws:iam::{OWN}:user/staff/jane"
ROOT = f"arn:aws:iam::{OWN}:root"
OTHER_ROOT = f"arn:aws:iam::{FOREIGN}:root"
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
BUCKET = "arn:aws:s3:::data"
OBJECT = f"{BUCKET}/tenants/a/x"
GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DENY = {**GET, "Effect": "Deny"}


def get(principal: str = ROLE, resource: str = OBJECT, **context: Any) -> Request:
    """Return a request to get an object."""
    return Request(principal, "s3:GetObject", resource, context)


def allowed(condition: Any = None, context: Any = None, **elements: Any) -> bool:
    """Whether a statement with *elements* allows to get the object."""
    more = {"Condition": condition} if condition else {}
    request = Request(ROLE, "s3:GetObject", OBJECT, context or {})
    return decide(request, identity=[{**GET, **more, **elements}]).allowed


def holds(name: str, wanted: Any, context: Any, key: str = "k") -> bool:
    """Whether a condition holds, in an Allow."""
    return allowed({name: {key: wanted}}, context)


class TestDecide:
    """Which policies have to agree."""

    def test_nobody_may_do_anything(self):
        """Without any statement, the answer is no, and says what is missing."""
        expected = Decision(allowed=False, by=None, why="not allowed by: identity")

        assert expected == decide(get())

    def test_says_which_statement_allows(self):
        """The statement that decides is part of the answer."""
        assert GET is decide(get(), identity=[GET]).by

    @pytest.mark.parametrize("policy", ["identity", "resource_policy", "boundary"])
    def test_a_deny_wins(self, policy):
        """A Deny in any policy beats every Allow."""
        policies: dict[str, Any] = {"identity": [GET], "boundary": [GET]}
        denial = {**DENY, "Principal": "*"}
        policies[policy] = [*policies.get(policy, []), denial]

        assert denial is decide(get(), **policies).by

    @pytest.mark.parametrize("principal", [{"AWS": ROLE}, "*", {"AWS": "*"}])
    def test_a_resource_policy_is_enough_in_its_account(self, principal):
        """Whoever a resource's policy names needs no policy of its own."""
        assert decide(get(), resource_policy=[{**GET, "Principal": principal}]).allowed

    @pytest.mark.parametrize("principal", [{"AWS": ROOT}, {"AWS": OWN}])
    def test_an_account_is_left_to_its_identity_policies(self, principal):
        """Naming the account grants nothing to those in it, but lets them be."""
        policy = [{**GET, "Principal": principal}]

        assert not decide(get(), resource_policy=policy).allowed
        assert decide(get(), resource_policy=policy, identity=[GET]).allowed

    def test_across_accounts_both_sides_have_to_agree(self):
        """Neither policy lets a foreign principal in without the other."""
        policy = [{**GET, "Principal": {"AWS": OWN}}]
        one = decide(get(), identity=[GET], same_account=False)
        other = decide(get(), resource_policy=policy, same_account=False)
        both = decide(get(), identity=[GET], resource_policy=policy, same_account=False)

        assert (False, False, True) == (one.allowed, other.allowed, both.allowed)

    def test_an_administrator_has_every_identity_policy(self):
        """The principal `:root` can do what its account is given, and no more."""
        policy = [{**GET, "Principal": {"AWS": FOREIGN}}]
        request = get(OTHER_ROOT)

        assert decide(request, resource_policy=policy, same_account=False).allowed
        assert not decide(request, same_account=False).allowed

    @pytest.mark.parametrize("principal", ["s3.amazonaws.com", GITHUB, ANONYMOUS])
    def test_outsiders_have_no_identity_policy(self, principal):
        """Services, web identities and the public live by resource policies only."""
        everybody = [{**GET, "Principal": "*"}]

        assert "not allowed by: resource" == decide(get(principal), identity=[GET]).why
        assert decide(get(principal), resource_policy=everybody).allowed

    def test_a_key_has_to_agree(self):
        """An identity policy reaches a key only if its policy names the account."""
        request = Request(ROLE, "kms:Decrypt", KEY)
        own = [{**GET, "Action": "kms:*"}]
        delegating = [{**own[0], "Principal": {"AWS": ROOT}}]

        assert not decide(request, identity=own).allowed
        assert not decide(request, resource_policy=delegating).allowed
        assert decide(request, identity=own, resource_policy=delegating).allowed

    @pytest.mark.parametrize(
        ("principal", "named", "expected"),
        [
            (SESSION, ROLE, False),
            (SESSION, SESSION, True),
            (USER, USER, True),
            (SESSION, "*", True),
        ],
    )
    def test_a_boundary_limits(self, principal, named, expected):
        """It limits identity policies, and what a resource grants to a role."""
        policy = [{**GET, "Principal": {"AWS": named}}]

        assert not decide(get(principal), identity=[GET], boundary=[]).allowed
        assert (
            expected
            == decide(get(principal), resource_policy=policy, boundary=[]).allowed
        )

    def test_the_most_direct_grant_counts(self):
        """Whether the session or its role is named first does not matter."""
        policy = [{**GET, "Principal": {"AWS": each}} for each in (ROLE, SESSION)]

        for order in (policy, policy[::-1]):
            decision = decide(get(SESSION), resource_policy=order, boundary=[])
            assert policy[1] is decision.by


class TestPrincipal:
    """Whom the policy of a resource names."""

    @pytest.mark.parametrize(
        ("element", "principal", "expected"),
        [
            ({"AWS": ROLE}, SESSION, True),
            ({"AWS": [OTHER_ROOT, ROLE]}, ROLE, True),
            ({"AWS": SESSION}, SESSION, True),
            ({"AWS": SESSION}, ROLE, False),
            ({"AWS": f"arn:aws:iam::{OWN}:role/team/app"}, SESSION, True),
            ({"AWS": f"{ROLE}2"}, ROLE, False),
            ({"AWS": USER}, USER, True),
            ({"AWS": FOREIGN}, ROLE, False),
            ({"Service": "s3.amazonaws.com"}, "s3.amazonaws.com", True),
            ({"Service": "s3.amazonaws.com"}, "sns.amazonaws.com", False),
            ({"AWS": OWN}, "s3.amazonaws.com", False),
            ({"AWS": OWN}, GITHUB, False),
            ({"Federated": GITHUB}, GITHUB, True),
            ({"AWS": ROLE, "Service": "s3.amazonaws.com"}, "s3.amazonaws.com", True),
            ({"AWS": ROLE}, ANONYMOUS, False),
        ],
    )
    def test_principal(self, element, principal, expected):
        """A role stands for its sessions, an account for all that is in it."""
        denial = {**DENY, "Principal": element}
        decision = decide(get(principal), resource_policy=[denial])

        assert expected == (decision.by is denial)

    @pytest.mark.parametrize(
        ("spared", "denied"),
        [
            ([SESSION, ROLE, ROOT], False),
            ([SESSION, ROLE], True),
            ([ROLE, ROOT], True),
            (["*"], False),
        ],
    )
    def test_not_principal_spares_whom_it_names_in_full(self, spared, denied):
        """A Deny spares a session only with its role and its account."""
        policy = [{**DENY, "NotPrincipal": {"AWS": spared}}]
        decision = decide(get(SESSION), identity=[GET], resource_policy=policy)

        assert denied == (not decision.allowed)

    @pytest.mark.parametrize("principal", [USER, ANONYMOUS])
    def test_not_principal_allows_everybody_else(self, principal):
        """An Allow is for all it does not name, the public included."""
        policy = [{**GET, "NotPrincipal": {"AWS": ROLE}}]

        assert decide(get(principal), resource_policy=policy).allowed
        assert not decide(get(SESSION), resource_policy=policy).allowed

    @pytest.mark.parametrize(
        "element", [{"AWS": "arn:aws:iam::*:role/app"}, {"Service": "*"}, {"Any": "x"}]
    )
    def test_fails_on_unknown_forms(self, element):
        """A pattern or a kind that is not known here is no reason to guess."""
        with pytest.raises(ValueError, match="no principal that is known"):
            decide(get(), resource_policy=[{**GET, "Principal": element}])

    def test_fails_on_an_unknown_caller(self):
        """A misspelt principal does not pass for one without permissions."""
        with pytest.raises(ValueError, match="'app' is no principal"):
            decide(get("app"))

    def test_account_of(self):
        """A session is in the account of its role, a service in none."""
        assert (OWN, None) == (account_of(SESSION), account_of("s3.amazonaws.com"))


class TestActionAndResource:
    @pytest.mark.parametrize(
        ("elements", "expected"),
        [
            ({"Action": "S3:getobject"}, True),
            ({"Action": "s3:Get*"}, True),
            ({"Action": "s3:GetObjec?"}, True),
            ({"Action": ["s3:PutObject", "s3:GetObject"]}, True),
            ({"Action": "s3:GetObjectTagging"}, False),
            ({"Resource": f"{BUCKET}/*"}, True),
            ({"Resource": BUCKET}, False),
            ({"Resource": "arn:aws:s3:::DATA/*"}, False),
            ({"Resource": "arn:aws:s3*x"}, True),
            ({"Resource": f"{BUCKET}/tenants/?/x"}, True),
            ({"Resource": f"{BUCKET}/tenants/??/x"}, False),
            ({"Resource": f"{BUCKET}/tenants.a/x"}, False),
        ],
    )
    def test_patterns(self, elements, expected):
        """Wildcards cross `/` and `:`; case counts for resources, not for actions."""
        assert expected == allowed(**elements)

    @pytest.mark.parametrize(
        ("action", "expected"), [("s3:G*", False), ("s3:P*", True)]
    )
    def test_not_action(self, action, expected):
        """An Allow with NotAction is for every other action of every service."""
        statement = {"Effect": "Allow", "NotAction": action, "Resource": "*"}

        assert expected == decide(get(), identity=[statement]).allowed

    @pytest.mark.parametrize(("path", "expected"), [("a/*", False), ("b/*", True)])
    def test_not_resource(self, path, expected):
        """An Allow with NotResource is for every other resource."""
        statement = {
            "Effect": "Allow",
            "Action": "*",
            "NotResource": f"{BUCKET}/tenants/{path}",
        }

        assert expected == decide(get(), identity=[statement]).allowed

    def test_an_action_without_resource_needs_a_star(self):
        """What is on no resource is not allowed on a pattern of ARNs."""
        request = Request(ROLE, "s3:ListAllMyBuckets", "*")
        on_arns = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}

        assert not decide(request, identity=[on_arns]).allowed
        assert decide(request, identity=[{**on_arns, "Resource": "*"}]).allowed


class TestVariables:
    """Values of the request in a policy."""

    TAGGED = f"{BUCKET}/tenants/${{aws:PrincipalTag/Tenant}}/*"

    @pytest.mark.parametrize(
        ("tag", "resource", "expected"),
        [
            ("a", OBJECT, True),
            ("b", OBJECT, False),
            ("*", OBJECT, False),
            ("?", OBJECT, False),
            ("*", f"{BUCKET}/tenants/*/x", True),
            ("", f"{BUCKET}/tenants//x", True),
            ("a/b", f"{BUCKET}/tenants/a/b/x", True),
        ],
    )
    def test_in_a_resource(self, tag, resource, expected):
        """A value is literal, whatever is in it: empty and slashes are as they are."""
        context = {"aws:principaltag/TENANT": tag}
        request = Request(ROLE, "s3:GetObject", resource, context)
        statement = {**GET, "Resource": self.TAGGED}

        assert expected == decide(request, identity=[statement]).allowed

    @pytest.mark.parametrize(
        ("text", "value", "expected"),
        [
            ("${*}", "*", True),
            ("${*}", "x", False),
            ("a${?}", "a?", True),
            ("a${?}", "ab", False),
            ("${$}{x}", "${x}", True),
            ("${aws:PrincipalTag/None, 'nobody'}", "nobody", True),
            ("${aws:PrincipalTag/Tenant, 'nobody'}", "a", True),
            ("t-${aws:principaltag/tenant}-*", "t-a-1", True),
        ],
    )
    @pytest.mark.parametrize("name", ["StringLike", "ForAllValues:StringLike"])
    def test_in_a_condition(self, name, text, value, expected):
        """Escapes are the characters themselves, a default is for an absent key."""
        context = {"k": value, "aws:PrincipalTag/Tenant": "a"}

        assert expected == holds(name, text, context)

    def test_star_is_literal_in_an_exact_comparison(self):
        """StringEquals knows variables and escapes, but no wildcards."""
        assert holds("StringEquals", "${*}x", {"k": "*x"})
        assert not holds("StringEquals", "*", {"k": "x"})

    @pytest.mark.parametrize("element", ["Resource", "NotResource"])
    def test_without_a_value_an_allow_does_not_match(self, element):
        """No tag, no permission: not even for all the other resources."""
        statement = {"Effect": "Allow", "Action": "*", element: self.TAGGED}

        assert not decide(get(), identity=[statement]).allowed

    def test_without_a_value_other_patterns_still_match(self):
        """The attacker gets what the rest of a list allows."""
        assert allowed(Resource=[self.TAGGED, OBJECT])

    @pytest.mark.parametrize("name", ["StringEquals", "StringNotEquals"])
    def test_without_a_value_no_comparison_holds(self, name):
        """Neither equal nor unequal: a negation is no way around the tag."""
        assert not holds(name, "${aws:PrincipalTag/Tenant}", {"k": "a"})

    @pytest.mark.parametrize(
        "elements",
        [
            {"Resource": TAGGED},
            {"Resource": [OBJECT, TAGGED]},
            {"NotResource": TAGGED, "Resource": None},
            {"Condition": {"StringNotEquals": {"k": "${aws:PrincipalTag/Tenant}"}}},
        ],
    )
    def test_without_a_value_a_deny_protects_nothing(self, elements):
        """AWS may take the statement for invalid, so the attacker gets past it."""
        denial = {**DENY, **elements}
        denial = {key: each for key, each in denial.items() if each is not None}

        assert decide(get(), identity=[GET, denial]).allowed

    def test_the_user_name_follows_from_the_principal(self):
        """A user has `aws:username`, a role has none."""
        own = {**GET, "Resource": f"{BUCKET}/${{aws:username}}"}

        assert decide(get(USER, f"{BUCKET}/jane"), identity=[own]).allowed
        assert not decide(get(ROLE, f"{BUCKET}/app"), identity=[own]).allowed

    def test_fails_on_several_values(self):
        """A key with several values is no variable."""
        with pytest.raises(TypeError, match="several"):
            holds("StringEquals", "${aws:TagKeys}", {"k": "a", "aws:TagKeys": ["a"]})


class TestConditions:
    """What operators make of a key with one value, and of an absent key."""

    @pytest.mark.parametrize(
        ("name", "wanted", "value", "expected"),
        [
            ("StringEquals", "a", "a", True),
            ("StringEquals", "a", "A", False),
            ("StringEquals", ["a", "b"], "b", True),
            ("StringEquals", True, "true", True),
            ("StringNotEquals", "a", "b", True),
            ("StringNotEquals", ["a", "b"], "b", False),
            ("StringEqualsIgnoreCase", "a", "A", True),
            ("StringEqualsIgnoreCase", "A", "a", True),
            ("StringNotEqualsIgnoreCase", "a", "A", False),
            ("StringLike", "tenants/a*", "tenants/ab", True),
            ("StringLike", "repo:a/x:*", "repo:a/x:ref:refs/heads/m/n", True),
            ("StringLike", "A*", "ab", False),
            ("StringLike", "?*", "", False),
            ("StringLike", "*", "", True),
            ("StringNotLike", ["*/*", "*:*"], "a:b", False),
            ("StringNotLike", ["*/*", "*:*"], "ab", True),
            ("ArnLike", "arn:aws:s3:::d*", "arn:aws:s3:::data/x:y", True),
            ("ArnEquals", "arn:aws:s3:::d*", "arn:aws:s3:::data", True),
            ("ArnLike", "arn:aws:sns:*:1:t", "arn:aws:sns:x:1:y:1:t", False),
            ("ArnLike", "arn:aws:sns:?:1:t", "arn:aws:sns:::1:t", False),
            ("ArnLike", "arn:aws:s3:::data", "data", False),
            ("ArnNotLike", "arn:aws:s3:::d*", "arn:aws:s3:::e", True),
            ("ArnNotEquals", "arn:aws:s3:::d", "arn:aws:s3:::d", False),
            ("NumericEquals", "10", 10, True),
            ("NumericNotEquals", "10", "10.0", False),
            ("NumericLessThan", 1.2, "1.1", True),
            ("NumericLessThan", "1.2", "1.2", False),
            ("NumericLessThanEquals", "9", "10", False),
            ("NumericLessThanEquals", "9", "9", True),
            ("NumericGreaterThan", "900000", 900001, True),
            ("NumericGreaterThanEquals", "1", "1", True),
            ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
            ("DateGreaterThan", "2026-01-01", "2025-12-31T23:00:00-02:00", True),
            ("DateEquals", "1970-01-01T00:01:00Z", "60", True),
            ("DateNotEquals", "60", "61", True),
            ("Bool", "false", False, True),
            ("Bool", False, "true", False),
            ("IpAddress", ["10.0.0.0/8", "192.0.2.1"], "192.0.2.1", True),
            ("IpAddress", "10.1.2.3/8", "10.9.9.9", True),
            ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
            ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
            ("StringEqualsIfExists", "a", "b", False),
            ("Null", "false", "", True),
            ("Null", True, "a", False),
        ],
    )
    def test_one_value(self, name, wanted, value, expected):
        """Several wanted values are alternatives; none may match a negation."""
        assert expected == holds(name, wanted, {"k": value})

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("StringEquals", False),
            ("StringNotEquals", True),
            ("StringNotLike", True),
            ("ArnNotLike", True),
            ("NotIpAddress", True),
            ("NumericNotEquals", True),
            ("Bool", False),
            ("NumericLessThan", False),
            ("StringEqualsIfExists", True),
            ("BoolIfExists", True),
            ("ForAllValues:StringEquals", True),
            ("ForAllValues:StringNotEquals", True),
            ("ForAnyValue:StringEquals", False),
            ("ForAnyValue:StringNotEquals", False),
            ("ForAnyValue:StringEqualsIfExists", True),
        ],
    )
    @pytest.mark.parametrize("context", [{}, {"k": []}, {"k": [""]}])
    def test_absent_key(self, name, expected, context):
        """A comparison fails and a negation holds; a set without values is absent."""
        assert expected == holds(name, "true", context)

    @pytest.mark.parametrize(("wanted", "expected"), [("true", True), ("false", False)])
    def test_null(self, wanted, expected):
        """Null asks whether the key is absent, as it is without any value."""
        assert expected == holds("Null", wanted, {})
        assert expected == holds("Null", wanted, {"k": []})
        assert expected != holds("Null", wanted, {"k": ["a"]})

    @pytest.mark.parametrize(
        ("name", "values", "expected"),
        [
            ("ForAllValues:StringEquals", ["a", "b"], True),
            ("ForAllValues:StringEquals", ["a", "c"], False),
            ("ForAllValues:StringNotEquals", ["c", "d"], True),
            ("ForAllValues:StringNotEquals", ["a", "c"], False),
            ("ForAnyValue:StringEquals", ["a", "c"], True),
            ("ForAnyValue:StringEquals", ["c"], False),
            ("ForAnyValue:StringNotEquals", ["a", "c"], True),
            ("ForAnyValue:StringNotEquals", ["a", "b"], False),
            ("ForAllValues:StringEquals", "a", True),
        ],
    )
    def test_several_values(self, name, values, expected):
        """ForAllValues wants each value to match, ForAnyValue just one."""
        assert expected == holds(name, ["a", "b"], {"k": values})

    def test_all_keys_and_operators_have_to_hold(self):
        """Conditions are joined by and; only values are alternatives."""
        condition = {"StringEquals": {"a": "1", "b": "1"}, "StringLike": {"c": "1"}}

        assert allowed(condition, {"a": "1", "b": "1", "c": "1"})
        assert not allowed(condition, {"a": "1", "b": "2", "c": "1"})
        assert not allowed(condition, {"a": "1", "b": "1", "c": "2"})

    def test_the_case_of_keys_does_not_count(self):
        """Neither in a policy nor in a request, not even in the name of a tag."""
        context = {"AWS:principaltag/TENANT": "a"}

        assert holds("StringEquals", "a", context, key="aws:PrincipalTag/Tenant")

    @pytest.mark.parametrize("name", ["StringEquals", "StringNotLike"])
    def test_fails_on_several_values_without_set_operator(self, name):
        """AWS does not say what becomes of a plain operator on a set."""
        with pytest.raises(TypeError, match=f"{name} takes k for one value"):
            holds(name, "a", {"k": ["a"]})

    @pytest.mark.parametrize(
        "name",
        ["StringEqual", "BinaryEquals", "NotBool", "NullIfExists", "ForAll:Bool"],
    )
    def test_fails_on_unknown_operators(self, name):
        """A misspelt operator does not pass for one that fails to match."""
        with pytest.raises(ValueError, match=f"{name} is no operator"):
            holds(name, "a", {"k": "a"})

    def test_fails_on_a_pattern_that_is_no_arn(self):
        """An ARN operator on something else is not guessed at."""
        with pytest.raises(ValueError, match="is none"):
            holds("ArnLike", "*", {"k": ROLE})

    @pytest.mark.parametrize(
        ("principal", "key", "value"),
        [
            (SESSION, "aws:PrincipalArn", ROLE),
            (SESSION, "aws:PrincipalAccount", OWN),
            (OTHER_ROOT, "aws:PrincipalAccount", FOREIGN),
            (ROLE, "aws:PrincipalIsAWSService", "false"),
            (ROLE, "kms:CallerAccount", OWN),
            ("s3.amazonaws.com", "aws:PrincipalIsAWSService", "true"),
            (ANONYMOUS, "aws:PrincipalAccount", "anonymous"),
        ],
    )
    def test_keys_that_follow_from_the_principal(self, principal, key, value):
        """They need not be said, but what is said counts."""
        statement = {
            **GET,
            "Principal": "*",
            "Condition": {"StringEquals": {key: value}},
        }
        said = get(principal, **{key: "other"})
        policies: Any = {"identity": [GET], "resource_policy": [{**statement}]}
        policies["resource_policy"].append(
            {**DENY, "Principal": "*", "Condition": {"StringNotEquals": {key: value}}}
        )

        assert decide(get(principal), **policies).allowed
        assert not decide(said, **policies).allowed


class TestMayAssume:
    """Who may assume a role."""

    @staticmethod
    def may(
        principal: str, trust: Any, *, call: str = "AssumeRole", **more: Any
    ) -> bool:
        """Whether *principal* may assume the role that has *trust*."""
        context = more.pop("context", {})
        request = Request(principal, f"sts:{call}", ROLE, context)
        return may_assume(request, trust=trust, **more).allowed

    @staticmethod
    def trust(principal: Any, *actions: str, **conditions: Any) -> list[Any]:
        """Return a trust policy."""
        listed = [f"sts:{action}" for action in actions or ("AssumeRole",)]
        statement = {"Effect": "Allow", "Principal": principal, "Action": listed}
        return [{**statement, "Condition": conditions}]

    def test_the_trust_policy_is_asked_first(self):
        """An identity policy alone does not do, not even an administrator's."""
        identity = [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]

        assert not self.may(USER, [], identity=identity)
        assert not self.may(ROOT, [])
        assert not self.may(USER, self.trust({"AWS": ROOT}))
        assert self.may(USER, self.trust({"AWS": ROOT}), identity=identity)
        assert self.may(USER, self.trust({"AWS": USER}))

    def test_a_foreign_principal_needs_both(self):
        """Trust in a foreign role does not replace that role's own permission."""
        foreign = f"arn:aws:iam::{FOREIGN}:role/ci"
        identity = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}]
        trust = self.trust({"AWS": foreign})

        assert not self.may(foreign, trust, same_account=False)
        assert self.may(foreign, trust, identity=identity, same_account=False)

    def test_a_service(self):
        """A service assumes a role by its trust, if the conditions hold."""
        trust = self.trust(
            {"Service": "scheduler.amazonaws.com"},
            StringEquals={"aws:SourceAccount": OWN},
        )
        mine, theirs = {"aws:SourceAccount": OWN}, {"aws:SourceAccount": FOREIGN}

        assert self.may("scheduler.amazonaws.com", trust, context=mine)
        assert not self.may("scheduler.amazonaws.com", trust, context=theirs)
        assert not self.may("lambda.amazonaws.com", trust, context=mine)

    @pytest.mark.parametrize(
        ("key", "action"),
        [
            ("aws:RequestTag/Tenant", "TagSession"),
            ("sts:SourceIdentity", "SetSourceIdentity"),
        ],
    )
    def test_tags_and_source_identities_are_permitted_by_themselves(self, key, action):
        """Whoever may only assume the role may not say more about the session."""
        plain = self.trust({"AWS": USER})
        both = self.trust({"AWS": USER}, "AssumeRole", action)

        assert self.may(USER, plain)
        assert not self.may(USER, plain, context={key: "a"})
        assert self.may(USER, both, context={key: "a"})

    def test_the_names_of_tags_follow_from_the_tags(self):
        """`aws:TagKeys` is there whenever a tag is."""
        only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["Tenant"]}}
        trust = self.trust({"AWS": USER}, "AssumeRole", "TagSession", **only)
        tags = {"aws:RequestTag/Tenant": "a", "aws:RequestTag/Admin": "yes"}

        assert self.may(USER, trust, context={"aws:RequestTag/Tenant": "a"})
        assert not self.may(USER, trust, context=tags)

    @pytest.mark.parametrize(
        ("operator", "wanted", "subject", "expected"),
        [
            ("StringEquals", "repo:o/r:environment:p", "repo:o/r:environment:p", True),
            ("StringEquals", "repo:o/r:environment:p", "repo:O/r:environment:p", False),
            ("StringEquals", "repo:o/r:*", "repo:o/r:pull_request", False),
            ("StringLike", "repo:o/r:*", "repo:o/r:pull_request", True),
            ("StringLike", "repo:o/r*", "repo:o/r-fork:ref:refs/heads/main", True),
            ("StringLike", "repo:o*/r*:*", "repo:o-ci/r-fork:pull_request", True),
            ("StringLike", ["repo:a/x", "*"], "repo:evil/x:pull_request", True),
            ("StringEquals", "repo:o/r:environment:p", None, False),
            ("StringEqualsIfExists", "repo:o/r:environment:p", None, True),
            ("ForAllValues:StringEquals", "repo:o/r:environment:p", None, True),
        ],
    )
    def test_the_subject_of_a_web_identity(self, operator, wanted, subject, expected):
        """Wildcards admit neighbours; a missing subject passes what tolerates it."""
        key = "token.actions.githubusercontent.com:sub"
        call = "AssumeRoleWithWebIdentity"
        condition = {operator: {key: wanted}}
        trust = self.trust({"Federated": GITHUB}, call, **condition)
        context = {key: subject} if subject else {}

        assert expected == self.may(GITHUB, trust, call=call, context=context)
        assert not self.may(f"{GITHUB}x", trust, call=call, context=context)


class TestPitfalls:
    """Policies that look safe and are not, as attacks."""

    KEYS = "dynamodb:LeadingKeys"
    TAG = "${aws:PrincipalTag/Tenant}"

    def reads(self, condition: Any, action: str = "GetItem", **context: Any) -> bool:
        """Whether a grant on a table with *condition* allows *action*."""
        table = f"arn:aws:dynamodb:eu-west-1:{OWN}:table/t"
        keys = {"aws:PrincipalTag/Tenant": context.pop("tag", "a")}
        if "keys" in context:
            keys[self.KEYS] = context["keys"]
        keys = {key: value for key, value in keys.items() if value is not None}
        grant = {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": table,
            "Condition": condition,
        }
        request = Request(ROLE, f"dynamodb:{action}", table, keys)
        return decide(request, identity=[grant]).allowed

    def test_for_all_values_is_true_of_nothing(self):
        """A Scan has no leading keys, so it passes, even without any tag."""
        condition = {"ForAllValues:StringEquals": {self.KEYS: self.TAG}}

        assert self.reads(condition, "Scan")
        assert self.reads(condition, "Scan", tag=None)
        assert not self.reads(condition, keys=["b"])

    def test_null_closes_that(self):
        """With Null, the key has to be there."""
        condition = {
            "ForAllValues:StringEquals": {self.KEYS: self.TAG},
            "Null": {self.KEYS: "false"},
        }

        assert not self.reads(condition, "Scan")
        assert not self.reads(condition, keys=["a"], tag=None)
        assert not self.reads(condition, keys=["a", "b"])
        assert self.reads(condition, keys=["a", "a"])

    def test_for_any_value_admits_a_mixed_batch(self):
        """One own key opens the door for a foreign one."""
        condition = {"ForAnyValue:StringEquals": {self.KEYS: self.TAG}}

        assert self.reads(condition, keys=["a", "b"])

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("TENANT#${aws:PrincipalTag/Tenant}*", True),
            ("TENANT#${aws:PrincipalTag/Tenant}#*", False),
        ],
    )
    def test_a_prefix_without_end_reaches_the_neighbour(self, pattern, expected):
        """Tenant 1 reaches what is of tenant 10, unless a separator ends the name."""
        condition = {"ForAllValues:StringLike": {self.KEYS: pattern}}

        assert expected == self.reads(condition, keys=["TENANT#10#x"], tag="1")

    @pytest.mark.parametrize(
        ("tag", "expected"),
        [("a", True), ("", False), (None, False), ("a/b", False), ("a:b", False)],
    )
    def test_a_tag_can_be_held_to_a_name(self, tag, expected):
        """Null, `?*` and two negations leave only names."""
        name = "aws:PrincipalTag/Tenant"
        condition = {
            "Null": {name: "false"},
            "StringLike": {name: "?*"},
            "StringNotLike": {name: ["*/*", "*:*"]},
        }

        assert expected == self.reads(condition, tag=tag)

    def test_an_empty_tag_is_there(self):
        """Null alone does not refuse a tag without text."""
        assert self.reads({"Null": {"aws:PrincipalTag/Tenant": "false"}}, tag="")

    @pytest.mark.parametrize(
        ("wanted", "prefix", "expected"),
        [
            ("tenants/a*", "tenants/ab/", True),
            ("tenants/a/*", "tenants/ab/", False),
            ("tenants/a/*", "tenants/a/", True),
            ("tenants/a/*", "tenants/a", False),
            ("tenants/a", "tenants/a", True),
            (["", "tenants/a/*"], "", True),
            ("tenants/a/*", None, False),
        ],
    )
    def test_the_prefix_of_a_list(self, wanted, prefix, expected):
        """Without its slash a prefix lists `ab/` too; an absent one matches nothing."""
        condition = {"StringLike": {"s3:prefix": wanted}}
        grant = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET}
        context = {} if prefix is None else {"s3:prefix": prefix}
        request = Request(ROLE, "s3:ListBucket", BUCKET, context)

        assert (
            expected
            == decide(request, identity=[{**grant, "Condition": condition}]).allowed
        )

    @pytest.mark.parametrize(
        ("resources", "on_bucket", "on_object"),
        [
            ([BUCKET], False, True),
            ([f"{BUCKET}/*"], True, False),
            ([BUCKET, f"{BUCKET}/*"], False, False),
        ],
    )
    def test_refusing_http_needs_both_arns(self, resources, on_bucket, on_object):
        """A Deny on the bucket's ARN leaves its objects open, and vice versa."""
        plain = {"aws:SecureTransport": False}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        denial = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": resources,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        requests = (
            Request(ROLE, "s3:ListBucket", BUCKET, plain),
            Request(ROLE, "s3:GetObject", OBJECT, plain),
        )

        assert (on_bucket, on_object) == tuple(
            decide(each, identity=[everything], resource_policy=[denial]).allowed
            for each in requests
        )

    def test_a_service_acts_for_anybody(self):
        """Without the source's account, a bucket of the same name will do."""
        service = "logging.s3.amazonaws.com"
        source = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::app"}}
        account = {"StringEquals": {"aws:SourceAccount": OWN}}
        policy = {**GET, "Principal": {"Service": service}, "Condition": source}
        pinned = {**policy, "Condition": source | account}
        context = {"aws:SourceArn": "arn:aws:s3:::app", "aws:SourceAccount": FOREIGN}

        assert decide(get(service, **context), resource_policy=[policy]).allowed
        assert not decide(get(service, **context), resource_policy=[pinned]).allowed

    def test_a_deny_on_a_header_is_for_those_who_send_it(self):
        """A negation refuses the absent header too, unless Null excepts it."""
        header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
        others = {"StringNotEquals": {header: KEY}}
        denial = {**DENY, "Condition": others}
        excepting = {**DENY, "Condition": {**others, "Null": {header: "false"}}}

        assert not decide(get(), identity=[GET, denial]).allowed
        assert decide(get(), identity=[GET, excepting]).allowed
        assert not decide(get(**{header: "other"}), identity=[GET, excepting]).allowed
