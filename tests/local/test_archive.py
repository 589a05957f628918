import io
import os
import zipfile

import pulumi
import pytest

from local.archive import zipped


def names(content):
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_equal_contents_are_equal_bytes_whatever_their_times(tmp_path):
    (tmp_path / "code").mkdir()
    file = tmp_path / "code" / "a.py"
    file.write_text("a = 1")
    first = zipped(pulumi.FileArchive("code"), tmp_path)

    os.utime(file, (1, 1))

    assert zipped(pulumi.FileArchive("code"), tmp_path) == first


def test_files_are_sorted_whatever_their_order(tmp_path):
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        "b.py": pulumi.StringAsset("b"),
        "a.py": pulumi.StringAsset("a"),
    }

    assert names(zipped(pulumi.AssetArchive(assets), tmp_path)) == ["a.py", "b.py"]


def test_archives_nest(tmp_path):
    (tmp_path / "x.py").write_text("x")
    inner = pulumi.AssetArchive({"x.py": pulumi.FileAsset("x.py")})

    assert names(zipped(pulumi.AssetArchive({"python": inner}), tmp_path)) == ["python/x.py"]


def test_a_zip_is_taken_as_it_is(tmp_path):
    (tmp_path / "code.zip").write_bytes(b"zip")

    assert zipped(pulumi.FileArchive("code.zip"), tmp_path) == b"zip"


def test_code_from_elsewhere_is_refused(tmp_path):
    with pytest.raises(TypeError, match="RemoteArchive"):
        zipped(pulumi.RemoteArchive("https://example.com/code.zip"), tmp_path)
