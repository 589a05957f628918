"""What an id looks like that others give: a client its frames, and the gateway its connections."""

import re
from typing import Annotated, Final

import msgspec

PRINTABLE: Final = re.compile(r"[!-~]{1,128}")
PrintableId = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^{PRINTABLE.pattern}$(?!\n)",
        description="1 to 128 printable ASCII characters without spaces",
    ),
]
