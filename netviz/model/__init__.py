"""The things in a cluster and the normal form of policy; values only, no reading and no judging."""
