"""What an admin sets for everybody, and each person for himself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.editing import save_edit
from followups.choices import Channel
from followups.models import ChannelChoice, FollowUp, RuleSetting
from followups.outbox import put_deliveries
from followups.recipients import load_recipients
from followups.rules import Rule, rule_for
from followups.wording import default_channels
from teams.access import require
from teams.choices import Right
from teams.models import User


@transaction.atomic
def set_rule(rule: Rule, *, is_on: bool, params: Mapping[str, int], version: int, actor: User) -> RuleSetting:
    """Switch a rule on or off and set its numbers; what it yields then is planned within a minute.

    `version` is that of the setting the admin saw, 0 when there was none. Raises PermissionDenied, ValidationError for
    a number out of bounds, EditConflict.
    """
    require(actor, Right.ADMINISTER)
    for param in rule.params:
        value = params.get(param.name, param.default)
        if not param.low <= value <= param.high:
            raise ValidationError(
                {param.name: _("Enter a number from %(low)s to %(high)s.") % {"low": param.low, "high": param.high}}
            )
    setting, is_new = RuleSetting.objects.get_or_create(kind=rule.kind)
    changes: dict[str, Any] = {"is_on": is_on, "params": {param.name: params[param.name] for param in rule.params}}
    seen = setting.version if is_new and not version else version
    return save_edit(setting, changes=changes, version=seen, actor=actor, action="follow_up_rule.set")


@transaction.atomic
def choose_channels(choices: Mapping[tuple[str, str], bool], *, actor: User, now: datetime) -> None:
    """Write by which channels the person wants which kinds: `{(kind, channel): wanted}`.

    What is open gets its deliveries by a channel that is switched on; one that is switched off is not used from now on.
    """
    before = {(said.kind, said.channel): said for said in ChannelChoice.objects.filter(user=actor)}
    changed: dict[str, list[bool]] = {}
    for (kind, channel), is_on in choices.items():
        said = before.get((kind, channel))
        was_on = said.is_on if said else channel in default_channels(kind)
        if channel not in Channel.values or is_on == was_on:
            continue
        ChannelChoice.objects.update_or_create(user=actor, kind=kind, channel=channel, defaults={"is_on": is_on})
        changed[f"{kind} {channel}"] = [was_on, is_on]
    if changed:
        record("channels.chosen", actor, actor=actor, changes=changed)
        _plan_for(actor, {name.split()[0] for name in changed}, now=now)


def _plan_for(person: User, kinds: set[str], *, now: datetime) -> None:
    people = load_recipients([person.pk], now=now)
    for kind in kinds:
        rule = rule_for(kind)
        if rule:
            items = list(FollowUp.objects.open().filter(kind=kind, recipient=person))
            put_deliveries(items, rule, people=people, now=now)
