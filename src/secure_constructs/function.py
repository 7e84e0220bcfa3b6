"""ObservedFunction: a Lambda function you can operate from its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import jsii

from aws_cdk import Duration, aws_iam as iam, aws_lambda as lambda_
from constructs import Construct

from secure_constructs import (
    _function_capacity as capacity,
    _function_environment as environments,
    _function_inputs as checks,
    _function_role as roles,
    _powertools as powertools,
)
from secure_constructs._alarms import check_topic
from secure_constructs._function_events import EventDriven
from secure_constructs._function_watch import Watch, dashboard_of
from secure_constructs._inputs import Inputs
from secure_constructs._log_group import let_logs_use, log_group as new_log_group
from secure_constructs._place import place_of
from secure_constructs._promises import both, given_up, keep_promises, not_given
from secure_constructs.checks import lambda_ as rules, lambda_failures as failures
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import (
        Size,
        aws_cloudwatch as cloudwatch,
        aws_ec2 as ec2,
        aws_kms as kms,
        aws_logs as logs,
        aws_secretsmanager as secretsmanager,
        aws_sns as sns,
        aws_sqs as sqs,
        aws_ssm as ssm,
    )

    from secure_constructs.key import AppKey

_TIMEOUT = Duration.seconds(checks.DEFAULT_TIMEOUT)
_MEMORY = 256
_ARM = lambda_.Architecture.ARM_64
_JSON = lambda_.LoggingFormat.JSON
_TEXT = lambda_.LoggingFormat.TEXT
_STOPPED = lambda_.RecursiveLoop.TERMINATE
_ALLOWED = lambda_.RecursiveLoop.ALLOW
# Set on the L1: with CDK's own option the permission is a wildcard among what
# others grant.
_TRACED = lambda_.CfnFunction.TracingConfigProperty(mode="Active")


@jsii.implements(iam.IGrantable)
class ObservedFunction(EventDriven):
    """
    Define a function that keeps the Lambda checklist.

    - Timeout, memory and architecture are written out (LAM-01, LAM-02); the
      runtime is one that AWS supports (LAM-15).
    - It logs JSON to a log group of its own, made before it, for a year or two
      weeks (LAM-03), with Powertools' settings (LAM-04), and traces (LAM-05).
    - What it cannot process goes to an encrypted queue for 14 days, after two
      more attempts within 6 hours (LAM-06); endless loops are stopped (LAM-07).
    - In production alarms go off on errors, throttles, durations close to the
      timeout and failed events (LAM-08).
    - Its role may write to that log group, trace, and send to that queue. What
      is granted later is a managed policy as well, of its own (LAM-09).
    - A variable that looks like a secret is refused; a real one is passed by
      reference, and only this function may read it (LAM-10).

    The rules are checked again in the finished template.

    Resources: function, role, its policy, log group, failure queue and its
    policy, invoke configuration; in production four alarms. In development 7, 5
    with a `failure_queue` that is shared, 4 where it was waived. Cost: $0.40 a
    month for the alarms in production; a dashboard $3.

    Args:
        scope: The stack or construct this function belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `lambda_.Function` of the same id.
        code: The code, as CDK takes it: a folder, a bucket, an image, text.
        handler: What Lambda calls; `Handler.FROM_IMAGE` for an image.
        runtime: The runtime; `Runtime.FROM_IMAGE` for an image.
        function_name: The name, up to 64 characters; made by CloudFormation.
        description: What it does, up to 256 characters; none.
        timeout: When it is stopped, 1 to 900 whole seconds; defaults to 30.
        memory_size: Memory in MiB, 128 to 10,240; defaults to 256.
        architecture: What it runs on; defaults to arm64, which costs less.
        environment: Its variables; 4 KB at most, and no secrets.
        plaintext: Variables that only look like secrets, by name: `Waived`.
        secrets: Secrets of Secrets Manager and parameters of SSM by variable,
            which holds the ARN for the code to read it by.
        initial_policy: Statements for its role; none.
        role: A role of yours, used as it is; a warning says what it needs.
        layers: Up to five layers, that of Powertools among them; none.
        ephemeral_storage_size: The size of `/tmp`, 512 MiB to 10 GiB; 512 MiB.
        vpc: The VPC it is in; none. It then has a security group of its own,
            whose egress you name: `function.connections.allow_to(...)`.
        vpc_subnets: The subnets of the VPC; defaults to the private ones.
        security_groups: Groups of yours instead.
        allow_all_outbound: Open that group to everywhere; defaults to not.
        service: What Powertools calls the service; defaults to the tag `Service`
            of the nearest baseline, else the id.
        metrics_namespace: Powertools' namespace for metrics; `service`.
        powertools_layer: `"latest"` or a version of AWS's layer; none.
        log_level: From which level on it logs; `INFO`, in development `DEBUG`.
        log_group: A log group of yours; defaults to one of its own.
        log_retention: How long its own keeps logs, or `Waived` for ever.
        json_logs: Log plain text, with `Waived`.
        tracing: Do without traces, with `Waived`.
        failure_queue: A queue of yours, which functions may share, or `Waived`
            for a function that is never called asynchronously.
        on_success: Where the results of asynchronous calls go; nowhere.
        retry_attempts: Further attempts at such a call, 0 to 2; defaults to 2.
        max_event_age: For how long they are made, 60 seconds to 6 hours; 6 hours.
        loop_detection: Let it call itself without end, with `Waived`.
        reserved_concurrent_executions: How many may run at once, which no other
            function then can; defaults to what the account has left.
        provisioned_concurrency: How many are always ready, behind the alias
            `live`; defaults to none. Their price is Lambda's, by the hour.
        max_provisioned_concurrency: How many are when 70 % of them are busy;
            defaults to twice as many.
        snap_start: Start from snapshots, behind the alias `live`; defaults to not.
        tenancy_config: Isolate tenants from each other; defaults to not.
        encryption_key: The key for logs, variables and failures; defaults to the
            nearest baseline's, else AWS's own.
        alarms: Do without alarms, with `Waived`.
        alarm_topic: Whom they tell; defaults to the nearest baseline's topic.
        dashboard: Whether it has a dashboard (LAM-14); defaults to not.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, or two contradict
            each other. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        function: The function itself, for what this class does not cover.
        function_arn: Its ARN.
        role: Its role.
        log_group: Its log group.
        failure_queue: Where failed events go; none if that was waived.
        target: What others are to invoke: the alias `live` if there is one.

    Example:
        >>> code = lambda_.Code.from_asset("handlers/orders")
        >>> orders = ObservedFunction(
        ...     stack,
        ...     "Orders",
        ...     code=code,
        ...     handler="orders.handler",
        ...     runtime=lambda_.Runtime.PYTHON_3_14,
        ... )
        >>> bucket.grants.read(orders, prefix="invoices/")
    """

    def __init__(  # noqa: PLR0915 - all options are checked here, then used
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: lambda_.Code,
        handler: str,
        runtime: lambda_.Runtime,
        function_name: str | None = None,
        description: str | None = None,
        timeout: Duration | None = None,
        memory_size: int | None = None,
        architecture: lambda_.Architecture | None = None,
        environment: Mapping[str, str] | None = None,
        plaintext: Mapping[str, Waived] | None = None,
        secrets: Mapping[str, secretsmanager.ISecret | ssm.IStringParameter]
        | None = None,
        initial_policy: Sequence[iam.PolicyStatement] | None = None,
        role: iam.IRole | None = None,
        layers: Sequence[lambda_.ILayerVersion] | None = None,
        ephemeral_storage_size: Size | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        allow_all_outbound: bool = False,
        service: str | None = None,
        metrics_namespace: str | None = None,
        powertools_layer: str | None = None,
        log_level: lambda_.ApplicationLogLevel | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays | Waived | None = None,
        json_logs: Waived | None = None,
        tracing: Waived | None = None,
        failure_queue: sqs.IQueue | Waived | None = None,
        on_success: lambda_.IDestination | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
        loop_detection: Waived | None = None,
        reserved_concurrent_executions: int | None = None,
        provisioned_concurrency: int | None = None,
        max_provisioned_concurrency: int | None = None,
        snap_start: lambda_.SnapStartConf | None = None,
        tenancy_config: lambda_.TenancyConfig | None = None,
        encryption_key: kms.IKey | AppKey | None = None,
        alarms: Waived | None = None,
        alarm_topic: sns.ITopic | None = None,
        dashboard: bool = False,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("ObservedFunction", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(
            tier=tier,
            encryption_key=encryption_key,
            alarm_topic=alarm_topic,
            tags=service,
        )
        tier = place.tier_for(inputs, tier)
        encryption_key = encryption_key or place.encryption_key
        check_key(inputs, place, encryption_key)
        platform = checks.platform_of(inputs, runtime, architecture)
        checks.check_code(inputs, code, handler, platform)
        checks.check_identity(inputs, function_name, description)
        checks.check_size(inputs, memory_size, ephemeral_storage_size)
        checks.check_layers(inputs, layers, platform, powertools=powertools_layer)
        checks.check_role(inputs, role, initial_policy)
        checks.check_network(
            inputs, vpc, vpc_subnets, security_groups, allow_all_outbound
        )
        checks.check_logging(inputs, log_group, log_retention, log_level, json_logs)
        powertools.check(
            inputs,
            service=service,
            namespace=metrics_namespace,
            version=powertools_layer,
            runtime=platform.runtime,
            place=place,
        )
        capacity.check_async(
            inputs, failure_queue, on_success, retry_attempts, max_event_age
        )
        capacity.check(
            inputs,
            runtime=runtime,
            name=platform.runtime,
            disk=ephemeral_storage_size,
            reserved=reserved_concurrent_executions,
            provisioned=provisioned_concurrency,
            highest=max_provisioned_concurrency,
            snap_start=snap_start,
            tenancy=tenancy_config,
        )
        inputs.waived("tracing", tracing, "traces (LAM-05)")
        inputs.waived("loop_detection", loop_detection, "the end of loops (LAM-07)")
        inputs.waived("alarms", alarms, "alarms (LAM-08)")
        inputs.flag("dashboard", dashboard)
        self._timeout = checks.timeout_of(inputs, timeout)
        alarm_topic = alarm_topic or place.alarm_topic
        check_topic(inputs, alarm_topic)
        is_watched = tier is Tier.PRODUCTION and not alarms
        if is_watched and self._timeout is None:
            raise inputs.wrong("timeout", "a token", checks.UNKNOWN_TIMEOUT)
        watched = self._timeout if is_watched else None
        self._watch = Watch(construct_id, watched, alarm_topic)
        level = log_level or powertools.LOG_LEVELS[tier]
        service = service or place.service or construct_id
        settings = powertools.settings(
            platform.runtime,
            service=service,
            namespace=metrics_namespace or service,
            level=level,
            traced=not tracing,
        )
        self._variables = environments.variables(
            inputs, settings, environment or {}, plaintext or {}, secrets or {}
        )
        super().__init__(scope, construct_id)

        self._inputs, self._place, self._tier = inputs, place, tier
        self._tenancy = tenancy_config
        self._secrets = frozenset(secrets or ())
        self._key = key = key_in(place, encryption_key)
        self.failure_queue = self._failure_queue_of(failure_queue)
        if log_group is None:
            let_logs_use(encryption_key, place.stack, self)
        self.log_group: logs.ILogGroup = log_group or new_log_group(
            self,
            "Logs",
            kind="FunctionLogs",
            place=place,
            tier=tier,
            key=key,
            retention=log_retention,
        )
        statements = roles.statements(
            place.stack,
            log_group=self.log_group,
            failures=self.failure_queue,
            key=key,
            traced=not tracing,
            in_vpc=vpc is not None,
        ) + environments.reading(secrets or {}, place.stack)
        self.role = roles.role_for(self, role, statements, place.stack)
        asynchronous = capacity.asynchronous(
            self.failure_queue, on_success, retry_attempts, max_event_age
        )
        outbound = None if vpc is None or security_groups else allow_all_outbound
        try:
            self.function = lambda_.Function(
                self,
                "Default",
                code=code,
                handler=handler,
                runtime=runtime,
                role=self.role,
                function_name=function_name,
                description=description,
                timeout=timeout or _TIMEOUT,
                memory_size=_MEMORY if memory_size is None else memory_size,
                architecture=architecture or _ARM,
                environment=self._variables or None,
                environment_encryption=key,
                layers=powertools.with_layer(self, layers, powertools_layer, platform),
                ephemeral_storage_size=ephemeral_storage_size,
                vpc=vpc,
                vpc_subnets=vpc_subnets,
                security_groups=list(security_groups) if security_groups else None,
                allow_all_outbound=outbound,
                log_group=self.log_group,
                logging_format=_TEXT if json_logs else _JSON,
                application_log_level_v2=None if json_logs else level,
                recursive_loop=_ALLOWED if loop_detection else _STOPPED,
                reserved_concurrent_executions=reserved_concurrent_executions,
                tenancy_config=tenancy_config,
                **asynchronous,
            )
        except Exception:
            # CDK checks more than this class does; leave no half of a function.
            scope.node.try_remove_child(construct_id)
            raise
        self.function_arn = self.function.function_arn
        self._name = self.function.function_name
        l1 = keep_promises(
            self.function,
            kind="ObservedFunction",
            place=place,
            tier=tier,
            by_default=by_default,
            waivers={
                rules.logged: both(json_logs, given_up(log_retention)),
                rules.traced: tracing,
                failures.failures_kept: given_up(failure_queue),
                "LAM-07": loop_detection,
                failures.alarmed: alarms if tier is Tier.PRODUCTION else None,
                **{f"LAM-10[{name}]": why for name, why in (plaintext or {}).items()},
            },
        )
        cfn = cast("lambda_.CfnFunction", l1)
        if not tracing:
            cfn.tracing_config = _TRACED
        if snap_start:
            cfn.snap_start = capacity.FROM_SNAPSHOTS
        if self.failure_queue:
            capacity.acknowledge_destination(cfn)
        for statement in initial_policy or ():
            self.add_to_role_policy(statement)
        self.target = capacity.target(
            self.function,
            asynchronous,
            provisioned=provisioned_concurrency,
            highest=max_provisioned_concurrency,
            published=bool(snap_start),
        )
        self._watch.calls(self, self._name, kept=bool(self.failure_queue))
        if self.failure_queue:
            self._watch.failures(self, self.failure_queue)
        if dashboard:
            dashboard_of(
                self, self._name, group=self.log_group, failures=self.failure_queue
            )

    @property
    def alarms(self) -> list[cloudwatch.Alarm]:
        """The alarms, those of event sources included; none in development."""
        return self._watch.alarms

    @property
    def function_name(self) -> str:
        """The name of the function."""
        return self._name

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role, for grants: `bucket.grants.read(function)`."""
        return self.role.grant_principal

    def add_environment(self, name: str, value: str) -> None:
        """
        Add a variable to the environment.

        Raises:
            ValueError: Lambda does not take it, or it looks like a secret (LAM-10).
        """
        environments.check_variable(self._inputs, name, value)
        if name in self._secrets:
            problem = "is the reference to a secret; choose another name"
            raise self._inputs.wrong("environment", name, problem)
        variables = {**self._variables, name: value}
        environments.check_total(self._inputs, variables)
        self._variables = variables
        self.function.add_environment(name, value)

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Let the function do what *statement* says."""
        self.role.add_to_principal_policy(statement)
