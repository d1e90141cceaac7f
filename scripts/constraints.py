"""Makes requirements/constraints.txt: the versions of the locks, for a plain `pip install -c`. `make lock` runs it.

Hashes are left out: with them pip wants one for Offhook's own package as well.
"""

from scripts.lockfile import FOLDER, SHIPPED, pins

HEAD = """\
# The versions that were tried, made from the lock files by `make lock`:
#    pip install -c constraints.txt "offhook[mcp]"
"""


def constraints() -> str:
    """The file's text."""
    return HEAD + "".join(f"{pin}\n" for pin in pins(*SHIPPED).values())


def main() -> None:
    path = FOLDER / "constraints.txt"
    path.write_text(constraints(), "utf-8")
    print(f"requirements/{path.name}")


if __name__ == "__main__":
    main()
