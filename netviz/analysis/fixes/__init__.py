"""Changes to policies that make a connection allowed or denied, each with everything else that it changes."""
