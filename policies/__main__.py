"""Serves the pack to the Pulumi CLI, which starts it from this folder; it returns when the CLI ends it."""

import sys
from pathlib import Path

from pulumi_policy import EnforcementLevel, PolicyPack

# the CLI runs this file as a script: the pack's modules are found from the folder that holds it
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policies.pack import POLICIES

PolicyPack("airium-realtime", POLICIES, EnforcementLevel.MANDATORY)
