"""Builds layers of models: how botocore speaks to a service that one function alone calls."""

import shutil
from enum import StrEnum
from pathlib import Path

from functions import names
from infra.functions.builds import build_once
from infra.functions.locks import DEPENDENCIES, Lock
from infra.functions.packaging import BUILDS, fingerprint, install_command, run, settle
from infra.settings.settings import LayerTarget


class Service(StrEnum):
    """The services, as botocore calls them; those that every function may call are in the dependencies."""

    S3 = "s3"
    """The archiver's."""
    BEDROCK = "bedrock-runtime"
    """The engine's."""


def build_models(service: Service, *, lock: Lock = DEPENDENCIES, builds: Path = BUILDS) -> Path:
    """
    Give the folder of a service's layer, building it unless it was built of this lock before.

    Models are data, the same for every target. The functions that do not call the service have neither to
    unpack nor to look through them.

    Raises
    ------
    infra.functions.interpreters.PackagingError
        If pip could not install the lock.
    """

    def make(layer: Path) -> None:
        installed = layer / "installed"
        run(install_command(LayerTarget.HOST, lock.path, installed), "installed")
        models = layer / "python" / names.SERVICE_MODELS
        models.mkdir(parents=True)
        (installed / "botocore" / "data" / service).rename(models / service)
        shutil.rmtree(installed)
        settle(layer)

    return build_once(builds / f"models-{service}-{fingerprint(lock, service)}", make)
