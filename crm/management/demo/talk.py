"""What managers said about visits and opportunities, and what was answered."""

from datetime import time

from crm.management.demo.scene import Scene
from followups.actions.comments import comment_on, people_concerned
from followups.models import Comment
from pipeline.choices import OpportunityState
from pipeline.models import Opportunity
from teams.models import User
from visits.models import Visit

REMARKS = (
    ("评标标准拿到了吗？没有的话这周先约技术总监。", "约了周四上午，拿到后更新。"),
    ("金额比上次少了一截，是范围变了还是降价？", "先做一条线，第二条放到明年。"),
    ("决策人还没见到，我可以一起去。", ""),
    ("这个项目停得有点久，卡在哪里？", ""),
)
VISIT_REMARKS = (
    "记得写清楚是谁说的、什么时候给答复。",
    "这家的交期问题我来和生产协调。",
    "很好，下次把样板厂名单带上。",
)
REPS = 8
SAID_AT = time(18, 40)


def make_comments(scene: Scene) -> None:
    """Let the managers comment on an opportunity and a visit of the first reps; some reps answered."""
    for number, rep in enumerate(scene.firm.reps[:REPS]):
        manager = scene.firm.manager_of(number)
        one = Opportunity.objects.filter(owner=rep, state=OpportunityState.OPEN).order_by("-amount", "pk").first()
        visit = Visit.objects.filter(user=rep, happened_on=scene.days.yesterday).order_by("pk").first()
        remark, answer = REMARKS[number % len(REMARKS)]
        if one:
            _say(one, "opportunity", remark, manager, scene)
            if answer:
                _say(one, "opportunity", answer, rep, scene)
        if visit and number % 2 == 0:
            _say(visit, "visit", VISIT_REMARKS[number // 2 % len(VISIT_REMARKS)], manager, scene)


def _say(subject: Opportunity | Visit, kind: str, text: str, author: User, scene: Scene) -> None:
    at = scene.days.at(scene.days.yesterday, SAID_AT)
    concerned = people_concerned(subject, kind)
    comment = comment_on(kind, subject.pk, text=text, author=author, now=at, recipients=concerned)
    Comment.objects.filter(pk=comment.pk).update(recorded_at=at)
