"""Carriers and their media connections; what is common to all of them is the `Leg`."""
