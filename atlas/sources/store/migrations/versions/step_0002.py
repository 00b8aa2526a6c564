"""Until when something held, which case it is, when its source was read, whether it was inferred."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns, empty: no row is written anew, the triggers of the first step stay as they are."""
    for name in ("until", "case", "retrieved", "inferred"):
        op.add_column("version", sa.Column(name, sa.Text, nullable=False, server_default=""))
