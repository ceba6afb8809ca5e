from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.history, name="history"),
    path("export/<str:form>/", views.export, name="history-export"),
]
