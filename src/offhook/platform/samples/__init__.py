"""What a first start has to show: an agent that needs no key, and calls that were made with it."""
