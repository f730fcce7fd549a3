"""The commands of the command line: what is asked, read, run and said. Nothing is worked out here."""
