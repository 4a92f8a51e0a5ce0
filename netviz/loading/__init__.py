"""Paths or bytes in, cluster, policies and a full account out: the one place where manifests and dialects meet."""

from netviz.loading.assembling import Loaded, load, load_files, under

__all__ = ["Loaded", "load", "load_files", "under"]
