"""A rebuild beside live traffic, in turns with it; it may crash, and is then taken up again."""

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.read_models.counter_items import CONTROL_KEY
from functions.domain.refusals import Unavailable
from ops.read_models.rebuild import RebuildFailedError, rebuild
from tests.faults.engine import CrashError
from tests.faults.kinds import Fault
from tests.faults.world import World
from tests.in_turn import InTurn

_MOST_REQUESTS: int = 50


class Rebuilding:
    """One rebuild, over as many runs as it takes."""

    def __init__(self, world: World) -> None:
        self.done = False
        self._world = world

    def run(self) -> None:
        """Begin it or go on with it, unless it is done."""
        if self.done:
            return
        world = self._world
        if world.faults.happens(Fault.REBUILD_CRASHED):
            world.crash_at = world.random.randrange(1, _MOST_REQUESTS)
        try:
            rebuild(
                world.deployment(calm=False),
                now=lambda: world.now / 1000,
                sleep=world.outlast_projectors,
                pause=world.turns.pause_before,
                threads=InTurn,
            )
        except (CrashError, ClientError, BotoCoreError, Unavailable, RebuildFailedError):
            self._look()
            return  # it stays open
        finally:
            world.crash_at = 0
        self.done = True

    def _look(self) -> None:
        """See that what is served is whole, wherever the rebuild was interrupted."""
        world = self._world
        control = world.calm.get_item(
            TableName=world.tables.metrics, Key=CONTROL_KEY, ConsistentRead=True
        ).get("Item")
        if control is None or control["serving"] != control["generation"]:
            return
        for item in world.calm.scan(TableName=world.tables.connections, ConsistentRead=True)["Items"]:
            fresh = int(item["expires_at"]["N"]) * 1000 > world.now
            if fresh and item["generation"] != control["serving"]:
                world.untrue.append(f"{item['connectionId']['S']} is not counted by what is served")
