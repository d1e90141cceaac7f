"""Measurements of a real server from the simulated carrier's side of the wire: `python -m bench`."""
