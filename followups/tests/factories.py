"""Follow-ups, deliveries and approvals for tests."""

from datetime import UTC, date, datetime

import factory

from followups.choices import Channel
from followups.models import Approval, ApprovalStep, Delivery, FollowUp, KeptMail, Notification
from teams.tests.factories import UserFactory


class FollowUpFactory(factory.django.DjangoModelFactory[FollowUp]):
    """A promise about a person, due on 24 November 2026."""

    class Meta:
        model = FollowUp

    key = factory.Sequence(lambda number: f"promise:{number}")
    kind = "promise"
    recipient = factory.SubFactory(UserFactory)
    subject_kind = "user"
    subject_id = factory.LazyAttribute(lambda item: item.recipient.pk)
    due_on = date(2026, 11, 24)
    params = factory.LazyAttribute(lambda item: {"text": f"send the drawing {item.key}", "made_on": "2026-11-20"})


class DeliveryFactory(factory.django.DjangoModelFactory[Delivery]):
    """A delivery of a follow-up in the app, due at 08:30 in Shanghai that day."""

    class Meta:
        model = Delivery

    follow_up = factory.SubFactory(FollowUpFactory)
    recipient = factory.LazyAttribute(lambda row: row.follow_up.recipient)
    channel = Channel.IN_APP
    key = factory.LazyAttribute(lambda row: f"{row.follow_up.key}:{row.recipient.pk}:{row.channel}")
    kind = factory.LazyAttribute(lambda row: row.follow_up.kind)
    subject_kind = factory.LazyAttribute(lambda row: row.follow_up.subject_kind)
    subject_id = factory.LazyAttribute(lambda row: row.follow_up.subject_id)
    due_at = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    next_try_at = factory.LazyAttribute(lambda row: row.due_at)


class NotificationFactory(factory.django.DjangoModelFactory[Notification]):
    """A line about a promise."""

    class Meta:
        model = Notification

    key = factory.Sequence(lambda number: f"line:{number}")
    recipient = factory.SubFactory(UserFactory)
    kind = "promise"
    subject_kind = "user"
    subject_id = factory.LazyAttribute(lambda line: line.recipient.pk)
    params = {"text": "send the drawing", "made_on": "2026-11-20"}


class ApprovalFactory(factory.django.DjangoModelFactory[Approval]):
    """A request about a person; `approver=` adds the first step."""

    class Meta:
        model = Approval
        skip_postgeneration_save = True

    kind = "test-approval"
    requested_by = factory.SubFactory(UserFactory)
    subject_kind = "user"
    subject_id = factory.LazyAttribute(lambda approval: approval.requested_by.pk)
    subject_version = 1

    @factory.post_generation
    def approver(self, create: bool, extracted: object, **_fields: object) -> None:
        """Ask one person for the first signature."""
        if extracted:
            ApprovalStep.objects.create(approval=self, position=1, approver=extracted)


class KeptMailFactory(factory.django.DjangoModelFactory[KeptMail]):
    """A mail to Chen Siyuan."""

    class Meta:
        model = KeptMail

    message_id = factory.Sequence(lambda number: f"<mail.{number}@127.0.0.1>")
    recipients = "chen@firm.example"
    subject = "2 follow-ups for you"
    body = "陈思远, this is waiting for you:"
