"""The command line of the embedded AWS: `python -m local up|down|status|logs|token|chat|voice|demo`."""

import sys

from local.preflight import check

if __name__ == "__main__":
    try:
        # Before anything that may be missing is imported.
        check()
        from local.interrupts import note_signals

        # Before what takes long to import: there, an exception for Ctrl-C may be lost.
        signals = note_signals()
        from local.commands import main

        main(signals)
    except KeyboardInterrupt:
        # Nothing has been started.
        sys.exit(0)
