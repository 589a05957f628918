"""The policies of the pack: every rule, in the form in which the CLI runs it."""

from collections.abc import Callable

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies import resources
from policies.rule import ResourceRule, StackRule
from policies.rules import (
    buckets,
    channels,
    claims,
    encryption,
    engines,
    identities,
    logs,
    permissions,
    principals,
    routes,
    stages,
    tables,
    transport,
    variables,
)

RULES: tuple[ResourceRule | StackRule, ...] = (
    *permissions.RULES,
    *claims.RULES,
    *principals.RULES,
    *routes.RULES,
    *identities.RULES,
    *engines.RULES,
    *channels.RULES,
    *encryption.RULES,
    *transport.RULES,
    *variables.RULES,
    *logs.RULES,
    *stages.RULES,
    *tables.RULES,
    *buckets.RULES,
)


def _resource_check(rule: ResourceRule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def check(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for breach in rule.breaches(resources.resource(args)):
            report(breach, None)

    return check


def _stack_check(rule: StackRule) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def check(args: StackValidationArgs, report: ReportViolation) -> None:
        for broken, breach in rule.breaches([resources.member(each) for each in args.resources]):
            report(breach, broken.urn)

    return check


def _policy(rule: ResourceRule | StackRule) -> Policy:
    mandatory = EnforcementLevel.MANDATORY
    match rule:
        case ResourceRule():
            return ResourceValidationPolicy(rule.name, rule.description, _resource_check(rule), mandatory)
        case StackRule():
            return StackValidationPolicy(rule.name, rule.description, _stack_check(rule), mandatory)


POLICIES = [_policy(rule) for rule in RULES]
