"""Label selectors of every policy language as one frozen tree that judges labels."""
