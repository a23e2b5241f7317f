"""`comity`, and `python -m comity`: Ctrl-C and SIGTERM end it in order, from the first line of `main` on.

What lies before it, Python's own start and its search for this file, is not ours to mend: so nothing is imported here.
"""


def main() -> int:
    """Runs one command; its exit status, or the one that says which signal ended it."""
    try:
        from comity.cli import interrupts

        interrupts.begin()
        try:
            from comity.cli.main import main as command

            return command()
        finally:
            interrupts.end()
    except KeyboardInterrupt as ended:
        return ended.args[0] if ended.args else 130


if __name__ == "__main__":
    raise SystemExit(main())
