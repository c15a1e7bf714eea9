"""Check what must always be true of deliveries."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from followups.checkup import faults


class Command(BaseCommand):
    """Prints every fault; the exit code says whether there is one."""

    help = "Check that nothing was lost, sent twice or is stuck in the outbox."

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = faults(now=timezone.now())
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"{len(found)} faults")
        self.stdout.write("every delivery is as it must be")
