"""The script that the server of `netviz serve` runs."""

from netviz.ui.app import main

main()
