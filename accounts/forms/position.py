"""Where a customer is on the map: numbers or a link, whose datum is known or said."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from crm.places.datum import BD09, GCJ02, WGS84, Position, from_wgs
from crm.places.maps import MAX_LENGTH, NoPosition, position_in


class PositionForm(forms.Form):
    """A position, kept as WGS-84 whatever map it comes from."""

    position = forms.CharField(
        label=_("Coordinates or a link of a map"),
        max_length=MAX_LENGTH,
        required=False,
        help_text=_(
            "Such as 30.27,120.15, or a link of 高德 or 百度 that holds a position. Left empty, it is removed."
        ),
    )
    datum = forms.ChoiceField(
        label=_("The numbers come from"),
        choices=[
            (GCJ02, _("Amap or Tencent (GCJ-02)")),
            (BD09, _("Baidu Maps (BD-09)")),
            (WGS84, _("a satellite receiver (WGS-84)")),
        ],
        widget=forms.RadioSelect,
        help_text=_("A link says it itself."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        self.present = account.position
        # As the maps people copy from show it, so that new numbers are not read by another datum than the old ones.
        there = from_wgs(self.present, GCJ02) if self.present else None
        shown = f"{there.latitude:.6f},{there.longitude:.6f}" if there else ""
        kwargs.setdefault("initial", {"position": shown, "datum": GCJ02})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Turn the text into a position; a sentence where it says none."""
        data: dict[str, Any] = super().clean() or {}
        text = data.get("position", "")
        found: Position | None = None
        if text and not self.has_changed():
            found = self.present
        elif text and "datum" in data:
            try:
                found = position_in(text, data["datum"])
            except NoPosition as refusal:
                self.add_error("position", str(refusal))
        return data | {"position": found}
