"""Trigram indexes on the search texts. PostgreSQL only: SQLite reads the table, and has no such index."""

from django.db import migrations

INDEXES = {"account_search": "accounts_account", "contact_search": "accounts_contact"}


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for index, table in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {table} USING gin (search_text gin_trgm_ops)")


def drop_indexes(apps, schema_editor):
    # The extension stays: other tables or applications of the database may use it.
    if schema_editor.connection.vendor == "postgresql":
        for index in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {index}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_looks")]

    operations = [migrations.RunPython(make_indexes, drop_indexes, elidable=False)]
