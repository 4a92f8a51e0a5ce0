"""The load that netviz is measured with, and the measurements. Not installed; not a test."""
