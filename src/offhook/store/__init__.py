"""Where the platform keeps what it knows: one database, one folder of objects. Nothing here knows what a call is.

Rows are read and written by jobs, plain functions of a `Scope` (one workspace, one transaction), that run in the
store's own threads: nothing of it is on the loop, and no transaction is open while something else is awaited.
"""
