"""What people decide: the queue, decisions, appeals, the console."""
