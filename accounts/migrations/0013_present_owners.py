"""The owners there are, and those before them as far as the history of changes tells."""

from django.db import migrations

BATCH = 1000
CHANGES = ("account.owner_changed", "account.owner_changed_back")
KINDS = {"account.owner_changed": "HANDED_OVER", "account.owner_changed_back": "TAKEN_BACK"}


def first_kind(account):
    return "IMPORTED" if account.origin == "IMPORT" else "CREATED"


def chain_of(account, entries, ownership, people):
    """Return the stretches of one customer, the last one open; from its owner alone where history tells of none."""
    told = [entry for entry in entries if isinstance(entry.changes.get("owner"), list)]
    first = told[0].changes["owner"][0] if told else account.owner_id
    stretches = [
        ownership(account=account, owner_id=first, kind=first_kind(account), started_at=account.recorded_at)
    ]
    for entry in told:
        owner = entry.changes["owner"][1]
        if owner == stretches[-1].owner_id:
            continue
        at = max(entry.recorded_at, stretches[-1].started_at)
        stretches[-1].ended_at = at
        stretches.append(
            ownership(
                account=account, owner_id=owner, kind=KINDS[entry.action], actor_id=entry.actor_id, started_at=at
            )
        )
    if any(row.owner_id not in people for row in stretches) or stretches[-1].owner_id != account.owner_id:
        # An import may have given it to somebody without a word in the history: what is sure is who keeps it now.
        stretches = [ownership(account=account, kind="KNOWN", started_at=account.recorded_at)]
        stretches[0].owner_id = account.owner_id
    stretches[-1].team_id = account.team_id
    for row in stretches:
        row.actor_id = row.actor_id if row.actor_id in people else None
    return stretches


def seed(apps, schema_editor):
    alias = schema_editor.connection.alias
    ownership = apps.get_model("accounts", "Ownership")
    accounts = apps.get_model("accounts", "Account").objects.using(alias)
    history = apps.get_model("crm", "AuditEntry").objects.using(alias)
    people = {None, *apps.get_model("teams", "User").objects.using(alias).values_list("pk", flat=True)}
    last = 0
    while batch := list(accounts.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        told = {}
        entries = history.filter(
            kind="accounts.account", action__in=CHANGES, subject_id__in=[account.pk for account in batch]
        )
        for entry in entries.order_by("pk"):
            told.setdefault(entry.subject_id, []).append(entry)
        rows = [row for account in batch for row in chain_of(account, told.get(account.pk, []), ownership, people)]
        ownership.objects.using(alias).bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_claims_and_owners"), ("crm", "0002_relations"), ("teams", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop, elidable=False)]
