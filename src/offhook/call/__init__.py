"""The life of one call, and the calls that live in this process."""
