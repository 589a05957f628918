from typing import Any

import boto3
import pytest

from local.cloud import UnknownInputError, fit

QUEUE = "arn:aws:sqs:us-east-1:000000000000:failures"


def shape(service, operation):
    model = boto3.Session(region_name="us-east-1").client(service).meta.service_model
    return model.operation_model(operation).input_shape


def test_camel_case_becomes_the_requests_own_names():
    inputs = {"functionName": "f", "environment": {"variables": {"aKey": "1"}}}

    fitted = fit(shape("lambda", "CreateFunction"), inputs, {})

    assert fitted == {"FunctionName": "f", "Environment": {"Variables": {"aKey": "1"}}}


def test_whole_floats_become_integers_where_integers_are_taken():
    fitted = fit(shape("lambda", "CreateFunction"), {"timeout": 5.0, "memorySize": 256.0}, {})

    assert [type(value) for value in fitted.values()] == [int, int]


def test_a_broken_number_is_left_for_botocore_to_refuse():
    assert fit(shape("lambda", "CreateFunction"), {"timeout": 5.5}, {}) == {"Timeout": 5.5}


def test_names_that_differ_are_renamed_at_any_depth():
    inputs = {"destinationConfig": {"onFailure": {"destinationArn": QUEUE}}}

    fitted = fit(shape("lambda", "CreateEventSourceMapping"), inputs, {"destinationArn": "destination"})

    assert fitted == {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}


def test_members_of_lists_are_fitted_too():
    inputs = {"filterCriteria": {"filters": [{"pattern": "{}"}]}}

    fitted = fit(shape("lambda", "CreateEventSourceMapping"), inputs, {})

    assert fitted == {"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}


def test_an_unknown_input_is_refused_by_its_path():
    inputs: dict[str, Any] = {"environment": {"variabels": {}}}

    with pytest.raises(UnknownInputError, match=r"environment\.variabels"):
        fit(shape("lambda", "CreateFunction"), inputs, {})


def test_what_is_not_set_is_left_out():
    assert fit(shape("lambda", "CreateFunction"), {"description": None}, {}) == {}
