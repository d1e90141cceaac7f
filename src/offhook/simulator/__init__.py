"""A whole telephone world on one machine: carrier, caller, network and time, each usable alone."""
