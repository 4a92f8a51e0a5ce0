"""The room `engine` (docs/architecture.md)."""
