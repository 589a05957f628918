"""What the functions run: their package, and the layer of what it imports."""

from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.functions import packaging
from infra.functions.function import PYTHON
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


def dependency_layer(
    name: str,
    naming: Naming,
    target: LayerTarget,
    build: Callable[[LayerTarget], Path] = packaging.build_layer,
) -> aws.lambda_.LayerVersion:
    """
    Make the layer of what `build` gives, which builds it if it has not been.

    Raises
    ------
    infra.functions.packaging.PackagingError
        If it cannot be built.
    """
    return aws.lambda_.LayerVersion(
        name,
        layer_name=naming.of("dependencies"),
        code=pulumi.FileArchive(str(build(target))),
        compatible_runtimes=[PYTHON],
        compatible_architectures=["arm64"] if target is LayerTarget.ARM64 else None,
    )
