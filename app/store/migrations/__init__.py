"""Migrations by Alembic; `app.store.migrate` runs them."""
