"""`python -m grouping`: the command line."""

from grouping.cli import main

if __name__ == "__main__":
    main()
