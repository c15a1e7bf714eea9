"""What must not be forgotten."""

from followups.models.approvals import Approval, ApprovalStep
from followups.models.comments import Comment
from followups.models.deliveries import ChannelChoice, Delivery, DispatcherBeat, Notification
from followups.models.followup import FollowUp, RuleRun, RuleSetting
from followups.models.mail import KeptMail

__all__ = [
    "Approval",
    "ApprovalStep",
    "ChannelChoice",
    "Comment",
    "Delivery",
    "DispatcherBeat",
    "FollowUp",
    "KeptMail",
    "Notification",
    "RuleRun",
    "RuleSetting",
]
