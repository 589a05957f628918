"""What tells people how a stack does, as far as its settings ask for it."""

from infra.signals.alarms import Alarms
from infra.signals.backend import Backend
from infra.signals.dashboard import Dashboard
from infra.signals.monitoring import Monitoring


def make_signals(backend: Backend) -> None:
    """Make the alarms, the metrics of lines and the dashboard: each has a price, and none is made unasked."""
    alarms = Alarms("alarms", backend) if backend.settings.alarms.enabled else None
    if backend.settings.monitoring.enabled:
        Monitoring("monitoring", backend)
    if backend.settings.dashboard:
        Dashboard("dashboard", backend, alarms.arns if alarms else ())
