"""What it means: the plan and the questions asked of it."""
