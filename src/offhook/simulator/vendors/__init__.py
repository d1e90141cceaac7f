"""Stand-ins for vendors: local servers that speak their wire, with typed latencies and faults."""
