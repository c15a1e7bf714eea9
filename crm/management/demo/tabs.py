"""Views of lists that people of the demo keep: one of the manager's for her teams, one of a rep's for himself."""

from crm.management.demo.people import Firm
from teams.models import SavedView


def make_views(firm: Firm) -> None:
    """Save a view for everybody below the first manager, and one that the first rep alone sees."""
    SavedView.objects.bulk_create(
        [
            SavedView(
                owner=firm.managers[0],
                team=firm.managers[0].team,
                page="accounts:list",
                name="A 类跟进",
                query="sort=next&tier=A&col=tier&col=owner&col=next&col=last&col=phone",
            ),
            SavedView(
                owner=firm.reps[0],
                page="accounts:list",
                name="待补资料",
                query="sort=last&tier=C&col=industry&col=place&col=potential&col=credit&col=source",
            ),
        ]
    )
