"""How the command line shows tables."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text


def new_table(*columns: str) -> Table:
    """Return a table with *columns*, whose long cells are continued below."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def add(table: Table, *cells: str) -> None:
    """Add a row to *table*, with the *cells* as they are."""
    # As text: rich takes square brackets in a plain string for its own markup.
    table.add_row(*map(Text, cells))


def short(path: str) -> str:
    """Return *path* as far as its reader wrote it, without CDK's inner ids."""
    return path.removesuffix("/Resource").removesuffix("/Default")
