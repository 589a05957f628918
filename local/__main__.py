"""The command line of the embedded AWS: `python -m local up|down|status|demo`."""

from local.preflight import check

if __name__ == "__main__":
    # Before anything that may be missing is imported.
    check()
    from local.commands import main

    main()
