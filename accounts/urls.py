from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.people, name="people"),
    path("new", views.person_edit, name="person-new"),
    path("me/", views.profile, name="profile"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/revoke", views.token_revoke, name="token-revoke"),
    path("teams/", views.teams, name="teams"),
    path("teams/new", views.team, name="team-new"),
    path("teams/<int:pk>/", views.team, name="team"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/edit", views.person_edit, name="person-edit"),
    path("<int:pk>/team", views.person_team, name="person-team"),
    path("<int:pk>/manager", views.person_manager, name="person-manager"),
    path("<int:pk>/leave", views.person_leave, name="person-leave"),
    path("leave/<int:pk>", views.leave_edit, name="leave-edit"),
    path("leave/<int:pk>/remove", views.leave_remove, name="leave-remove"),
    path("<int:pk>/invite", views.person_invite, name="person-invite"),
]
