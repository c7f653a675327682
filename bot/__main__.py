"""`python -m bot`: the command line `ragvsft`."""

from bot.cli import main

if __name__ == "__main__":
    main()
