"""The commands of the command line: what is asked, read, run and said; nothing is worked out."""
