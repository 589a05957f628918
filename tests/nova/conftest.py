"""What needs the SDK is for the newer environment alone: `test_room.py` runs it there."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("aws_sdk_bedrock_runtime") else ["room"]
