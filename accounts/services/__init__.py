"""Writing people and teams: who there is, where they belong, to whom they report and when they are away."""

from accounts.services.leaves import add_leave, change_leave, remove_leave
from accounts.services.moves import (
    Move,
    join_team,
    join_teams,
    leave_team,
    report_to,
    report_to_managers,
    stop_reporting,
)
from accounts.services.people import (
    PersonRecord,
    adopt_people,
    choose_language,
    save_people,
    save_person,
    save_profile,
)
from accounts.services.teams import TeamRecord, adopt_teams, refuse_circle, save_team, save_teams
from accounts.services.tokens import TokenRefused, create_token, revoke_token

__all__ = [
    "Move",
    "PersonRecord",
    "TeamRecord",
    "TokenRefused",
    "add_leave",
    "adopt_people",
    "adopt_teams",
    "change_leave",
    "choose_language",
    "create_token",
    "join_team",
    "join_teams",
    "leave_team",
    "refuse_circle",
    "remove_leave",
    "report_to",
    "report_to_managers",
    "revoke_token",
    "save_people",
    "save_person",
    "save_profile",
    "save_team",
    "save_teams",
    "stop_reporting",
]
