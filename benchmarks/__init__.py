"""What is measured; `__main__` says how to ask for it."""

# before anything makes a session of botocore: moto holds none that is older than itself
import moto.core  # noqa: F401 - its import is all that is needed
