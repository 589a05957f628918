"""A name of one's own for the WebSocket API, for clients: callbacks stay at the gateway's own address."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True)
class CustomDomainArgs:
    """
    What is served under which name.

    Parameters
    ----------
    domain_name
        The name.
    certificate_arn
        Its certificate.
    hosted_zone_id
        The zone that gets its records; with none, they are made by hand.
    api_id
        The WebSocket API. A domain that serves one takes no HTTP API beside it.
    stage
        The name of the stage, of the `Stage` itself: it must be there first.
    """

    domain_name: str
    certificate_arn: str
    hosted_zone_id: str | None
    api_id: pulumi.Input[str]
    stage: pulumi.Input[str]


class CustomDomain(pulumi.ComponentResource):
    """
    The domain, its mapping to the stage, and its records where the stack says in which zone.

    Attributes
    ----------
    outputs
        What the program exports: where records that are made by hand lead to.
    """

    def __init__(self, name: str, args: CustomDomainArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("airium:realtime:CustomDomain", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        domain = aws.apigatewayv2.DomainName(
            f"{name}-name",
            domain_name=args.domain_name,
            domain_name_configuration=aws.apigatewayv2.DomainNameDomainNameConfigurationArgs(
                certificate_arn=args.certificate_arn,
                # a WebSocket API takes no other type, and no other policy
                endpoint_type="REGIONAL",
                security_policy="TLS_1_2",
                ip_address_type="dualstack",
            ),
            opts=here,
        )
        aws.apigatewayv2.ApiMapping(
            f"{name}-mapping", api_id=args.api_id, domain_name=domain.id, stage=args.stage, opts=here
        )
        configuration = domain.domain_name_configuration
        target, zone = configuration.target_domain_name, configuration.hosted_zone_id
        if args.hosted_zone_id is not None:
            for type_ in ("A", "AAAA"):
                aws.route53.Record(
                    f"{name}-{type_.lower()}",
                    zone_id=args.hosted_zone_id,
                    name=args.domain_name,
                    type=type_,
                    aliases=[
                        aws.route53.RecordAliasArgs(name=target, zone_id=zone, evaluate_target_health=False)
                    ],
                    opts=here,
                )
        self.outputs: dict[str, object] = {"domain_target": target, "domain_target_zone": zone}
        self.register_outputs(self.outputs)
