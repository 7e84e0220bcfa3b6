"""Makes what a look at the emulator needs, under names that nothing else has."""

from __future__ import annotations

import io
import json
import uuid
import zipfile

from collections.abc import Mapping
from typing import Any

from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.stacks import Product
from tests.e2e.support.waiting import eventually


def new_name() -> str:
    """Return a name that nothing has yet."""
    return f"p{uuid.uuid4().hex[:8]}"


def deployed(endpoint: Endpoint, **resources: Mapping[str, Any]) -> Product:
    """Return a product of one stack, `It`, of *resources*."""
    product = Product(endpoint, {"It": new_name()})
    product.deploy("It", {"Resources": resources})
    return product


def new_resource(endpoint: Endpoint, type_: str, properties: Mapping[str, Any]) -> str:
    """Return the physical id of one resource of *type_*."""
    resource = {"Type": type_, "Properties": properties}
    return deployed(endpoint, It=resource).resources("It")["It"]


def policy_of(
    action: str,
    resource: str = "*",
    principal: object = None,
    conditions: object = None,
) -> dict[str, Any]:
    """Return a policy that allows *action*."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action}
    if principal:
        statement["Principal"] = principal
    if resource:
        statement["Resource"] = resource
    if conditions:
        statement["Condition"] = conditions
    return {"Version": "2012-10-17", "Statement": [statement]}


def new_role(endpoint: Endpoint, principal: object, policy: object) -> str:
    """Return the ARN of a role that has *policy*, and that *principal* may assume."""
    iam, name = endpoint.client("iam"), new_name()
    trust = policy_of("sts:AssumeRole", "", principal)
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName=name, PolicyName="It", PolicyDocument=json.dumps(policy)
    )
    return str(made["Role"]["Arn"])


def new_user(endpoint: Endpoint, policy: object) -> Endpoint:
    """Return a user that has *policy* only."""
    iam, name = endpoint.client("iam"), new_name()
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name, PolicyName="It", PolicyDocument=json.dumps(policy)
    )
    return endpoint.as_user(iam.create_access_key(UserName=name)["AccessKey"])


def new_function(endpoint: Endpoint, body: str, policy: object = None) -> str:
    """Return the ARN of a function that does *body*."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", f"def handler(event, context):\n    {body}\n")
    made = endpoint.client("lambda").create_function(
        FunctionName=new_name(),
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Role=new_role(
            endpoint,
            {"Service": "lambda.amazonaws.com"},
            policy or policy_of("sqs:*"),
        ),
    )
    return str(made["FunctionArn"])


def call_a_function(endpoint: Endpoint) -> None:
    """Have a function run, whose process waits for the next call after that."""
    name = new_function(endpoint, "return 1")
    endpoint.client("lambda").invoke(FunctionName=name, Payload=b"{}")


def new_queue(endpoint: Endpoint, **attributes: str) -> tuple[str, str]:
    """Return URL and ARN of a queue."""
    name = new_name()
    made = endpoint.client("sqs").create_queue(QueueName=name, Attributes=attributes)
    return made["QueueUrl"], f"arn:aws:sqs:{endpoint.region}:{endpoint.account}:{name}"


def arrives(endpoint: Endpoint, url: str) -> bool:
    """Return whether a message gets into the queue at *url*."""
    sqs = endpoint.client("sqs")
    return bool(
        eventually(
            lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get(
                "Messages"
            ),
            seconds=3,
        )
    )


def call_by_rule(endpoint: Endpoint, function: str, **more: Any) -> None:
    """Put an event that a rule of the default bus calls *function* for."""
    events, name = endpoint.client("events"), new_name()
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "It", "Arn": function, **more}])
    entry = {"Source": name, "DetailType": "It", "Detail": "{}"}
    events.put_events(Entries=[entry])


def allow_rules(endpoint: Endpoint, function: str) -> None:
    """Let all rules call *function*."""
    endpoint.client("lambda").add_permission(
        FunctionName=function,
        StatementId="It",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )


def failing_function(endpoint: Endpoint, policy: object) -> tuple[str, str]:
    """Return a function that fails, and the URL of the queue for its failures."""
    url, arn = new_queue(endpoint)
    function = new_function(endpoint, "raise ValueError", policy)
    endpoint.client("lambda").put_function_event_invoke_config(
        FunctionName=function,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    return function, url
