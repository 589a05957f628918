"""Zip what the program gives as code, so that equal contents are equal bytes."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulumi import AssetArchive, FileArchive, FileAsset, StringAsset

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold: file times must not change the hash of the code."""


def zipped(archive: Any, root: Path) -> bytes:
    """The bytes of a zip with the archive's files, sorted, without their times.

    Parameters
    ----------
    archive : pulumi.Archive
        A folder, a zip, or a mapping of paths to assets.
    root : Path
        What relative paths are relative to.

    Raises
    ------
    TypeError
        If the archive holds anything that is not a local file or a string.
    """
    if isinstance(archive, FileArchive):
        path = root / archive.path
        if path.is_file():
            return path.read_bytes()
    buffer = io.BytesIO()
    # Stored, not deflated: it goes over loopback, and deflating the layer costs more than it saves.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name, content in sorted(_files(archive, root)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return buffer.getvalue()


def _files(archive: Any, root: Path) -> Iterator[tuple[str, bytes]]:
    match archive:
        case FileArchive():
            folder = root / archive.path
            for path in folder.rglob("*"):
                if path.is_file():
                    yield path.relative_to(folder).as_posix(), path.read_bytes()
        case AssetArchive():
            for name, inner in archive.assets.items():
                yield from _entry(name, inner, root)
        case _:
            raise TypeError(f"code of kind {type(archive).__name__} cannot be zipped")


def _entry(name: str, inner: Any, root: Path) -> Iterator[tuple[str, bytes]]:
    match inner:
        case FileAsset():
            yield name, (root / inner.path).read_bytes()
        case StringAsset():
            yield name, inner.text.encode()
        case _:
            for path, content in _files(inner, root):
                yield f"{name}/{path}", content
