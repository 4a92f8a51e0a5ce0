"""A second opinion on Kubernetes network policy: written from the specification alone, sharing no code with netviz."""
