"""What is wanted: rules, terms, limits and locks as plain objects, and their text."""
