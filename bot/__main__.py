"""`python -m bot` is the command `sahabat`."""

from bot.cli import main

main()
