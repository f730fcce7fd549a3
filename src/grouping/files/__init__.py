"""The edge to the disk: readers and writers, one room a format."""
