"""Real servers that tests start, kill and start again: each on a free port and a folder of its own."""
