from django.urls import path

from leaderboards import views

app_name = "leaderboards"
urlpatterns = [
    path("", views.boards, name="boards"),
    path("<slug:kpi>/", views.board, name="board"),
]
