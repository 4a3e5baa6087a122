"""The `warmline` command."""
import click

@click.group()
def main() -> None:
    """Run a hotline."""
