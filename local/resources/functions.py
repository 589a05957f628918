"""Functions, their layers, and what invokes them."""

import base64
import hashlib
from typing import Any

from local.answers import if_there, ignoring
from local.archive import zipped
from local.cloud import Cloud
from local.resources.registry import Made, Wanted, creates, removes

_INVOKER = "arn:aws:apigateway:{}:lambda:path/2015-03-31/functions"
_ABSENT = "ResourceNotFoundException"
_ELSEWHERE = ("name", "code", "publish", "reservedConcurrentExecutions", "tags", "tagsAll", "skipDestroy")


@creates("aws:lambda/layerVersion:LayerVersion")
def layer_version(cloud: Cloud, wanted: Wanted) -> Made:
    """Publish the layer, unless its newest version has the same bytes."""
    name = str(wanted.inputs.get("layerName") or wanted.name)
    code = zipped(wanted.inputs["code"], wanted.root)
    versions = cloud.client("lambda").list_layer_versions(LayerName=name).get("LayerVersions", [])
    if versions:
        newest = cloud.client("lambda").get_layer_version(
            LayerName=name, VersionNumber=versions[0]["Version"]
        )
        if newest["Content"].get("CodeSha256") == _sha256(code):
            return _layer(newest)
    return _layer(
        cloud.call(
            "lambda",
            "PublishLayerVersion",
            wanted.inputs,
            without=("code", "layerName", "skipDestroy", "sourceCodeHash"),
            LayerName=name,
            Content={"ZipFile": code},
        )
    )


def _layer(version: dict[str, Any]) -> Made:
    return Made(
        id=version["LayerVersionArn"],
        outputs={
            "arn": version["LayerVersionArn"],
            "layerArn": version["LayerArn"],
            "version": str(version["Version"]),
        },
    )


@creates("aws:lambda/function:Function")
def function(cloud: Cloud, wanted: Wanted) -> Made:
    """Create the function, or update its code and its settings where they differ."""
    name = wanted.physical()
    client = cloud.client("lambda")
    code = zipped(wanted.inputs["code"], wanted.root)
    existing = if_there(client.get_function_configuration, _ABSENT, FunctionName=name)
    if existing is None:
        settings = cloud.call(
            "lambda",
            "CreateFunction",
            wanted.inputs,
            without=_ELSEWHERE,
            FunctionName=name,
            Code={"ZipFile": code},
        )
    else:
        # Unchanged code is left alone: an update would throw the warm worker away.
        if existing["CodeSha256"] != _sha256(code):
            client.update_function_code(FunctionName=name, ZipFile=code)
        settings = cloud.call(
            "lambda",
            "UpdateFunctionConfiguration",
            wanted.inputs,
            without=(*_ELSEWHERE, "architectures", "packageType"),
            FunctionName=name,
        )
    _reserve(cloud, name, wanted.inputs.get("reservedConcurrentExecutions"))
    arn = cloud.arn("lambda", f"function:{name}")
    return Made(
        id=name,
        outputs={
            "name": name,
            "arn": arn,
            "invokeArn": f"{_INVOKER.format(cloud.region)}/{arn}/invocations",
            "qualifiedArn": f"{arn}:$LATEST",
            "version": "$LATEST",
            "lastModified": settings.get("LastModified"),
            "codeSha256": _sha256(code),
        },
    )


@removes("aws:lambda/function:Function")
def remove_function(cloud: Cloud, name: str) -> None:
    """Delete the function."""
    cloud.client("lambda").delete_function(FunctionName=name)


@creates("aws:lambda/permission:Permission")
def permission(cloud: Cloud, wanted: Wanted) -> Made:
    """Put the statement, in place of an older one with the same id."""
    client = cloud.client("lambda")
    statement = str(wanted.inputs.get("statementId") or wanted.name)[:100]
    name = wanted.inputs["function"]
    with ignoring(_ABSENT):
        client.remove_permission(FunctionName=name, StatementId=statement)
    cloud.call(
        "lambda",
        "AddPermission",
        wanted.inputs,
        rename={"function": "functionName"},
        without=("statementId",),
        StatementId=statement,
    )
    return Made(id=f"{name}|{statement}", outputs={"statementId": statement})


@removes("aws:lambda/permission:Permission")
def remove_permission(cloud: Cloud, identifier: str) -> None:
    """Remove the statement."""
    name, statement = identifier.split("|")
    cloud.client("lambda").remove_permission(FunctionName=name, StatementId=statement)


@creates("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
def event_invoke_config(cloud: Cloud, wanted: Wanted) -> Made:
    """Put how asynchronous invocations are retried and where they end."""
    cloud.call("lambda", "PutFunctionEventInvokeConfig", wanted.inputs)
    return Made(id=wanted.inputs["functionName"])


@removes("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
def remove_event_invoke_config(cloud: Cloud, name: str) -> None:
    """Delete the setting, so that the defaults hold."""
    cloud.client("lambda").delete_function_event_invoke_config(FunctionName=name)


def _reserve(cloud: Cloud, name: str, executions: float | None) -> None:
    if executions is None or executions < 0:
        cloud.client("lambda").delete_function_concurrency(FunctionName=name)
    else:
        cloud.client("lambda").put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=int(executions)
        )


def _sha256(code: bytes) -> str:
    return base64.b64encode(hashlib.sha256(code).digest()).decode()
