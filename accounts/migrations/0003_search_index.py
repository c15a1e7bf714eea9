"""Indexes only PostgreSQL has: trigrams of the search texts, and days in falling order with the empty ones last."""

from django.db import migrations

INDEXES = {
    "account_search": "accounts_account USING gin (search_text gin_trgm_ops)",
    "contact_search": "accounts_contact USING gin (search_text gin_trgm_ops)",
    "account_by_next_down": "accounts_account (next_contact_on DESC NULLS LAST, id DESC)",
    "account_by_last_down": "accounts_account (last_contact_on DESC NULLS LAST, id DESC)",
}


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name, what in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {what}")


def drop_indexes(apps, schema_editor):
    # The extension stays: other tables or applications of the database may use it.
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_relations")]

    operations = [migrations.RunPython(make_indexes, drop_indexes, elidable=False)]
