"""Pages of this room."""

from django.urls import URLPattern, URLResolver, path

from teams.views import absences, calendar, me, people, saved_views, security, setup, tree

app_name = "teams"
urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/", setup.setup, name="setup"),
    path("me/", me.me, name="me"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/security/", security.security, name="security"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/invitation/", people.invitation, name="invitation"),
    path("people/<int:pk>/sign-out/", people.sign_out_everywhere, name="sign_out_everywhere"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("teams/", tree.teams, name="teams"),
    path("teams/new/", tree.new_team, name="new_team"),
    path("teams/<int:pk>/", tree.team, name="team"),
    path("teams/<int:pk>/edit/", tree.edit_team_view, name="edit_team"),
    path("teams/<int:pk>/close/", tree.close, name="close_team"),
    path("teams/<int:pk>/reopen/", tree.reopen, name="reopen_team"),
    path("absences/", absences.absences, name="absences"),
    path("absences/new/", absences.new_absence, name="new_absence"),
    path("absences/<int:pk>/end/", absences.end, name="end_absence"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/days/", calendar.days, name="calendar_days"),
    path("calendar/notice/", calendar.notice, name="calendar_notice"),
    path("lists/work/<int:pk>/", saved_views.list_job, name="list_job"),
    path("views/", saved_views.saved_views, name="saved_views"),
    path("views/save/", saved_views.save, name="save_view"),
    path("views/columns/", saved_views.columns, name="columns"),
    path("views/<int:pk>/copy/", saved_views.copy, name="copy_view"),
    path("views/<int:pk>/first/", saved_views.open_first, name="open_first"),
    path("views/<int:pk>/move/", saved_views.move, name="move_view"),
    path("views/<int:pk>/rename/", saved_views.rename, name="rename_view"),
    path("views/<int:pk>/update/", saved_views.update, name="update_view"),
    path("views/<int:pk>/share/", saved_views.share, name="share_view"),
    path("views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
]
