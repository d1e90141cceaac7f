"""The product around the calls: people, agents, numbers, keys, records, limits. No HTTP here, no SQL in calls.

Each module is a service over the store. What a ringing call needs is a snapshot in memory; what a call leaves is
written behind its back.
"""
