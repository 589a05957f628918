"""The command line of the embedded AWS: `python -m local up|down|status|token|demo`."""

import sys

from local.preflight import check

if __name__ == "__main__":
    try:
        # Before anything that may be missing is imported.
        check()
        from local.commands import main

        main()
    except KeyboardInterrupt:
        # Ctrl-C while the packages are still being imported: nothing has been started.
        sys.exit(0)
