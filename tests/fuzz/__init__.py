"""Coverage-guided fuzzing: `make fuzz SECONDS=600`. The inputs that it found useful are in `corpus`."""
