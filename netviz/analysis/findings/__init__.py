"""Findings: what policies say and their authors hardly mean, each with its place, advice and a witness."""
