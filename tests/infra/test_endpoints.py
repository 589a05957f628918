"""The table of endpoints in the layer: small, and the same for every service that functions call."""

import json
from pathlib import Path

import botocore.session
import pytest
from botocore.regions import EndpointResolver

from infra.functions.endpoints import PREFIXES, in_use
from infra.functions.models import Service
from infra.functions.packaging import SERVICES


@pytest.mark.parametrize("service", sorted(PREFIXES))
def test_a_service_in_use_has_the_endpoints_that_it_had(service: str) -> None:
    table = (Path(botocore.__file__).parent / "data" / "endpoints.json").read_bytes()
    whole, kept = (EndpointResolver(json.loads(each)) for each in (table, in_use(table)))
    partitions = json.loads(table)["partitions"]

    for region in (region for partition in partitions for region in partition["regions"]):
        assert kept.construct_endpoint(service, region) == whole.construct_endpoint(service, region)
    assert len(in_use(table)) < len(table) / 20


def test_every_service_with_a_model_keeps_its_endpoints() -> None:
    models = botocore.session.get_session().get_component("data_loader")

    prefixes = {
        models.load_service_model(service, "service-2")["metadata"]["endpointPrefix"]
        for service in [*SERVICES, *Service]
    }

    assert prefixes == PREFIXES
