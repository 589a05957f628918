"""What the functions run: their package, and the layer of what it imports."""

from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.functions.function import PYTHON
from infra.functions.locks import DEPENDENCIES, Lock
from infra.functions.models import Service, build_models
from infra.functions.packaging import build_layer
from infra.naming import Naming
from infra.settings.settings import LayerTarget

ROOT = Path(__file__).parents[2]


def function_code() -> pulumi.AssetArchive:
    """Archive the package ``functions``: its sources one by one, because a folder has compiled leftovers."""
    return pulumi.AssetArchive(
        {
            path.relative_to(ROOT).as_posix(): pulumi.FileAsset(path)
            for path in sorted((ROOT / "functions").rglob("*.py"))
        }
    )


def models_layer(
    name: str,
    naming: Naming,
    service: Service,
    parent: pulumi.Resource,
    build: Callable[[Service], Path] = build_models,
) -> aws.lambda_.LayerVersion:
    """
    Make the layer with the model of a service that one function alone calls, which `build` gives.

    Raises
    ------
    infra.functions.interpreters.PackagingError
        If it cannot be built.
    """
    return aws.lambda_.LayerVersion(
        name,
        layer_name=naming.of(f"models-{service}"),
        code=pulumi.FileArchive(str(build(service))),
        compatible_runtimes=[PYTHON],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def dependency_layer(
    name: str,
    naming: Naming,
    target: LayerTarget,
    lock: Lock = DEPENDENCIES,
    *,
    parent: pulumi.Resource | None = None,
    build: Callable[[LayerTarget, Lock], Path] = build_layer,
) -> aws.lambda_.LayerVersion:
    """
    Make the layer of a lock, as `build` gives it, which builds it if it has not been.

    Raises
    ------
    infra.functions.interpreters.PackagingError
        If it cannot be built.
    """
    return aws.lambda_.LayerVersion(
        name,
        layer_name=naming.of(lock.name),
        code=pulumi.FileArchive(str(build(target, lock))),
        compatible_runtimes=[PYTHON],
        compatible_architectures=["arm64"] if target is LayerTarget.ARM64 else None,
        opts=pulumi.ResourceOptions(parent=parent),
    )
