"""Kubernetes network policies as a picture, a what-if and an explanation."""

__version__ = "0.1.0"
