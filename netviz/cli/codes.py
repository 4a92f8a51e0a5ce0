"""Exit codes (docs/cli.md). When several apply, INTERNAL wins over REFUSED, and REFUSED over FAILED."""

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
REFUSED: Final = 3
INTERNAL: Final = 70
INTERRUPTED: Final = 130
"""What shells take for an end by Ctrl-C: 128 and the number of the signal."""
