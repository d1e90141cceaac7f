"""`python -m offhook`: the command line without an installed script."""

from offhook.cli.main import main

if __name__ == "__main__":
    main()
