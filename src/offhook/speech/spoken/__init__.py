"""Written text as it is said, for every voice: without markup, and in words where the language is known."""
