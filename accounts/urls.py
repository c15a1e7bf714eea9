"""Pages of this room."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import account, bulk, changes, handover_runs, handovers, lists, people, tiers

app_name = "accounts"
# A namespace of its own, so that the navigation knows which pages stand under "Hand-overs".
hand_over_pages: list[URLPattern | URLResolver] = [
    path("", handovers.hand_overs, name="list"),
    path("new/", handovers.new, name="new"),
    path("<int:pk>/", handovers.page, name="page"),
    path("<int:pk>/share/", handovers.share, name="share"),
    path("<int:pk>/choose/", handovers.choose, name="choose"),
    path("<int:pk>/discard/", handovers.throw_away, name="discard"),
    path("<int:pk>/export/", handovers.export, name="export"),
    path("<int:pk>/start/", handover_runs.start, name="start"),
    path("<int:pk>/pause/", handover_runs.act, {"what": "pause"}, name="pause"),
    path("<int:pk>/resume/", handover_runs.act, {"what": "resume"}, name="resume"),
    path("<int:pk>/stop/", handover_runs.act, {"what": "stop"}, name="stop"),
    path("<int:pk>/back/", handover_runs.act, {"what": "back"}, name="back"),
    path("<int:pk>/risks/", handover_runs.risks, name="risks"),
    path("<int:pk>/brief/", handover_runs.brief, name="brief"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", lists.account_list, name="list"),
    path("accounts/new/", changes.new_account, name="new"),
    path("accounts/options/", lists.options, name="options"),
    path("accounts/export/", lists.export, name="export"),
    path("accounts/hand-over/", bulk.hand_over, name="hand_over"),
    path("accounts/hand-overs/", include((hand_over_pages, "handovers"))),
    path("accounts/tiers/", tiers.policies, name="tiers"),
    path("accounts/tiers/progress/", tiers.progress, name="tier_progress"),
    path("accounts/tiers/new/", tiers.new, name="new_draft"),
    path("accounts/tiers/simulate/", tiers.simulate, name="simulate"),
    path("accounts/tiers/back/", tiers.go_back, name="roll_back"),
    path("accounts/tiers/<int:pk>/", tiers.draft, name="draft"),
    path("accounts/tiers/<int:pk>/apply/", tiers.apply, name="apply"),
    path("accounts/tiers/<int:pk>/discard/", tiers.discard, name="discard"),
    path("accounts/<int:pk>/", account.account_page, name="account"),
    path("accounts/<int:pk>/timeline/", account.account_timeline, name="timeline"),
    path("accounts/<int:pk>/ahead/", account.account_ahead, name="ahead"),
    path("accounts/<int:pk>/group/", account.account_group, name="group"),
    path("accounts/<int:pk>/people/", account.account_people, name="people"),
    path("accounts/<int:pk>/history/", account.account_history, name="history"),
    path("accounts/<int:pk>/brief/", handover_runs.account_brief, name="brief"),
    path("accounts/<int:pk>/tier/", tiers.account_tier, name="tier"),
    path("accounts/<int:pk>/tier/set/", tiers.override, name="override"),
    path("accounts/<int:pk>/tier/free/", tiers.free, name="free"),
    path("accounts/<int:pk>/edit/", changes.edit, name="edit"),
    path("accounts/<int:pk>/archive/", changes.archive, name="archive"),
    path("accounts/<int:pk>/restore/", changes.restore, name="restore"),
    path("accounts/<int:pk>/members/new/", changes.new_member, name="new_member"),
    path("accounts/<int:pk>/members/<int:member>/remove/", changes.drop_member, name="drop_member"),
    path("accounts/<int:pk>/contacts/new/", people.new_contact, name="new_contact"),
    path("accounts/contacts/<int:pk>/", people.contact_page, name="contact"),
    path("accounts/contacts/<int:pk>/edit/", people.edit, name="edit_contact"),
    path("accounts/contacts/<int:pk>/stance/", people.stance, name="stance"),
    path("accounts/contacts/<int:pk>/archive/", people.archive, name="archive_contact"),
    path("accounts/contacts/<int:pk>/restore/", people.restore, name="restore_contact"),
]
