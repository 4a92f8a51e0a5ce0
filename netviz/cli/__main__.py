"""`python -m netviz.cli`."""

import sys

from netviz.cli.main import main

sys.exit(main())
