"""Builds the layer of models: how botocore speaks to services that one function alone calls."""

import shutil
from pathlib import Path
from typing import Final

from functions import names
from infra.functions.builds import build_once
from infra.functions.packaging import BUILDS, LOCK, fingerprint, install_command, run, settle
from infra.settings.settings import LayerTarget

SERVICES: Final = ("s3",)
"""The services; those that every function may call are in the layer of dependencies."""


def build_models(*, lock: Path = LOCK, builds: Path = BUILDS) -> Path:
    """
    Give the folder of the layer, building it unless it was built of this lock before.

    Models are data, the same for every target. The functions that do not call these services have neither to
    unpack nor to look through them.

    Raises
    ------
    infra.functions.packaging.PackagingError
        If pip could not install the lock.
    """

    def make(layer: Path) -> None:
        installed = layer / "installed"
        run(install_command(LayerTarget.HOST, lock, installed), "installed")
        models = layer / "python" / names.SERVICE_MODELS
        models.mkdir(parents=True)
        for service in SERVICES:
            (installed / "botocore" / "data" / service).rename(models / service)
        shutil.rmtree(installed)
        settle(layer)

    return build_once(builds / f"models-{fingerprint(lock, '+'.join(SERVICES))}", make)
