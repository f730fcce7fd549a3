"""What asks the engine again: one room for each question that needs another solve."""
