"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from followups.views import admin, approvals, centre, choices, comments, health, notifications

app_name = "followups"
urlpatterns: list[URLPattern | URLResolver] = [
    path("follow-ups/", centre.centre, name="centre"),
    path("follow-ups/new/", centre.new, name="new"),
    path("follow-ups/<int:pk>/", centre.item, name="item"),
    path("follow-ups/<int:pk>/done/", centre.done, name="done"),
    path("follow-ups/<int:pk>/later/", centre.later, name="later"),
    path("follow-ups/<int:pk>/reopen/", centre.reopened, name="reopen"),
    path("follow-ups/rules/", admin.rules, name="rules"),
    path("follow-ups/rules/<str:kind>/", admin.rule, name="rule"),
    path("follow-ups/outbox/", admin.outbox, name="outbox"),
    path("follow-ups/outbox/<int:pk>/again/", admin.again, name="send_again"),
    path("follow-ups/mail/", admin.mails, name="mails"),
    path("follow-ups/mail/<int:pk>/", admin.mail, name="mail"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="read_all"),
    path("notifications/<int:pk>/open/", notifications.opened, name="open_notification"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/all/", approvals.all_clean, name="approve_all"),
    path("approvals/<int:pk>/", approvals.approval, name="approval"),
    path("approvals/<int:pk>/approve/", approvals.approved, name="approve"),
    path("approvals/<int:pk>/return/", approvals.returned, name="return"),
    path("comments/<str:kind>/<int:pk>/", comments.comments, name="comments"),
    path("me/notifications/", choices.choices, name="choices"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
