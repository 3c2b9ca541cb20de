"""`python -m gateway` is `oso-gateway`."""

from gateway.entry.cli.app import main

if __name__ == "__main__":
    main()
