"""Say in one line what this interpreter lacks, before something fails deep inside."""

import importlib.util
import sys

OLDEST = (3, 11)
FEATURES = {
    "_hashlib": "hashlib with OpenSSL (install the OpenSSL headers and build Python again)",
    "_ssl": "ssl (install the OpenSSL headers and build Python again)",
    "fcntl": "fcntl: the embedded AWS runs on Linux and macOS",
    "zlib": "zlib (install the zlib headers and build Python again)",
}
PACKAGES = ("boto3", "ministack", "msgspec", "pulumi", "pulumi_aws", "rich", "typer", "websockets", "yaml")


def lacking(version: tuple[int, ...] = sys.version_info[:2]) -> str | None:
    """What is missing, in words; None if nothing is."""
    if version < OLDEST:
        return (
            f"Python {'.'.join(map(str, OLDEST))} or newer is needed, this is {'.'.join(map(str, version))}"
        )
    for module, words in FEATURES.items():
        if importlib.util.find_spec(module) is None:
            return f"this Python ({sys.executable}) was built without {words}"
    absent = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if absent:
        return (
            f"packages are missing ({', '.join(absent)}): "
            "install them with `pip install -r local/requirements.txt`"
        )
    return None


def check() -> None:
    """End with one line and exit code 1 if something is missing."""
    if (words := lacking()) is not None:
        sys.exit(f"error: {words}")
