"""Workers from outside: each has a seat in the process that holds its connection, and the dispatcher gives out jobs."""
