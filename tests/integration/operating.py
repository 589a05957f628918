"""Runs commands of ``ops`` for a test, with the credentials of the environment, one after the other.

Each line of the input is a list of arguments; each line of the output is the exit code with what was said.
"""

import json
import sys

from typer.testing import CliRunner

from ops.__main__ import app

for line in sys.stdin:
    result = CliRunner().invoke(app, json.loads(line))
    sys.stdout.write(json.dumps([result.exit_code, result.output]) + "\n")
    sys.stdout.flush()
