"""From bytes to documents to cluster objects; gathers every problem and stops for none."""
