"""A set of inputs that nobody should be able to hurt netviz with, each with the outcome that it must have."""
