"""What changes with a property that changes in place."""

from __future__ import annotations

from secure_constructs.changes.change import Path

_ANYTHING = "*"
_PERMISSIONS = "permissions change"
_SAID = {
    "AWS::CloudFormation::Stack": {
        "Parameters": "the nested stack gets another value; what that changes is said "
        "at its resources",
        "TemplateURL": "the nested stack has another template: compare that too",
    },
    "AWS::CloudWatch::Alarm": {
        "ActionsEnabled": "whether the alarm tells anybody changes",
        "AlarmActions": "the alarm tells somebody else, or nobody",
        "Threshold": "the alarm fires at another value",
    },
    "AWS::DynamoDB::GlobalTable": {
        "SSESpecification": "items are encrypted anew; older backups keep the old key",
    },
    "AWS::DynamoDB::Table": {
        "BillingMode": "capacity is paid and limited in another way",
        "SSESpecification": "items are encrypted anew; older backups keep the old key",
    },
    "AWS::Events::Rule": {
        "EventPattern": "other events match",
        "ScheduleExpression": "it runs at other times",
        "State": "a rule that is disabled lets all events pass",
        "Targets": "events go elsewhere, or in another form",
    },
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument": "others may take on the role",
        "ManagedPolicyArns": _PERMISSIONS,
        "PermissionsBoundary": _PERMISSIONS,
        "Policies": _PERMISSIONS,
    },
    "AWS::KMS::Key": {
        "EnableKeyRotation": "whether the key is rotated changes",
        "KeyPolicy": "others may use or manage the key",
    },
    "AWS::Lambda::Function": {
        "Architectures": "libraries that were built for the old architecture do not "
        "load any more",
        "Code": "other code runs",
        "Environment": "the code finds other variables",
        "Handler": "another function of the code is called",
        "KmsKeyArn": "variables are encrypted with another key",
        "LoggingConfig": "lines are written in another form, or fewer of them: filters "
        "on their text may no longer match",
        "MemorySize": "memory, processor time and price change",
        "ReservedConcurrentExecutions": "so many calls run at once; with 0 it does not "
        "run at all",
        "Role": "the code has other permissions",
        "Runtime": "the code runs on another version, which may not know all it uses",
        "Timeout": "calls are ended after another time",
        "TracingConfig": "other calls are traced",
        "VpcConfig": "the code reaches other networks, and may lose the internet",
    },
    "AWS::S3::Bucket": {
        "BucketEncryption": "new objects are encrypted in another way; those that are "
        "there stay as they are",
        "LifecycleConfiguration": "other objects expire, or move to another class",
        "LoggingConfiguration": "access logs go elsewhere, or nowhere",
        "NotificationConfiguration": "others hear of new objects",
        "PublicAccessBlockConfiguration": "what may be public changes",
        "ReplicationConfiguration": "other objects are copied, or none",
    },
    "AWS::SQS::Queue": {
        "VisibilityTimeout": "a message that is not handled comes again after another "
        "time",
    },
    "AWS::Scheduler::Schedule": {
        "ScheduleExpression": "it runs at other times",
        "State": "a schedule that is disabled runs nothing",
    },
    _ANYTHING: {
        "PolicyDocument": _PERMISSIONS,
        "SecurityGroupEgress": "other addresses can be reached",
        "SecurityGroupIngress": "others can reach it",
    },
}


def sentence(type_: str, path: Path) -> str:
    """Return what changes with the property at *path* of a *type_*."""
    if path[0] == "Condition":
        return "it is there in other cases than before"
    known = {**_SAID[_ANYTHING], **_SAID.get(type_, {})}
    name = str(path[1]) if len(path) > 1 else ""
    return known.get(name, "it changes in place")
