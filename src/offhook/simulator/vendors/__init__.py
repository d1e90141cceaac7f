"""Stand-ins for the vendors: servers of this machine that speak their wires, as late and as badly as they are told."""
