"""What is kept of calls: the port, and its first implementation, files in a folder for each call."""
