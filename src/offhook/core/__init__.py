"""The conversation as a pure function of its events: no I/O, no clock, no task, no randomness."""
