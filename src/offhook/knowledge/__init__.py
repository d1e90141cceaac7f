"""What an agent knows: the owner's files, cut into facts, and the search that finds the one that answers."""
