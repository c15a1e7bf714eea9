"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import account, bulk, changes, duplicates, lists, people, tiers

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", lists.account_list, name="list"),
    path("accounts/new/", changes.new_account, name="new"),
    path("accounts/options/", lists.options, name="options"),
    path("accounts/export/", lists.export, name="export"),
    path("accounts/hand-over/", bulk.hand_over, name="hand_over"),
    path("accounts/duplicates/", duplicates.duplicates, name="duplicates"),
    path("accounts/duplicates/find/", duplicates.find, name="find_duplicates"),
    path("accounts/duplicates/progress/", duplicates.find_progress, name="find_progress"),
    path("accounts/duplicates/<int:keep>/<int:drop>/", duplicates.merge, name="merge"),
    path("accounts/duplicates/<int:keep>/<int:drop>/apart/", duplicates.not_the_same, name="set_apart"),
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
    path("accounts/<int:pk>/tier/", tiers.account_tier, name="tier"),
    path("accounts/<int:pk>/tier/set/", tiers.override, name="override"),
    path("accounts/<int:pk>/tier/free/", tiers.free, name="free"),
    path("accounts/<int:pk>/edit/", changes.edit, name="edit"),
    path("accounts/<int:pk>/archive/", changes.archive, name="archive"),
    path("accounts/<int:pk>/restore/", changes.restore, name="restore"),
    path("accounts/<int:pk>/merge/", duplicates.other, name="merge_with"),
    path("accounts/<int:pk>/members/new/", changes.new_member, name="new_member"),
    path("accounts/<int:pk>/members/<int:member>/remove/", changes.drop_member, name="drop_member"),
    path("accounts/<int:pk>/contacts/new/", people.new_contact, name="new_contact"),
    path("accounts/contacts/<int:pk>/", people.contact_page, name="contact"),
    path("accounts/contacts/<int:pk>/edit/", people.edit, name="edit_contact"),
    path("accounts/contacts/<int:pk>/stance/", people.stance, name="stance"),
    path("accounts/contacts/<int:pk>/archive/", people.archive, name="archive_contact"),
    path("accounts/contacts/<int:pk>/restore/", people.restore, name="restore_contact"),
]
