"""``python -m tests.nova.fake FOLDER``: the fake, on a free port of 127.0.0.1, until its standard input ends.

It makes the certificate in the folder, and writes its port on a line, and then a line of JSON for each stream
that is opened, asked, stalled or ended.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path

from tests.nova.fake.certificates import make
from tests.nova.fake.server import connections


def journal(entry: dict[str, object]) -> None:
    """Write down what was seen."""
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()


async def main(folder: Path) -> None:
    """Serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make(folder))
    context.set_alpn_protocols(["h2"])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connections(journal), "127.0.0.1", 0, ssl=context)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    # who started it holds its input open: it never outlives them
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main(Path(sys.argv[1])))
